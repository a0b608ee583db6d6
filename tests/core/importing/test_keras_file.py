"""Keras files as anyone may write them: what is read, what is refused and in which words, and that nothing is run."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.importing.keras_file import load, loads
from core.network.architecture import Architecture
from core.network.layers import (
    Activation,
    BatchNormalization,
    Bidirectional,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    SimpleRNN,
)
from core.plan.losses import BinaryCrossentropy, Hinge, KLDivergence, LogCosh, Loss, MeanSquaredError
from core.plan.optimizers import SGD, Adam
from core.plan.plan import Plan
from core.presets import Preset, PresetError

Json = dict[str, Any]

FLOAT32 = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}
FLOAT16 = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "mixed_float16"}, "registered_name": None}
HE = {"module": "keras.initializers", "class_name": "HeNormal", "config": {"seed": 7}, "registered_name": None}


def made(kind: str, module: str = "keras.layers", /, **config: Any) -> Json:
    """An object as Keras serializes it."""
    return {"module": module, "class_name": kind, "config": config, "registered_name": None}


def entry(*batch_shape: int | None, **changed: Any) -> Json:
    """A model's input."""
    return made("InputLayer", **{"name": "in", "batch_shape": [*batch_shape], "dtype": "float32"} | changed)


def sequential(*layers: Json, **more: Any) -> Json:
    return made("Sequential", "keras", name="mine", layers=list(layers)) | more


def functional(*layers: Json, inputs: Any = None, outputs: Any = None) -> Json:
    """A Functional whose layers are named by number and, but for the input, each called on the one before."""
    listed = [
        {**layer, "name": f"n{number}", "inbound_nodes": [call(f"n{number - 1}")] if number else []}
        for number, layer in enumerate(layers)
    ]
    config = {
        "name": "mine",
        "trainable": True,
        "layers": listed,
        "input_layers": inputs or ["n0", 0, 0],
        "output_layers": outputs or [[f"n{len(layers) - 1}", 0, 0]],
    }
    model = made("Functional", "keras.src.models.functional", **config)
    return model | {"registered_name": "Functional"}


