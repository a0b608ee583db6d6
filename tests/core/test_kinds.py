"""Every kind of field reads what it writes, parses what it shows, and refuses the rest in one line."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core import kinds
from core.families import Family, OneOf
from core.fields import Described, Field, fields_of
from core.initializers import Initializer, RandomNormal
from core.kinds import (
    Axes,
    Choice,
    Device,
    FieldError,
    Flag,
    Kind,
    Margins,
    Maybe,
    Padding,
    Pair,
    Real,
    Validation,
    Whole,
)
from core.kinds import Shape as ShapeKind
from core.layers import Layer
from core.losses import Loss
from core.optimizers import Optimizer
from core.plan import EarlyStopping, Plan
from core.regularizers import Regularizer
from core.schedules import Schedule
from tests.core.generated import values

FAMILIES: tuple[type[Family], ...] = (Layer, Initializer, Optimizer, Loss, Schedule)
DESCRIBED: list[type[Described]] = [
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


def of_any_field() -> st.SearchStrategy[Kind]:
    return st.sampled_from([field.kind for _, field in FIELDS])


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
def test_what_does_not_fit_is_refused_in_one_short_line(kind: Kind, raw: object) -> None:
    try:
        kind.read(raw)
    except FieldError as error:
        _is_one_short_line(error)


@given(
    of_any_field(), st.text() | st.sampled_from(["Dense(", "Adam(learning_rate=)", "f(x)", "((((", "1e999", "-", "٣"])
)
def test_what_is_typed_is_parsed_or_refused_in_one_short_line(kind: Kind, text: str) -> None:
    try:
        kind.parse(text)
    except FieldError as error:
        _is_one_short_line(error)


@pytest.mark.parametrize(("cls", "field"), FIELDS, ids=[f"{cls.__name__}.{field.name}" for cls, field in FIELDS])
def test_defaults_and_starts_are_values_that_their_kind_takes(cls: type[Described], field: Field) -> None:
    start = field.kind.start() if field.required else field.default
    if start is not None:
        assert field.kind.read(field.kind.write(start)) == start


@pytest.mark.parametrize(("cls", "field"), FIELDS, ids=[f"{cls.__name__}.{field.name}" for cls, field in FIELDS])
def test_none_is_the_default_of_what_may_be_none(cls: type[Described], field: Field) -> None:
    """None is written by leaving the key out: with another default it would come back as that."""
    if isinstance(field.kind, Maybe):
        assert field.default is None


def _is_one_short_line(error: FieldError) -> None:
    assert len(str(error).splitlines()) == 1
    assert len(str(error)) < 1_000


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Whole(1), " 1,000 ", 1000),
        (Whole(1), "1_000", 1000),
        (Whole(), "-3", -3),
        (Whole(), "-1,234,567", -1_234_567),
        (Real(), "0,5", 0.5),
        (Real(), "1,5", 1.5),
        (Real(), "0,001", 0.001),
        (Real(), "1,000", 1000.0),
        (Real(), "1,234,567.5", 1_234_567.5),
        (Real(), "1,000e-3", 1.0),
        (Real(), "1e-3", 0.001),
        (Flag(), "Yes", True),
        (Pair(), "3", (3, 3)),
        (Pair(), "3x5", (3, 5)),
        (Pair(), "3 x 5", (3, 5)),
        (Pair(), "(3, 5)", (3, 5)),
        (Pair(), "3 × 5", (3, 5)),  # noqa: RUF001  # a multiplication sign is what a person may type
        (ShapeKind(), "28x28x1", (28, 28, 1)),
        (ShapeKind(free=True), "-1, 7", (-1, 7)),
        (Axes(), "1, 2", (1, 2)),
        (Padding("valid", "same"), " same ", "same"),
        (Padding("valid", "same"), "2", 2),
        (Margins(), "1", ((1, 1), (1, 1))),
        (Margins(), "1, 2", ((1, 1), (2, 2))),
        (Margins(), "1, 2, 3, 4", ((1, 2), (3, 4))),
        (Validation(), "0.1", 0.1),
        (Validation(), "Test", "test"),
        (Device(), " GPU:1 ", "gpu:1"),
        (Maybe(Whole(0)), " ", None),
        (Maybe(Whole(0)), "7", 7),
        (OneOf(Initializer), "RandomNormal(stddev=0.062)", RandomNormal(stddev=0.062)),
        (OneOf(Initializer), "random_normal", RandomNormal()),
    ],
)
def test_text_as_people_type_it(kind: Kind, text: str, value: object) -> None:
    assert kind.parse(text) == value


@pytest.mark.parametrize(
    ("kind", "raw", "message"),
    [
        (Whole(1), 0, "expected a whole number of at least 1, not 0"),
        (Whole(1, 9), 10, "expected a whole number from 1 to 9, not 10"),
        (Whole(1), 1.0, "expected a whole number of at least 1, not 1.0"),
        (Whole(1), True, "expected a whole number of at least 1, not True"),
        (Whole(1), "3", "expected a whole number of at least 1, not '3'"),
        (Whole(1, 9), 10**99, "expected a whole number from 1 to 9, not one beyond 10**18"),
        (Real(0, below=1), 1, "expected a number of at least 0 and below 1, not 1"),
        (Real(), math.nan, "expected a number, not nan"),
        (Real(), math.inf, "expected a number, not inf"),
        (Real(), 10**400, "expected a number, not a number of more than 60 digits"),
        (Flag(), 1, "expected true or false, not 1"),
        (Device(), 5, "expected auto, cpu, gpu or a GPU by its number such as gpu:0, not 5"),
        (Device(), "gpu:x", "expected auto, cpu, gpu or a GPU by its number such as gpu:0, not 'gpu:x'"),
        (Device(), "cpu\n", "expected auto, cpu, gpu or a GPU by its number such as gpu:0, not 'cpu\\n'"),
        (Choice("a", "b"), "c", "expected one of a, b, not 'c'"),
        (Pair(), [1, 2, 3], "expected one number or two, not [1, 2, 3]"),
        (Pair(), [1, "x"], "expected a whole number of at least 1, not 'x'"),
        (ShapeKind(), [], "expected 1 to 3 sizes, not []"),
        (ShapeKind(), 28, "expected 1 to 3 sizes, not 28"),
        (ShapeKind(free=True), [-1.0, 7], "expected a whole number from 1 to 1000000000000000000, not -1.0"),
        (ShapeKind(free=True), [-1, -1], "expected a whole number from 1 to 1000000000000000000, not -1"),
        (Axes(), [0, 1], "expected axes such as -1 or [1, 2] (0 is the batch), not [0, 1]"),
        (Axes(), [[1]], "expected a whole number, not [1]"),
        (Padding("valid", "same"), "causal", "expected valid, same or a number of pixels, not 'causal'"),
        (Padding("valid", "same"), -1, "expected valid, same or a number of pixels, not -1"),
        (Validation(), 1.0, "expected a number above 0 and below 1, not 1.0"),
        (Validation(), "some", 'expected "test", "none" or a fraction such as 0.1, not \'some\''),
        (Flag(), ["x" * 99], "expected true or false, not ['" + "x" * 55 + "..."),
    ],
)
def test_refusals_say_what_was_expected_and_what_was_found(kind: Kind, raw: object, message: str) -> None:
    with pytest.raises(FieldError) as caught:
        kind.read(raw)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("kind", "text"),
    [(Whole(1), "1,5"), (Whole(1), "1,00"), (Whole(1), "0,001"), (Whole(1), "1,0000"), (Whole(1), "1,000.5"),
     (Real(), "1,5,3"), (Real(), "1.000,5"),
     (Whole(1), "many"), (Whole(1), ""), (Whole(1), "9" * 5000), (Real(), "a bit"), (Flag(), "perhaps"), (Pair(), "3x"),
     (Pair(), "a"), (ShapeKind(), ""), (Margins(), "1, 2, 3"), (Validation(), "half"), (OneOf(Optimizer), "Adam(3)"),
     (OneOf(Optimizer), "__import__('os').system('true')"), (OneOf(Optimizer), "Adam(**{})")],
)  # fmt: skip
def test_letters_in_a_number_field_are_refused(kind: Kind, text: str) -> None:
    if text == "3x":
        assert kind.parse(text) == (3, 3)
        return
    with pytest.raises(FieldError):
        kind.parse(text)


def test_the_path_of_an_error_leads_to_the_field() -> None:
    with pytest.raises(FieldError) as caught, FieldError.at("plan"), FieldError.at("epochs"):
        Whole(1).read(0)
    assert str(caught.value) == "plan.epochs: expected a whole number of at least 1, not 0"


def test_every_kind_is_tried_by_some_field() -> None:
    """So that a new kind of field is tested by being used."""
    used = {type(field.kind) for _, field in FIELDS}
    used |= {type(field.kind.kind) for _, field in FIELDS if isinstance(field.kind, Maybe)}
    own = {kind for kind in vars(kinds).values() if isinstance(kind, type) and issubclass(kind, Kind)}
    assert own - {Kind} <= used


@pytest.mark.parametrize(
    "kind", {type(field.kind): field.kind for _, field in FIELDS}.values(), ids=lambda k: type(k).__name__
)
def test_a_number_too_long_for_python_to_write_is_refused(kind: Kind) -> None:
    """TOML's hexadecimal numbers have no limit of length; Python's decimal ones have."""
    for raw in (16**5000, [16**5000], {"name": 16**5000}, {"type": [16**5000]}):
        with pytest.raises(FieldError) as caught:
            kind.read(raw)
        _is_one_short_line(caught.value)
