"""Fields as Keras has them, and what follows from a class by its being defined."""

import inspect
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

import pytest

from core import presets
from core.fields.struct import FieldStruct, change, fields_of, read, write
from core.fields.types import FieldError, FloatField
from core.network.architecture import Architecture
from core.network.initializers import Initializer
from core.network.layers import GRU, LSTM, Bidirectional, Conv2D, Dense, Facts, Layer
from core.network.shapes import Shape
from core.network.summary import summarize
from core.plan.losses import Loss
from core.plan.optimizers import SGD, Adam, Optimizer
from core.plan.plan import EarlyStopping, Plan

COUNTERPARTS: dict[str, type[Any]] = {
    f"{family.module}.{name}": member
    for family in (Layer, Initializer, Optimizer, Loss)
    for name, member in family.members.items()
    if name != "Input"
}

OURS = {
    ("layers.AveragePooling2D", "pool_size"): "Keras has no default here; ours is that of MaxPooling2D",
    ("layers.Bidirectional", "trainable"): "a keyword of the base class",
}
"""Where a default is ours on purpose."""


@pytest.mark.keras
@pytest.mark.parametrize("path", COUNTERPARTS)
def test_fields_and_defaults_are_those_of_keras(path: str) -> None:
    import keras

    module, name = path.split(".")
    signature = inspect.signature(getattr(getattr(keras, module), name).__init__).parameters
    for field in fields_of(COUNTERPARTS[path]):
        if field.name == "trainable":
            assert field.default is True
            continue
        if (path, field.name) in OURS:
            continue
        assert field.name in signature, f"{path} has no {field.name}"
        theirs = signature[field.name].default
        if field.required:
            assert theirs is inspect.Parameter.empty, f"{path}.{field.name} has the default {theirs}"
        elif theirs is None:
            assert field.default in (None, "linear"), f"{path}.{field.name}: {field.default}, Keras has none"
        else:
            assert theirs is not inspect.Parameter.empty, f"{path}.{field.name} is required in Keras"
            assert field.type.read(theirs) == field.default, f"{path}.{field.name}: {field.default}, Keras has {theirs}"


@pytest.mark.keras
@pytest.mark.parametrize("path", [path for path in COUNTERPARTS if not path.startswith("layers.")])
def test_keras_makes_every_member_as_it_starts(path: str) -> None:
    from core.keras_runtime.keras_model import make

    member = COUNTERPARTS[path].initial()
    made = make(member.call())
    assert type(made).__name__ == path.split(".")[1]


@pytest.mark.parametrize(
    "cls", [Plan, EarlyStopping, *COUNTERPARTS.values()], ids=lambda cls: f"{cls.__mro__[1].__name__}.{cls.__name__}"
)
def test_every_field_is_explained_in_a_line(cls: type[FieldStruct]) -> None:
    for field in fields_of(cls):
        assert field.help
        assert len(field.help.splitlines()) == 1


def test_reading_takes_defaults_and_writing_leaves_them_out() -> None:
    layer = read(Dense, {"units": 10})
    assert layer == Dense(10)
    assert write(layer) == {"units": 10}
    assert write(SGD(), every=True)["learning_rate"] == 0.01
    assert "clipnorm" not in write(SGD(), every=True)


def test_changing_a_field_gives_another_value_and_leaves_the_first() -> None:
    first = Dense(10)
    assert change(first, "units", 20) == Dense(20)
    assert first == Dense(10)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"unit": 3}, "unit: Dense has no such field; did you mean units?"),
        ({}, "units: is missing: Size of the output"),
        ({"units": "3"}, "units: expected a whole number of at least 1, not '3'"),
        ({"units": 3, "kernel_initializer": {"name": "RandomNormal", "sd": 1}},
         "kernel_initializer.sd: RandomNormal has no such field; available: mean, stddev, seed"),
        ({"units": 3, "kernel_initializer": "glorot"},
         "kernel_initializer: 'glorot' is not one of the initializers; available: Zeros, Ones, "),
        ({"units": 3, "kernel_regularizer": {"l2": -1}},
         "kernel_regularizer.l2: expected a number of at least 0, not -1"),
        ({"units": 3, "a\x1b[31m\nb": 1}, "'a\\x1b[31m\\nb': Dense has no such field; available:"),
    ],
)  # fmt: skip
def test_errors_name_the_field_and_what_is_near(raw: dict[str, object], message: str) -> None:
    with pytest.raises(FieldError) as caught:
        read(Dense, raw)
    assert str(caught.value).startswith(message)


def test_family_members_go_by_any_name_that_keras_takes() -> None:
    for name in ("RandomNormal", "random_normal", "randomnormal"):
        assert Initializer.from_name(name).__name__ == "RandomNormal"
    for name in ("glorot_uniform", "GlorotUniform", "xavier_uniform"):
        assert Initializer.from_name(name).__name__ == "GlorotUniform"
    assert Loss.from_name("mse").__name__ == "MeanSquaredError"
    assert Optimizer.from_name("rmsprop").__name__ == "RMSprop"


@pytest.mark.keras
def test_keras_knows_the_aliases_that_files_hold() -> None:
    import keras

    for family, get in ((Initializer, keras.initializers.get), (Optimizer, keras.optimizers.get)):
        for name, member in family.members.items():
            if name in ("Constant", "Lamb"):
                continue  # of the one Keras knows the name and misses the value, the other its own list leaves out
            assert type(get(member.alias())).__name__ == name