def call(*names: str, **kwargs: Any) -> Json:
    """A layer called on what others give."""
    tensors = [{"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}} for name in names]
    return {"args": tensors, "kwargs": kwargs}


def dense(**config: Any) -> Json:
    return made("Dense", **{"name": "d", "units": 3} | config)


def read(model: object) -> Preset:
    return loads(json.dumps(model), "model.json")


def refusal(model: object) -> str:
    """What is said of ``model``, without the file's name."""
    with pytest.raises(PresetError) as refused:
        read(model)
    words = str(refused.value)
    assert words.startswith("model.json: ")
    assert words.isprintable()
    return words.removeprefix("model.json: ")


def test_arguments_are_read_whatever_way_keras_writes_them() -> None:
    model = sequential(
        entry(None, 28, 28, 1),
        made("Conv2D", filters=4, kernel_size=3, padding="same", kernel_initializer=HE, kernel_constraint=None),
        made("MaxPooling2D", pool_size=[3, 3], strides=[3, 3], padding="valid", data_format="channels_last"),
        made("BatchNormalization", axis=[-1], momentum=0.9, renorm=False, renorm_momentum=0.5, synchronized=False),
        made("Flatten", dtype=FLOAT32),
        dense(trainable=False, bias_regularizer=made("L1", "keras.regularizers", l1=0.009999999776482582)),
        made("ReLU", max_value=None, negative_slope=0.0, threshold=0.0),
    )
    layers = read(model).architecture.layers
    assert [layer.label for layer in layers] == [
        "Conv2D 4@3x3 same",
        "MaxPooling2D 3x3 /3",
        "BatchNormalization",
        "Flatten",
        "Dense 3",
        "Activation relu",
    ]
    conv, pool, norm, _, last, _ = layers
    assert isinstance(conv, Conv2D)
    assert conv.kernel_initializer == type(conv.kernel_initializer).from_name("HeNormal")(seed=7)
    assert pool == MaxPooling2D((3, 3))
    assert norm == BatchNormalization(momentum=0.9)
    assert isinstance(last, Dense)
    assert not last.trainable
    assert last.bias_regularizer is not None
    assert last.bias_regularizer.l1 == 0.01


def test_a_model_of_keras_2_is_read() -> None:
    layers = [
        {"class_name": "Flatten", "config": {"name": "f", "batch_input_shape": [None, 28, 28], "dtype": "float32"}},
        {"class_name": "Dense", "config": {"name": "d", "units": 10, "activation": "softmax"}},
    ]
    model = {"class_name": "Sequential", "config": {"name": "s", "layers": layers}, "keras_version": "2.12.0"}
    assert read(model).architecture == Architecture((28, 28), (Flatten(), Dense(10, "softmax")))


def test_the_input_may_be_told_by_what_the_model_was_built_on() -> None:
    model = sequential(dense())
    model["config"]["build_input_shape"] = [None, 5]
    assert read(model).architecture == Architecture((5,), (Dense(3),))


def test_the_order_in_which_a_functionals_layers_stand_does_not_matter() -> None:
    model = functional(entry(None, 5), dense(), made("Activation", activation="tanh"))
    model["config"]["layers"].reverse()
    assert read(model).architecture == Architecture((5,), (Dense(3), Activation("tanh")))


def test_models_are_unrolled_however_deep_and_frozen_ones_freeze() -> None:
    inner = functional(entry(None, 5), sequential(entry(None, 5), dense()))
    inner["config"]["trainable"] = False
    model = sequential(entry(None, 5), inner, dense(units=2))
    assert read(model).architecture == Architecture((5,), (Dense(3, trainable=False), Dense(2)))


def test_both_ways_of_a_bidirectional_are_one_layer() -> None:
    forward, backward = (made("SimpleRNN", name=name, units=3, go_backwards=name == "b") for name in "fb")
    two_ways = made("Bidirectional", backward_layer=backward, layer=forward, merge_mode="sum")
    model = sequential(entry(None, 4, 2), two_ways)
    assert read(model).architecture.layers == (Bidirectional(SimpleRNN(3), "sum"),)
    backward["config"]["units"] = 4
    assert refusal(model) == (
        "layer 1 (Bidirectional), backward_layer: LayerLab supports only a copy of layer that reads backward"
    )
    backward["config"]["units"] = 3
    two_ways["config"]["trainable"] = False
    assert refusal(model).startswith("layer 1 (Bidirectional), trainable: Keras trains the inner layer anyway")


def test_what_a_model_was_compiled_with_is_its_plan() -> None:
    sgd = made("SGD", "keras.optimizers", name="sgd", learning_rate=0.30000001192092896, momentum=0.9)
    preset = read(sequential(entry(None, 5), dense(), compile_config={"optimizer": sgd, "loss": "mse"}))
    assert preset.plan == Plan(optimizer=SGD(learning_rate=0.3, momentum=0.9), loss=MeanSquaredError())
    assert preset.description == "Imported from a Keras file, with its optimizer and loss."
    assert (preset.name, preset.origin) == ("model", "model.json")


def test_what_a_plan_cannot_say_is_told_and_left_out() -> None:
    losses = {"a": "mse", "b": "mae"}
    preset = read(sequential(entry(None, 5), dense(), compile_config={"optimizer": made("Mine"), "loss": losses}))
    assert preset.plan == Plan()
    assert preset.description.startswith(
        "Imported from a Keras file. Its optimizer was not imported: module: expected a class from keras.optimizers"
    )
    assert "Its loss was not imported: " in preset.description
    assert preset.description.endswith("; categorical_crossentropy is used instead.")
    assert "?" not in preset.description


@pytest.mark.parametrize(
    ("loss", "meant"),
    [
        ("bce", BinaryCrossentropy()),
        ("MSE", MeanSquaredError()),
        (["kld"], KLDivergence()),
        ({"output": "log_cosh"}, LogCosh()),
        ({"module": "builtins", "class_name": "function", "config": "hinge", "registered_name": "function"}, Hinge()),
        (made("BinaryCrossentropy", "keras.losses", from_logits=True, name="b", axis=-1), BinaryCrossentropy(True)),
    ],
)
def test_a_loss_is_taken_by_whatever_name_keras_wrote(loss: object, meant: Loss) -> None:
    preset = read(sequential(entry(None, 5), dense(), compile_config={"loss": loss, "loss_weights": None}))
    assert preset.plan.loss == meant
    assert preset.description == "Imported from a Keras file, with its loss."


@pytest.mark.parametrize("loss", ["bcee", "Dice2", "ctc", "my_loss", {"class_name": "function", "config": "mine"}])
def test_a_loss_that_is_not_taken_is_named_with_what_stands_in_for_it(loss: object) -> None:
    preset = read(sequential(entry(None, 5), dense(), compile_config={"loss": loss, "loss_weights": [2]}))
    assert preset.plan == Plan()
    assert "Its loss was not imported: " in preset.description
    assert "; categorical_crossentropy is used instead." in preset.description
    assert "Its loss_weights [2] were not imported." in preset.description
    assert ".." not in preset.description
    assert "?" not in preset.description


def test_an_optimizer_is_taken_without_a_schedule_that_counts_steps() -> None:
    schedule = made("CosineDecay", "keras.optimizers.schedules", initial_learning_rate=0.01, decay_steps=100)
    adam = made("Adam", "keras.optimizers", name="adam", learning_rate=schedule)
    preset = read(sequential(entry(None, 5), dense(), compile_config={"optimizer": adam}))
    assert preset.plan == Plan(optimizer=Adam(learning_rate=0.01))
    assert "Its CosineDecay was not imported, so the learning rate stays at its initial value" in preset.description


@pytest.mark.parametrize("compiled", [None, {}, [], "adam", {"optimizer": None, "loss": None}])
def test_a_model_that_was_not_compiled_has_the_default_plan(compiled: object) -> None:
    assert read(sequential(entry(None, 5), compile_config=compiled)).plan == Plan()


LAYERS = [
    (made("Lambda", name="l", function="..."), "layer 1 (Lambda 'l'): LayerLab does not offer Lambda, which Keras has"),
    (made("Embedding"), "layer 1 (Embedding): LayerLab does not offer Embedding, which Keras has"),
    (made("Dens"), "layer 1 (Dens): LayerLab does not support Dens here; did you mean Dense?"),
    (made("dense", units=3), "layer 1 (dense): LayerLab does not support dense here; did you mean Dense?"),
    (made("Input", shape=[3]), "layer 1 (Input): LayerLab does not support Input here"),
    (
        made("Dense", "my.layers"),
        "layer 1 (Dense), module: expected a class from keras.layers; LayerLab loads no other",
    ),
    (made("Dense") | {"module": None}, "layer 1 (Dense), module: "),
    (dense() | {"registered_name": "My>Dense"}, "layer 1 (Dense 'd'), registered_name: expected a Keras class"),
    (dense(units="3"), "layer 1 (Dense 'd'), units: expected a whole number of at least 1"),
    (dense(units=True), "layer 1 (Dense 'd'), units: expected a whole number"),
    (dense(units=10**30), "layer 1 (Dense 'd'), units: expected a whole number"),
    (dense(units=None), "layer 1 (Dense 'd'), units: expected a whole number"),
    (made("Dense", name="d"), "layer 1 (Dense 'd'), units: is missing: Size of the output"),
    (dense(activation="glu"), "layer 1 (Dense 'd'), activation: expected one of linear"),
    (dense(activation=made("LeakyReLU")), "layer 1 (Dense 'd'), activation: expected one of linear"),
    (dense(kernel_constraint=made("NonNeg", "keras.constraints")), "layer 1 (Dense 'd'), kernel_constraint: LayerLab"),
    (dense(dtype="float16"), "layer 1 (Dense 'd'), dtype: LayerLab computes in float32, not 'float16'"),
    (dense(dtype=FLOAT16), "layer 1 (Dense 'd'), dtype: LayerLab computes in float32, not 'mixed_float16'"),
    (dense(dtype={"class_name": "Mine", "config": {}}), "layer 1 (Dense 'd'), dtype: LayerLab computes in float32"),
    (
        dense(kernel_initializer=made("Mine", "mine")),
        "layer 1 (Dense 'd'), kernel_initializer.module: expected a class",
    ),
    (dense(kernel_initializer="Constant(value=2)"), "layer 1 (Dense 'd'), kernel_initializer: 'Constant(value=2)' is"),
    (dense(lora_rank=4), "layer 1 (Dense 'd'), lora_rank: LayerLab supports only None, not 4"),
    (made("Dropout", rate=float("nan")), "layer 1 (Dropout), rate: expected a number"),
    (
        made("Dropout", rate=0.5, noise_shape=[1]),
        "layer 1 (Dropout), noise_shape: LayerLab supports only None, not [1]",
    ),
    (made("Conv2D", data_format="channels_first"), "layer 1 (Conv2D), data_format: LayerLab supports only channels"),
    (made("Conv2D", filters=3, kernel_size=3, padding=2), "layer 1 (Conv2D), padding: expected valid or same, not 2"),
    (made("LSTM", units=3, stateful=True), "layer 1 (LSTM), stateful: LayerLab supports only False, not True"),
    (made("ReLU", max_value=7), "layer 1 (ReLU), max_value: LayerLab supports only None, not 7"),
    (made("RandomFlip"), "layer 1 (RandomFlip): LayerLab does not offer RandomFlip, which Keras has"),
    (made("Conv4D"), "layer 1 (Conv4D): LayerLab does not support Conv4D here"),
    (
        made("ReLU", activity_regularizer={}),
        "layer 1 (ReLU), activity_regularizer: LayerLab supports only None, not {}",
    ),
    (
        made("ZeroPadding1D", data_format="channels_first"),
        "layer 1 (ZeroPadding1D), data_format: LayerLab supports only",
    ),
    (made("ZeroPadding1D", padding=[2, 0]), "layer 1 (ZeroPadding1D), padding: LayerLab supports only equal padding"),
    (made("ZeroPadding1D", padding=2), "layer 1 (ZeroPadding1D): LayerLab supports it only in front of a Conv1D"),
    (
        made("Bidirectional", layer=made("Dense", units=3)),
        "layer 1 (Bidirectional), layer: LayerLab does not support Dense",
    ),
    (made("Bidirectional"), "layer 1 (Bidirectional), layer: is missing"),
    ({**dense(), "shared_object_id": 1}, "layer 1 (Dense 'd'): appears in the model more than once"),
    ({"class_name": "Dense"}, "layer 1 (Dense), config: expected a table of arguments, not None"),
    ({"class_name": ["Dense"]}, "layer 1: expected a Keras object with class_name and config"),
    (dense(name="\x1b[31m\n", units=0), "layer 1 (Dense '\\x1b[31m\\n'), units: expected"),
    (dense(**{"\x1b[31m": 1}), "layer 1 (Dense 'd'), '\\x1b[31m': LayerLab supports only None, not 1"),
]


@pytest.mark.parametrize(("layer", "message"), LAYERS, ids=[message for _, message in LAYERS])
def test_a_layer_that_layerlab_has_not_is_refused_by_place_and_argument(layer: Json, message: str) -> None:
    assert refusal(sequential(entry(None, 5), layer)).startswith(message)


MODELS: list[tuple[object, str]] = [
    ([], "expected a Keras Sequential or Functional model, not []"),
    ({}, "expected a Keras Sequential or Functional model, not {}"),
    (made("MyModel", "mine"), "expected a Keras Sequential or Functional model, not the class MyModel"),
    (made("Sequential", "mine", layers=[]), "module: expected a class from keras"),
    (made("Sequential", "keras", layers={}), "layers: expected a list of layers"),
    (made("Sequential", "keras", layers=[3]), "layers: expected a list of layers"),
    (sequential(), "the model has no input shape"),
    (sequential(dense()), "the model has no input shape"),
    (sequential(entry()), "layer 0 (InputLayer 'in'), batch_shape: expected a list of sizes"),
    (sequential(entry(32, 5)), "layer 0 (InputLayer 'in'), batch_shape: the batch size is fixed to 32"),
    (sequential(entry(None, None, 5)), "layer 0 (InputLayer 'in'), batch_shape: LayerLab needs every size"),
    (sequential(entry(None, 2, 3, 4, 5)), "layer 0 (InputLayer 'in'), batch_shape: expected 1 to 3 sizes"),
    (sequential(entry(None, -3)), "layer 0 (InputLayer 'in'), batch_shape: expected a whole number"),
    (sequential(entry(None, 5, dtype="int32")), "layer 0 (InputLayer 'in'), dtype: LayerLab computes in float32"),
    (sequential(entry(None, 5, sparse=True)), "layer 0 (InputLayer 'in'), sparse: LayerLab supports only dense inputs"),
    (functional(entry(None, 5), inputs=[["n0", 0, 0], ["n1", 0, 0]]), "input_layers: LayerLab supports one input"),
    (functional(entry(None, 5), outputs=["gone", 0, 0]), "layers: there is no path back from 'gone'"),
    (functional(entry(None, 5), inputs=["gone", 0, 0]), "layer 0 (InputLayer 'in'): is called 0 times"),
    (functional(), "layers: there is no path back from"),
]


@pytest.mark.parametrize(("model", "message"), MODELS, ids=[message for _, message in MODELS])
def test_a_model_that_is_no_plain_chain_is_refused(model: object, message: str) -> None:
    assert refusal(model).startswith(message)


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([], "is called 0 times; LayerLab supports only a plain chain"),
        ([call("n0"), call("n0")], "is called 2 times"),
        ([call("n0", "n0")], "has inputs other than the previous layer"),
        ([{"args": [[*call("n0", "n0")["args"]]]}], "has inputs other than the previous layer"),
        ([call("n0", training=True)], "is called with training=True"),
        ([[["n0", 0, 0, {}], ["n0", 0, 0, {}]]], "has inputs other than the previous layer"),
        ([[["n0", 0, 0, {"training": True}]]], "is called with training=True"),
        ([[["n0"]]], "has inputs other than the previous layer"),
        (None, "is called 0 times"),
    ],
)
def test_a_layer_of_a_functional_is_called_once_on_the_layer_before(nodes: object, message: str) -> None:
    model = functional(entry(None, 5), dense())
    model["config"]["layers"][1]["inbound_nodes"] = nodes
    assert refusal(model).startswith(f"layer 1 (Dense 'd'): {message}")


