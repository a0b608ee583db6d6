"""What real Keras writes is read back as the network it was: every layer, every argument, every preset."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core import presets
from core.importing.keras_file import load, loads
from core.network.architecture import Architecture
from core.network.layers import (
    LSTM,
    Activation,
    BatchNormalization,
    Bidirectional,
    Conv1D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    LayerError,
    LeakyReLU,
    MaxPooling2D,
    ZeroPadding2D,
)
from core.network.shapes import count
from core.network.summary import summarize
from core.plan.losses import Loss
from core.plan.optimizers import SGD, Optimizer
from core.plan.plan import Plan
from core.presets import PresetError
from tests.core.generated import LAYERS, instances, layers, shapes

pytestmark = pytest.mark.keras

QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
MOST = 10_000
"""Numbers that come out of a layer, at most: larger ones take long to build."""


@pytest.fixture(scope="module")
def keras() -> Any:
    from core.keras_runtime import keras_model

    return keras_model.keras


def written(architecture: Architecture) -> str:
    """``architecture`` as Keras writes it."""
    from core.keras_runtime.keras_model import build

    text: str = build(architecture, seed=1).to_json()
    return text


def bare(raw: Any) -> Any:
    """``raw`` without the names that Keras numbers through, and without penalties that come to nothing.

    Keras rounds the factor of an L1 to a float32, the smallest ones to 0.
    """
    if isinstance(raw, list):
        return [bare(each) for each in raw]
    if not isinstance(raw, dict):
        return raw
    if raw.get("module") == "keras.regularizers" and not any(raw["config"].values()):
        return None
    return {key: bare(each) for key, each in raw.items() if key != "name"}


def assert_comes_back(architecture: Architecture) -> None:
    """What is read from Keras's JSON is, to Keras and in its figures, the same network."""
    text = written(architecture)
    read = loads(text, "model.json").architecture
    assert bare(json.loads(written(read))) == bare(json.loads(text))
    assert summarize(read).totals == summarize(architecture).totals
    assert summarize(read).output == summarize(architecture).output


def fits(layer: Layer, shape: tuple[int, ...]) -> bool:
    try:
        return count(layer.facts(shape).output) < MOST
    except LayerError:
        return False


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_comes_back(name: str, keras: Any) -> None:
    @settings(max_examples=15, suppress_health_check=QUIET)
    @given(instances(Layer.members[name]), shapes())
    def check(layer: Layer, shape: tuple[int, ...]) -> None:
        assume(fits(layer, shape))
        assert_comes_back(Architecture(shape, (layer,)))

    check()


@settings(max_examples=40, suppress_health_check=QUIET)
@given(st.data())
def test_a_stack_comes_back(keras: Any, data: st.DataObject) -> None:
    shape = data.draw(shapes(), "input")
    stack: list[Layer] = []
    present = shape
    for _ in range(data.draw(st.integers(0, 5), "layers")):
        layer = data.draw(layers(), "layer")
        if fits(layer, present):
            stack.append(layer)
            present = layer.facts(present).output
    assert_comes_back(Architecture(shape, tuple(stack)))


@pytest.mark.parametrize("listed", presets.listed(), ids=lambda listed: listed.id)
def test_a_preset_comes_back(listed: presets.Listed, keras: Any) -> None:
    with keras.StatelessScope(initialize_variables=False):  # no weights: VGG's fill half a gigabyte
        assert_comes_back(presets.load(listed.path).architecture)


@pytest.mark.parametrize(
    "stack",
    [
        (Conv2D(4, (3, 3), padding=2), MaxPooling2D((3, 3), padding=1)),
        (ZeroPadding2D(((1, 2), (1, 1))), Conv2D(4, (3, 3))),
        (ZeroPadding2D(), Conv2D(4, (3, 3), padding="same")),
        (ZeroPadding2D(), Flatten()),
        (ZeroPadding2D(), Conv2D(4, (3, 3), padding=1)),
    ],
)
def test_zeros_in_front_become_padding_in_pixels_where_that_is_the_same(stack: tuple[Layer, ...], keras: Any) -> None:
    architecture = Architecture((9, 9, 1), stack)
    assert loads(written(architecture), "model.json").architecture == architecture


def test_a_sequences_padding_in_pixels_comes_back(keras: Any) -> None:
    architecture = Architecture((9, 2), (Conv1D(4, 3, padding=2), Conv1D(4, 3, padding="causal")))
    assert loads(written(architecture), "model.json").architecture == architecture