@pytest.mark.keras
def test_every_activation_is_offered_but_those_that_need_arguments() -> None:
    import keras

    from core.network.layers.arguments import ACTIVATIONS

    theirs = {name for name, value in vars(keras.activations).items() if inspect.isfunction(value)}
    theirs -= {"get", "serialize", "deserialize"}
    assert theirs - set(ACTIVATIONS) == {"glu", "threshold"}
    assert all(callable(keras.activations.get(name)) for name in ACTIVATIONS)


def test_choosing_another_member_keeps_what_both_have() -> None:
    field = next(field for field in fields_of(Plan) if field.name == "optimizer")
    chosen: Any = field.type
    assert chosen.choose(SGD(learning_rate=0.5, clipnorm=1.0), "adam") == Adam(clipnorm=1.0)


def test_choosing_another_member_keeps_what_both_require() -> None:
    (field,) = (field for field in fields_of(Bidirectional) if field.name == "layer")
    chosen: Any = field.type
    held = LSTM(100, return_sequences=True, unit_forget_bias=False)
    assert chosen.choose(held, "GRU") == GRU(100, return_sequences=True)


def test_choosing_another_member_leaves_what_it_does_not_take() -> None:
    (field,) = (field for field in fields_of(Plan) if field.name == "loss")
    chosen: Any = field.type
    held = Loss.from_name("Tversky")(alpha=3.0)
    assert chosen.choose(held, "CategoricalFocalCrossentropy") == Loss.from_name("CategoricalFocalCrossentropy")()
    assert chosen.choose(change(held, "alpha", 0.75), "BinaryFocalCrossentropy").alpha == 0.75


def test_channels_last_may_be_said_and_nothing_else() -> None:
    assert read(Conv2D, {"filters": 3, "kernel_size": 3, "data_format": "channels_last"}) == Conv2D(3, (3, 3))
    assert "data_format" not in write(Conv2D(3, (3, 3)), every=True)
    with pytest.raises(FieldError, match=r"^data_format: LayerLab supports only channels_last, not 'channels_first'$"):
        read(Conv2D, {"filters": 3, "kernel_size": 3, "data_format": "channels_first"})
    with pytest.raises(FieldError, match=r"^data_format: Dense has no such field"):
        read(Dense, {"units": 3, "data_format": "channels_last"})


@pytest.mark.keras
def test_every_layer_that_has_a_data_format_in_keras_takes_channels_last() -> None:
    import keras

    for name, member in Layer.members.items():
        if name == "Input":
            continue
        there = "data_format" in inspect.signature(getattr(keras.layers, name).__init__).parameters
        assert ("data_format" in member.accepted) == there, name


@pytest.fixture
def stranger() -> Iterator[type[Layer]]:
    """A layer that LayerLab does not have and Keras does, defined here and gone after the test."""

    class GaussianDropout(Layer, frozen=True):
        """Multiplies by noise around one while training."""

        group: ClassVar[str] = "Regularization"

        rate: Annotated[float, FloatField(0, 1), "How much noise"]

        @property
        def detail(self) -> str:
            return f"{self.rate:g}"

        def derive(self, x: Shape) -> Facts:
            return Facts(x, notes=("The shape stays.",))

    yield GaussianDropout
    del Layer.members["GaussianDropout"]


TEXT = """
name = "With a stranger"
input_shape = [8]
[[layers]]
type = "GaussianDropout"
rate = 0.25
[[layers]]
type = "Dense"
units = 3
"""


def test_a_layer_joins_by_being_defined(stranger: type[Layer]) -> None:
    assert Layer.members["GaussianDropout"] is stranger
    assert [(field.name, field.required, field.help) for field in fields_of(stranger)] == [
        ("rate", True, "How much noise")
    ]
    assert stranger.initial() == stranger(rate=0.5)  # type: ignore[call-arg]  # its fields are not known here
    preset = presets.loads(TEXT, "text")
    summary = summarize(preset.architecture)
    assert [row.layer.label for row in summary.rows[1:]] == ["GaussianDropout 0.25", "Dense 3"]
    assert summary.rows[1].layer.help == "Multiplies by noise around one while training."
    assert summary.totals.params == 27
    assert presets.loads(presets.dumps(preset), "text") == preset


def test_a_misspelt_argument_of_it_is_named(stranger: type[Layer]) -> None:
    with pytest.raises(presets.PresetError, match=r"text: layer 1 \(GaussianDropout\), rat: .* did you mean rate\?"):
        presets.loads(TEXT.replace("rate =", "rat ="), "text")


@pytest.mark.keras
def test_a_layer_just_defined_is_built(stranger: type[Layer]) -> None:
    from core.keras_runtime.keras_model import build

    preset = presets.loads(TEXT, "text")
    model = build(preset.architecture, 1)
    assert type(model.layers[0]).__name__ == "GaussianDropout"
    assert model.layers[0].rate == 0.25
    assert model.count_params() == summarize(preset.architecture).totals.params


def test_without_the_definition_it_is_unknown() -> None:
    with pytest.raises(presets.PresetError, match=r"layer 1 \(GaussianDropout\), type|is not one of the layers"):
        presets.loads(TEXT, "text")
    assert Architecture((8,)).layers == ()