def test_layers_in_a_circle_and_beside_the_way_are_refused() -> None:
    model = functional(entry(None, 5), dense(), dense())
    layers = model["config"]["layers"]
    layers[1]["inbound_nodes"] = [call("n2")]
    assert refusal(model) == "layers: there is no path back from 'n2' to the input 'n0'"
    layers[1]["inbound_nodes"] = layers[2]["inbound_nodes"] = [call("n0")]
    assert refusal(model).startswith("layer 1 (Dense 'd'): is not on the path from input to output")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("name = 'lenet'", "neither a .keras file nor JSON"),
        ('{"class_name": "Sequential", ', "incomplete JSON; get the whole file"),
        ('{"a": 1,\n "b": nil}', "invalid JSON at line 2, column 7"),
        ('{"a": 1, "a": 2}', "a: appears twice"),
        ("[" * 100_000, "nested too deeply for a model"),
        ('{"class_name": ' + "9" * 10_000 + "}", "expected a Keras Sequential or Functional model, not {'class_na"),
    ],
    ids=["nothing", "toml", "cut", "odd", "double", "deep", "digits"],
)
def test_text_that_is_no_json_of_a_model_is_refused(text: str, message: str) -> None:
    with pytest.raises(PresetError) as refused:
        loads(text, "odd\n.json")
    assert str(refused.value).startswith(f"'odd\\n.json': {message}")