@pytest.mark.parametrize("name", Optimizer.members)
def test_each_optimizer_is_taken_along(name: str, keras: Any) -> None:
    from core.keras_runtime.keras_model import loss, optimizer

    plan = Plan(optimizer=Optimizer.from_name(name)(learning_rate=0.03, clipnorm=2.5))
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    model.compile(optimizer(plan), loss(plan))
    preset = loads(model.to_json(), "model.json")
    assert preset.plan == plan
    assert preset.description == "Imported from a Keras file, with its optimizer and loss."


@pytest.mark.parametrize("name", Loss.members)
def test_each_loss_is_taken_along(name: str, keras: Any) -> None:
    from core.keras_runtime.keras_model import loss

    plan = Plan(loss=Loss.from_name(name)())
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    model.compile("adam", loss(plan))
    assert loads(model.to_json(), "model.json").plan == plan


def test_a_loss_by_name_is_taken_and_an_optimizer_without_its_schedule(keras: Any) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    model.compile(keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)), "mse", ["accuracy"])
    preset = loads(model.to_json(), "model.json")
    assert preset.plan == Plan(optimizer=SGD(learning_rate=0.1), loss=Loss.from_name("mse")())
    assert preset.description.startswith(
        "Imported from a Keras file, with its optimizer and loss. Its ExponentialDecay was not imported, "
    )


def test_a_saved_model_comes_back_and_nothing_of_it_is_run(keras: Any, tmp_path: Path) -> None:
    he = keras.initializers.HeNormal()  # shared by two layers, which Keras marks in the file
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(30, kernel_initializer=he, kernel_regularizer="l1"),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, kernel_initializer=he),
            keras.layers.Softmax(),
        ]
    )
    path = tmp_path / "mine.keras"
    model.save(path)
    preset = load(path)
    assert (preset.name, preset.origin) == ("mine", "mine.keras")
    assert [layer.label for layer in preset.architecture.layers] == [
        "Flatten",
        "Dense 30",
        "BatchNormalization",
        "Activation relu",
        "Dropout 0.5",
        "Dense 10",
        "Activation softmax",
    ]
    assert summarize(preset.architecture).totals.params == model.count_params()
    dense = preset.architecture.layers[1]
    assert isinstance(dense, Dense)
    assert dense.kernel_regularizer is not None
    assert dense.kernel_regularizer.l1 == 0.01


def test_a_plain_functional_model_comes_back(keras: Any, tmp_path: Path) -> None:
    x = inputs = keras.Input((6, 4))
    x = keras.layers.Bidirectional(keras.layers.LSTM(3, dropout=0.5))(x)
    x = keras.layers.Dropout(0.5)(x)
    x = keras.Sequential([keras.layers.Dense(5), keras.layers.LeakyReLU()])(x)
    x = keras.layers.BatchNormalization(trainable=False)(x)
    path = tmp_path / "mine.keras"
    keras.Model(inputs, keras.layers.Activation("tanh")(x)).save(path)
    assert load(path).architecture == Architecture(
        (6, 4),
        (
            Bidirectional(LSTM(3, dropout=0.5)),
            Dropout(0.5),
            Dense(5),
            LeakyReLU(),
            BatchNormalization(trainable=False),
            Activation("tanh"),
        ),
    )


def test_operations_between_layers_are_the_layers_that_do_the_same(keras: Any) -> None:
    """Keras's model and the one read give the same numbers."""
    from core.keras_runtime.keras_model import build

    inputs = keras.Input((6, 2))
    x = 1 - (inputs / 127.5 - 1) * 0.5 + 0.25
    x = keras.ops.reshape(keras.activations.tanh(keras.ops.relu(x)), (-1, 12))
    x = keras.ops.softmax(-x)
    model = keras.Model(inputs, x)
    text = model.to_json()
    read = loads(text, "model.json").architecture
    assert [layer.type for layer in read.layers] == [
        *["Rescaling"] * 5,
        *["Activation"] * 2,
        "Reshape",
        "Rescaling",
        "Activation",
    ]
    numbers = [[[float(7 * row + column), float(column)] for column in range(6)] for row in range(3)]
    theirs, ours = (made.predict(keras.ops.convert_to_numpy(numbers), verbose=0) for made in (model, build(read, 1)))
    assert ours == pytest.approx(theirs, rel=1e-5)


