"""Every kind of field reads what it writes, parses what it shows, and refuses the rest in one line."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.fields import types
from core.fields.registry import Registered, RegisteredField
from core.fields.struct import Field, FieldStruct, fields_of
from core.fields.types import (
    AxesField,
    BoolField,
    ChoiceField,
    DeviceField,
    FieldError,
    FieldType,
    FloatField,
    IntField,
    MarginsField,
    OptionalField,
    PaddingField,
    PairField,
    ShapeField,
    ValidationField,
)
from core.network.initializers import Initializer, RandomNormal
from core.network.layers import Layer
from core.network.regularizers import Regularizer
from core.plan.losses import Loss
from core.plan.optimizers import Optimizer
from core.plan.plan import EarlyStopping, Plan
from core.plan.schedules import Schedule
from tests.core.generated import values

FAMILIES: tuple[type[Registered], ...] = (Layer, Initializer, Optimizer, Loss, Schedule)
DESCRIBED: list[type[FieldStruct]] = [
    Plan,
    EarlyStopping,
    Regularizer,
    *(member for family in FAMILIES for member in family.members.values()),
]
FIELDS = [(cls, field) for cls in DESCRIBED for field in fields_of(cls)]

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
"""Whatever a TOML file may hold."""


def of_any_field() -> st.SearchStrategy[FieldType]:
    return st.sampled_from([field.type for _, field in FIELDS])


@given(st.data())
def test_a_value_is_read_from_what_is_written(data: st.DataObject) -> None:
    kind = data.draw(of_any_field())
    value = data.draw(values(kind, wide=True))
    assume(value is not None)  # none is written by leaving the key out
    assert kind.read(kind.write(value)) == value


@given(st.data())
def test_a_value_is_parsed_from_what_is_shown(data: st.DataObject) -> None:
    kind = data.draw(of_any_field())
    value = data.draw(values(kind, wide=True))
    assert kind.parse(kind.show(value)) == value


@given(of_any_field(), PLAIN)
def test_what_does_not_fit_is_refused_in_one_short_line(kind: FieldType, raw: object) -> None:
    try:
        kind.read(raw)
    except FieldError as error:
        _is_one_short_line(error)


@given(
    of_any_field(), st.text() | st.sampled_from(["Dense(", "Adam(learning_rate=)", "f(x)", "((((", "1e999", "-", "٣"])
)
def test_what_is_typed_is_parsed_or_refused_in_one_short_line(kind: FieldType, text: str) -> None:
    try:
        kind.parse(text)
    except FieldError as error:
        _is_one_short_line(error)


@pytest.mark.parametrize(("cls", "field"), FIELDS, ids=[f"{cls.__name__}.{field.name}" for cls, field in FIELDS])
def test_defaults_and_starts_are_values_that_their_kind_takes(cls: type[FieldStruct], field: Field) -> None:
    start = field.type.initial() if field.required else field.default
    if start is not None:
        assert field.type.read(field.type.write(start)) == start


@pytest.mark.parametrize(("cls", "field"), FIELDS, ids=[f"{cls.__name__}.{field.name}" for cls, field in FIELDS])
def test_none_is_the_default_of_what_may_be_none(cls: type[FieldStruct], field: Field) -> None:
    """None is written by leaving the key out: with another default it would come back as that."""
    if isinstance(field.type, OptionalField):
        assert field.default is None


def _is_one_short_line(error: FieldError) -> None:
    assert len(str(error).splitlines()) == 1
    assert len(str(error)) < 1_000


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (IntField(1), " 1,000 ", 1000),
        (IntField(1), "1_000", 1000),
        (IntField(), "-3", -3),
        (IntField(), "-1,234,567", -1_234_567),
        (FloatField(), "0,5", 0.5),
        (FloatField(), "1,5", 1.5),
        (FloatField(), "0,001", 0.001),
        (FloatField(), "1,000", 1000.0),
        (FloatField(), "1,234,567.5", 1_234_567.5),
        (FloatField(), "1,000e-3", 1.0),
        (FloatField(), "1e-3", 0.001),
        (IntField(1), "1e3", 1000),
        (IntField(1), "1.5E+3", 1500),
        (PairField(), "1e1 x 2", (10, 2)),
        (BoolField(), "Yes", True),
        (PairField(), "3", (3, 3)),
        (PairField(), "3x5", (3, 5)),
        (PairField(), "3 x 5", (3, 5)),
        (PairField(), "(3, 5)", (3, 5)),
        (PairField(), "3 × 5", (3, 5)),  # a multiplication sign is what a person may type
        (ShapeField(), "28x28x1", (28, 28, 1)),
        (ShapeField(free=True), "-1, 7", (-1, 7)),
        (AxesField(), "1, 2", (1, 2)),
        (PaddingField("valid", "same"), " same ", "same"),
        (PaddingField("valid", "same"), "2", 2),
        (MarginsField(), "1", ((1, 1), (1, 1))),
        (MarginsField(), "1, 2", ((1, 1), (2, 2))),
        (MarginsField(), "1, 2, 3, 4", ((1, 2), (3, 4))),
        (ValidationField(), "0.1", 0.1),
        (ValidationField(), "Test", "test"),
        (DeviceField(), " GPU:1 ", "gpu:1"),
        (OptionalField(IntField(0)), " ", None),
        (OptionalField(IntField(0)), "7", 7),
        (RegisteredField(Initializer), "RandomNormal(stddev=0.062)", RandomNormal(stddev=0.062)),
        (RegisteredField(Initializer), "random_normal", RandomNormal()),
    ],
)
def test_text_as_people_type_it(kind: FieldType, text: str, value: object) -> None:
    assert kind.parse(text) == value


@pytest.mark.parametrize(
    ("kind", "raw", "message"),
    [
        (IntField(1), 0, "expected a whole number of at least 1, not 0"),
        (IntField(1, 9), 10, "expected a whole number from 1 to 9, not 10"),
        (IntField(1), 1.0, "expected a whole number of at least 1, not 1.0"),
        (IntField(1), True, "expected a whole number of at least 1, not True"),
        (IntField(1), "3", "expected a whole number of at least 1, not '3'"),
        (IntField(1, 9), 10**99, "expected a whole number from 1 to 9, not one above 10**18"),
        (FloatField(0, below=1), 1, "expected a number of at least 0 and below 1, not 1"),
        (FloatField(), math.nan, "expected a number, not nan"),
        (FloatField(), math.inf, "expected a number, not inf"),
        (FloatField(), 10**400, "expected a number, not a number of more than 60 digits"),
        (BoolField(), 1, "expected true or false, not 1"),
        (DeviceField(), 5, "expected auto, cpu, gpu or a GPU by its number such as gpu:0, not 5"),
        (DeviceField(), "gpu:x", "expected auto, cpu, gpu or a GPU by its number such as gpu:0, not 'gpu:x'"),
        (DeviceField(), "cpu\n", "expected auto, cpu, gpu or a GPU by its number such as gpu:0, not 'cpu\\n'"),
        (ChoiceField("a", "b"), "c", "expected one of a, b, not 'c'"),
        (PairField(), [1, 2, 3], "expected one number or two, not [1, 2, 3]"),
        (PairField(), [1, "x"], "expected a whole number of at least 1, not 'x'"),
        (ShapeField(), [], "expected 1 to 3 sizes, not []"),
        (ShapeField(), 28, "expected 1 to 3 sizes, not 28"),
        (ShapeField(free=True), [-1.0, 7], "expected a whole number of at least 1, not -1.0"),
        (ShapeField(free=True), [-1, -1], "expected a whole number of at least 1, not -1"),
        (AxesField(), [0, 1], "expected axes such as -1 or [1, 2] (0 is the batch), not [0, 1]"),
        (AxesField(), [[1]], "expected a whole number, not [1]"),
        (PaddingField("valid", "same"), "causal", "expected valid, same or a number of pixels, not 'causal'"),
        (PaddingField("valid", "same"), -1, "expected valid, same or a number of pixels, not -1"),
        (ValidationField(), 1.0, "expected a number above 0 and below 1, not 1.0"),
        (ValidationField(), "some", 'expected "test", "none" or a fraction such as 0.1, not \'some\''),
        (BoolField(), ["x" * 99], "expected true or false, not ['" + "x" * 55 + "..."),
    ],
)
def test_refusals_say_what_was_expected_and_what_was_found(kind: FieldType, raw: object, message: str) -> None:
    with pytest.raises(FieldError) as caught:
        kind.read(raw)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *((IntField(1), text) for text in ("1e", "1e-3", "1.5e0", "1e99")),
        *((IntField(1), text) for text in ("1,5", "1,00", "0,001", "1,0000", "1,000.5", "many", "", "9" * 5000)),
        *((FloatField(), text) for text in ("1,5,3", "1.000,5", "a bit")),
        *((PairField(), text) for text in ("3x", "3 \u00d7", "a", "1e-1 x 2")),
        (BoolField(), "perhaps"),
        (ShapeField(), ""),
        (MarginsField(), "1, 2, 3"),
        (ValidationField(), "half"),
        *((RegisteredField(Optimizer), text) for text in ("Adam(3)", "__import__('os').system('true')", "Adam(**{})")),
    ],
)
def test_letters_in_a_number_field_are_refused(kind: FieldType, text: str) -> None:
    with pytest.raises(FieldError):
        kind.parse(text)


def test_the_path_of_an_error_leads_to_the_field() -> None:
    with pytest.raises(FieldError) as caught, FieldError.at("plan"), FieldError.at("epochs"):
        IntField(1).read(0)
    assert str(caught.value) == "plan.epochs: expected a whole number of at least 1, not 0"


def test_every_kind_is_tried_by_some_field() -> None:
    """So that a new kind of field is tested by being used."""
    used = {type(field.type) for _, field in FIELDS}
    used |= {type(field.type.kind) for _, field in FIELDS if isinstance(field.type, OptionalField)}
    own = {kind for kind in vars(types).values() if isinstance(kind, type) and issubclass(kind, FieldType)}
    assert own - {FieldType} <= used


@pytest.mark.parametrize(
    "kind", {type(field.type): field.type for _, field in FIELDS}.values(), ids=lambda k: type(k).__name__
)
def test_a_number_too_long_for_python_to_write_is_refused(kind: FieldType) -> None:
    """TOML's hexadecimal numbers have no limit of length; Python's decimal ones have."""
    for raw in (16**5000, [16**5000], {"name": 16**5000}, {"type": [16**5000]}):
        with pytest.raises(FieldError) as caught:
            kind.read(raw)
        _is_one_short_line(caught.value)