@pytest.mark.parametrize("depth", [10, 300, 1_000, 3_000, 30_000])
def test_models_nested_without_end_are_read_or_refused(depth: int) -> None:
    head, tail = '{"class_name": "Sequential", "config": {"layers": [', "]}}"
    text = f"{head}{json.dumps(entry(None, 5))}, {head * depth}{json.dumps(dense())}{tail * depth}{tail}"
    try:
        assert loads(text, "model.json").architecture == Architecture((5,), (Dense(3),))
    except PresetError as refused:
        assert str(refused) == "model.json: nested too deeply for a model"  # noqa: PT017  # either is right


def test_layers_nested_without_end_are_refused_at_the_first() -> None:
    inner = made("LSTM", units=3)
    for _ in range(100):
        inner = made("Bidirectional", layer=inner)
    assert refusal(sequential(entry(None, 5, 2), inner)).startswith(
        "layer 1 (Bidirectional), layer: LayerLab does not support Bidirectional here"
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
WHOLE = functional(
    entry(None, 8, 8, 1),
    made("ZeroPadding2D", padding=[[1, 1], [1, 1]]),
    made("Conv2D", filters=4, kernel_size=[3, 3], padding="valid", kernel_initializer=HE, dtype=FLOAT32),
    made("MaxPooling2D", pool_size=[2, 2], strides=[2, 2]),
    made("ReLU", max_value=None),
    sequential(made("Reshape", target_shape=[-1, 4]), made("ZeroPadding1D", padding=1), made("Conv1D", filters=1)),
    made("Bidirectional", layer=made("SimpleRNN", units=2), backward_layer=made("SimpleRNN", units=2)),
    dense(kernel_regularizer=made("L1", "keras.regularizers", l1=0.1)),
) | {"compile_config": {"optimizer": made("SGD", "keras.optimizers", learning_rate=0.1), "loss": "mse"}}


def places(raw: object, *path: Any) -> list[tuple[Any, ...]]:
    """The paths to all that ``raw`` holds."""
    held = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    return [path, *(found for key, each in held for found in places(each, *path, key))]


@settings(max_examples=1_000)
@given(st.sampled_from(places(WHOLE)[1:]), JSON, st.booleans())
def test_whatever_stands_anywhere_is_read_or_refused_in_one_line(path: tuple[Any, ...], value: Any, gone: bool) -> None:
    model = json.loads(json.dumps(WHOLE))
    holder = model
    for key in path[:-1]:
        holder = holder[key]
    if gone:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    try:
        preset = loads(json.dumps(model), "model.json")
    except PresetError as refused:
        assert str(refused).isprintable()  # noqa: PT017  # either is right
    else:
        assert preset.description.isprintable()


# Files.


def packed(path: Path, *, compression: int = ZIP_DEFLATED, **files: str) -> Path:
    with ZipFile(path, "w", compression) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "."), text)
    return path