@pytest.mark.parametrize("loss", ["BCE", "mean_absolute_error", "Hinge", "function"])
def test_a_legacy_file_is_read_as_keras_reads_it(loss: str, keras: Any, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.LeakyReLU(0.2), keras.layers.Dense(2)])
    given = keras.losses.kl_divergence if loss == "function" else loss
    model.compile(keras.optimizers.SGD(0.1, momentum=0.5), given, ["accuracy"])
    model.save(tmp_path / "mine.h5")
    preset = load(tmp_path / "mine.h5")
    assert preset.architecture == Architecture((4,), (LeakyReLU(0.2), Dense(2)))
    meant = Loss.from_name("kl_divergence" if loss == "function" else loss)()
    assert preset.plan == Plan(optimizer=SGD(0.1, momentum=0.5), loss=meant)
    model.save_weights(tmp_path / "mine.weights.h5")
    with pytest.raises(PresetError, match="an HDF5 file without a model's layers"):
        load(tmp_path / "mine.weights.h5")


def test_a_model_within_a_model_is_unrolled_and_stays_frozen(keras: Any) -> None:
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dropout(0.5)])
    inner.trainable = False
    model = keras.Sequential([inner, keras.Sequential([keras.layers.Dense(2)])])
    stack = (Dense(3, trainable=False), Dropout(0.5), Dense(2))
    assert loads(model.to_json(), "model.json").architecture == Architecture((4,), stack)


@pytest.mark.parametrize("fashion", ["add", "twice", "aside", "training", "operation"])
def test_what_is_no_plain_chain_is_refused(fashion: str, keras: Any) -> None:
    inputs, dense = keras.Input((4,)), keras.layers.Dense(4, name="mine")
    x = dense(inputs)
    x, message = {
        "add": lambda: (keras.layers.Add(name="sum")([inputs, x]), "layer 2 (Add 'sum'): has inputs other than"),
        "twice": lambda: (dense(x), "layer 1 (Dense 'mine'): is called 2 times"),
        "aside": lambda: (
            [x, keras.layers.Dense(2)(inputs)],
            "output_layers: LayerLab supports one input and one",
        ),
        "training": lambda: (
            keras.layers.Dropout(0.5, name="on")(x, training=True),
            "layer 2 (Dropout 'on'): is called with training=True",
        ),
        "operation": lambda: (keras.ops.cumsum(x, axis=1), "layer 2 (Cumsum 'cumsum"),
    }[fashion]()
    with pytest.raises(PresetError) as refused:
        loads(keras.Model(inputs, x).to_json(), "model.json")
    assert str(refused.value).startswith(f"model.json: {message}")
    assert "\n" not in str(refused.value)


def test_a_layer_that_two_models_share_is_refused(keras: Any, tmp_path: Path) -> None:
    dense = keras.layers.Dense(4, name="mine")
    path = tmp_path / "shared.keras"
    keras.Sequential([keras.Input((4,)), keras.Sequential([dense]), dense]).save(path)
    with pytest.raises(PresetError, match=r"layer 2 \(Dense 'mine'\): appears in the model more than once"):
        load(path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_constraint": "non_neg"}, "kernel_constraint: LayerLab supports only None, not {"),
        ({"dtype": "float16"}, "dtype: LayerLab computes in float32, not 'float16'"),
        ({"activation": "glu"}, "activation: expected one of linear, relu"),
        ({"activation": abs}, "activation: expected one of linear, relu"),
        ({"kernel_regularizer": "orthogonal_regularizer"}, "kernel_regularizer: LayerLab has no OrthogonalRegularizer"),
    ],
)
def test_an_argument_that_layerlab_lacks_is_refused(arguments: dict[str, Any], message: str, keras: Any) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="mine", **arguments)])
    with pytest.raises(PresetError) as refused:
        loads(model.to_json(), "model.json")
    assert str(refused.value).startswith(f"model.json: layer 1 (Dense 'mine'), {message}")


def test_a_class_of_a_persons_own_is_refused(keras: Any) -> None:
    class Dense(keras.layers.Dense):  # type: ignore[misc]  # Keras has no types
        pass

    model = keras.Sequential([keras.Input((4,)), Dense(3, name="mine")])
    with pytest.raises(PresetError, match=r"layer 1 \(Dense 'mine'\), module: expected a class from keras.layers"):
        loads(model.to_json(), "model.json")