def test_a_keras_file_is_read_wherever_it_lies_and_whatever_it_is_called(tmp_path: Path) -> None:
    text = json.dumps(sequential(entry(None, 5), dense()))
    zipped = packed(tmp_path / "a.zip", config_json=text, metadata_json="[", model_weights="no HDF5")
    plain = tmp_path / "a.txt"
    plain.write_text(text, encoding="utf-8-sig")
    assert load(zipped).architecture == load(plain).architecture == Architecture((5,), (Dense(3),))
    assert load(zipped).name == "a"


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    text = json.dumps(sequential(entry(None, 5), dense()))
    bomb = "[" + " " * (20 * 2**20) + "]"
    whole = packed(tmp_path / "whole.keras", config_json=text).read_bytes()
    files = {
        "old.h5": b"\x89HDF\r\n\x1a\n...",
        "bytes.json": b"\xff\xfe\x00",
        "large.json": bomb.encode(),
        "cut.keras": whole[:-30],
        "spoiled.keras": whole[:60] + b"\x00\x00\x00\x00" + whole[64:],
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    packed(tmp_path / "bomb.keras", config_json=bomb)
    packed(tmp_path / "other.zip", readme_md="")
    packed(tmp_path / "packed.keras", config_json=text, compression=ZIP_BZIP2)
    told = {path.name: refused_file(path) for path in tmp_path.iterdir() if path.is_file() and path.name[:5] != "whole"}
    assert told == {
        "old.h5": "a damaged HDF5 file: get a new copy, or save the model again",
        "bytes.json": "cannot be read: text in UTF-16; save it as UTF-8",
        "large.json": "more than 16 MiB of JSON; no model that LayerLab can show is that large",
        "bomb.keras": "more than 16 MiB of JSON; no model that LayerLab can show is that large",
        "cut.keras": "damaged, or not a .keras file: get a new copy, or save the model again",
        "spoiled.keras": told["spoiled.keras"],
        "other.zip": "a zip file without config.json, so not a .keras file",
        "packed.keras": "config.json uses a compression that Keras does not; save the model again",
    }
    assert told["spoiled.keras"].startswith("damaged, or not a .keras file: ")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert refused_file(tmp_path / "none.keras") == "cannot be read: No such file or directory"
    assert refused_file(tmp_path) == f"{tmp_path}: cannot be read: a folder, not a file; choose a file"


def test_a_table_of_contents_without_end_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "many.keras"
    with ZipFile(path, "w") as archive:
        for number in range(100):
            archive.writestr(f"{number:060000}", b"")
    assert refused_file(path) == "damaged, or not a .keras file: its table of contents is too large"


def refused_file(path: Path) -> str:
    with pytest.raises(PresetError) as refused:
        load(path)
    words = str(refused.value)
    assert words.isprintable()
    return words.removeprefix(f"{path.name}: ")


@settings(max_examples=300)
@given(st.data())
def test_a_spoiled_zip_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.getbasetemp() / "spoiled.keras"
    content = bytearray(packed(path, config_json=json.dumps(sequential(entry(None, 5)))).read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4), "places"):
        content[place] = data.draw(st.integers(0, 255), "byte")
    path.write_bytes(content)
    try:
        load(path)
    except PresetError as refused:
        assert str(refused).isprintable()  # noqa: PT017  # either is right


def test_reading_and_refusing_load_no_keras_and_nothing_that_a_file_names(tmp_path: Path) -> None:
    (tmp_path / "trap.py").write_text('raise SystemExit("imported")')
    good = packed(tmp_path / "good.keras", config_json=json.dumps(sequential(entry(None, 5), dense())))
    trap = made("Trap", "trap") | {"registered_name": "trap>Trap"}
    bad = packed(tmp_path / "bad.keras", config_json=json.dumps(sequential(entry(None, 5), trap)))
    code = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(tmp_path)!r})
from core.importing.keras_file import load
from core.presets import PresetError
load(Path({str(good)!r}))
try:
    load(Path({str(bad)!r}))
except PresetError as error:
    print(error)
print([name for name in ("keras", "tensorflow", "numpy", "h5py", "pickle", "trap") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    refused, loaded = done.stdout.splitlines()
    assert refused.startswith("bad.keras: layer 1 (Trap), module: ")
    assert loaded == "[]"
