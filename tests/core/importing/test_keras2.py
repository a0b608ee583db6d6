"""Files of Keras 2, written by hand from what `get_config` gave there, for every layer that both know.

Keras 2 is tf.keras 2.x, and Keras 2.0 to 2.3 by itself, which lists fewer arguments.
"""

import json
from typing import Any

import pytest

from core.importing.keras_file import loads
from core.network.architecture import Architecture
from core.network.initializers import Constant, GlorotUniform, HeNormal, Orthogonal, RandomNormal, Zeros
from core.network.layers import (
    ELU,
    GRU,
    LSTM,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Bidirectional,
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GaussianNoise,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Input,
    Layer,
    LayerNormalization,
    LeakyReLU,
    MaxPooling1D,
    MaxPooling2D,
    PReLU,
    Rescaling,
    Reshape,
    Resizing,
    SeparableConv2D,
    SimpleRNN,
    SpatialDropout2D,
    UpSampling2D,
    ZeroPadding2D,
)
from core.network.regularizers import Regularizer
from core.network.summary import summarize
from core.plan.losses import BinaryCrossentropy, CategoricalCrossentropy
from core.plan.optimizers import SGD, Adam, Nadam, RMSprop
from core.plan.plan import Plan
from core.presets import Preset, PresetError

Json = dict[str, Any]

GLOROT = {"class_name": "GlorotUniform", "config": {"seed": None}}
ZEROS = {"class_name": "Zeros", "config": {}}
ONES = {"class_name": "Ones", "config": {}}
HE = {"class_name": "HeNormal", "config": {"seed": 7, "dtype": "float32"}}
L2 = {"class_name": "L2", "config": {"l2": 0.009999999776482582}}
L1L2 = {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 9.999999747378752e-05}}
IMAGE, STEPS, ROW = (8, 8, 2), (9, 4), (12,)
LAST = {"data_format": "channels_last"}


def weights(*names: str, **changed: Any) -> Json:
    """Initializers, penalties and constraints of the weights called so, as Keras 2 lists them."""
    found: Json = {}
    for name in names:
        usual = ZEROS if name in ("bias", "beta", "moving_mean") else GLOROT
        found |= {f"{name}_initializer": usual, f"{name}_regularizer": None, f"{name}_constraint": None}
    return found | {"activity_regularizer": None} | changed


def windowed(rank: int, **changed: Any) -> Json:
    pairs = [1] * rank
    return (
        {"strides": pairs, "padding": "valid", "dilation_rate": pairs, "groups": 1, "use_bias": True} | LAST | changed
    )


def recurrent(units: int, **changed: Any) -> Json:
    ways = {"return_sequences": False, "return_state": False, "go_backwards": False, "stateful": False}
    orthogonal = {"class_name": "Orthogonal", "config": {"gain": 1.0, "seed": None}}
    given = weights("kernel", "recurrent", "bias", recurrent_initializer=orthogonal)
    given |= {"units": units, "activation": "tanh", "use_bias": True, "dropout": 0.0, "recurrent_dropout": 0.0}
    return given | ways | {"unroll": False, "time_major": False} | changed


CASES: list[tuple[str, Json, tuple[int, ...], Layer]] = [
    ("Dense", {"units": 3, "activation": "relu", "use_bias": True}
     | weights("kernel", "bias", kernel_initializer=HE, kernel_regularizer=L2, bias_regularizer=L1L2),
     ROW, Dense(3, "relu", kernel_initializer=HeNormal(7), kernel_regularizer=Regularizer(l2=0.01),
                bias_regularizer=Regularizer(l2=0.0001))),
    ("Activation", {"activation": "swish"}, ROW, Activation("silu")),
    ("Flatten", {**LAST}, IMAGE, Flatten()),
    ("Reshape", {"target_shape": [4, 3]}, ROW, Reshape((4, 3))),
    ("Dropout", {"rate": 0.25, "noise_shape": None, "seed": None}, ROW, Dropout(0.25)),
    ("SpatialDropout2D", {"rate": 0.25, "noise_shape": None, "seed": None, **LAST}, IMAGE, SpatialDropout2D(0.25)),
    ("GaussianNoise", {"stddev": 0.1}, ROW, GaussianNoise(0.1)),
    ("LeakyReLU", {"alpha": 0.10000000149011612}, ROW, LeakyReLU(0.1)),
    ("ELU", {"alpha": 0.20000000298023224}, ROW, ELU(0.2)),
    ("PReLU", {"alpha_initializer": ZEROS, "alpha_regularizer": None, "alpha_constraint": None, "shared_axes": [1, 2]},
     IMAGE, PReLU(shared_axes=(1, 2))),
    ("Conv1D", windowed(1, filters=3, kernel_size=[3], activation="linear", padding="causal")
     | weights("kernel", "bias"), STEPS, Conv1D(3, 3, padding="causal")),
    ("Conv2D", windowed(2, filters=4, kernel_size=[3, 5], strides=[2, 2], groups=2, activation="relu")
     | weights("kernel", "bias"), IMAGE, Conv2D(4, (3, 5), (2, 2), groups=2, activation="relu")),
    ("Conv2DTranspose", windowed(2, filters=4, kernel_size=[3, 3], output_padding=None, activation="elu")
     | weights("kernel", "bias"), IMAGE, Conv2DTranspose(4, (3, 3), activation="elu")),
    ("SeparableConv2D", windowed(2, filters=4, kernel_size=[3, 3], depth_multiplier=2, activation="linear")
     | weights("depthwise", "pointwise", "bias", "kernel"), IMAGE, SeparableConv2D(4, (3, 3), depth_multiplier=2)),
    ("DepthwiseConv2D", windowed(2, kernel_size=[3, 3], depth_multiplier=2, activation="linear", padding="same")
     | weights("depthwise", "bias", "kernel"), IMAGE, DepthwiseConv2D((3, 3), padding="same", depth_multiplier=2)),
    ("MaxPooling1D", {"strides": [2], "pool_size": [2], "padding": "valid", **LAST}, STEPS, MaxPooling1D(2)),
    ("MaxPooling2D", {"strides": [3, 3], "pool_size": [2, 2], "padding": "same", **LAST}, IMAGE,
     MaxPooling2D((2, 2), (3, 3), "same")),
    ("AveragePooling2D", {"strides": [2, 2], "pool_size": [2, 2], "padding": "valid", **LAST}, IMAGE,
     AveragePooling2D()),
    ("GlobalAveragePooling1D", {"keepdims": False, **LAST}, STEPS, GlobalAveragePooling1D()),
    ("GlobalAveragePooling2D", {"keepdims": True, **LAST}, IMAGE, GlobalAveragePooling2D(keepdims=True)),
    ("GlobalMaxPooling2D", {**LAST}, IMAGE, GlobalMaxPooling2D()),
    ("ZeroPadding2D", {"padding": [[1, 2], [3, 4]], **LAST}, IMAGE, ZeroPadding2D(((1, 2), (3, 4)))),
    ("UpSampling2D", {"size": [2, 3], "interpolation": "bilinear", **LAST}, IMAGE, UpSampling2D((2, 3), "bilinear")),
    ("Rescaling", {"scale": 0.00392156862745098, "offset": 0.0}, IMAGE, Rescaling(1 / 255)),
    ("Resizing", {"height": 4, "width": 5, "interpolation": "bilinear", "crop_to_aspect_ratio": False}, IMAGE,
     Resizing(4, 5)),
    ("BatchNormalization", {"axis": [3], "momentum": 0.9, "epsilon": 0.001, "center": True, "scale": True,
                            "fused": True, "renorm": False, "virtual_batch_size": None,
                            "moving_variance_initializer": ONES}
     | weights("beta", "gamma", "moving_mean", gamma_initializer=ONES), IMAGE,
     BatchNormalization(axis=3, momentum=0.9)),
    ("LayerNormalization", {"axis": [1], "epsilon": 0.001, "center": True, "scale": True}
     | weights("beta", "gamma", gamma_initializer=ONES), ROW, LayerNormalization(axis=(1,))),
    ("SimpleRNN", recurrent(3), STEPS, SimpleRNN(3)),
    ("LSTM", recurrent(3, recurrent_activation="sigmoid", unit_forget_bias=True, implementation=2), STEPS, LSTM(3)),
    ("GRU", recurrent(3, recurrent_activation="sigmoid", implementation=1, reset_after=True), STEPS, GRU(3)),
    ("Bidirectional", {"merge_mode": "sum", "layer": {
        "class_name": "LSTM", "config": recurrent(3, recurrent_activation="sigmoid", unit_forget_bias=True)}},
     STEPS, Bidirectional(LSTM(3), "sum")),
]  # fmt: skip
"""The class, its arguments in tf.keras 2.x, an input and the layer that it is."""
BY_CLASS = {kind: (config, shape, layer) for kind, config, shape, layer in CASES}
UNKNOWN_TO_KERAS_2: set[str] = set()


def in_sequential(kind: str, config: Json, shape: tuple[int, ...]) -> Json:
    given = {"batch_input_shape": [None, *shape], "dtype": "float32", "sparse": False, "ragged": False, "name": "in"}
    first = {"class_name": "InputLayer", "config": given}
    layer = {"class_name": kind, "config": {"name": "it", "trainable": True, "dtype": "float32", **config}}
    config = {"name": "sequential", "layers": [first, layer]}
    return {"class_name": "Sequential", "config": config, "keras_version": "2.10.0", "backend": "tensorflow"}


def read(model: object) -> Preset:
    return loads(json.dumps(model), "model.json")


def refusal(model: object) -> str:
    with pytest.raises(PresetError) as refused:
        read(model)
    return str(refused.value).removeprefix("model.json: ")


def test_there_is_a_case_for_every_layer() -> None:
    assert set(BY_CLASS) | UNKNOWN_TO_KERAS_2 == set(Layer.members) - {Input.__name__}


@pytest.mark.parametrize(("kind", "config", "shape", "layer"), CASES, ids=BY_CLASS)
def test_a_layer_of_tf_keras_2_is_read(kind: str, config: Json, shape: tuple[int, ...], layer: Layer) -> None:
    read_back = read(in_sequential(kind, config, shape)).architecture
    assert read_back == Architecture(shape, (layer,))
    assert summarize(read_back).errors == ()


@pytest.mark.parametrize(("kind", "config", "shape", "layer"), CASES, ids=BY_CLASS)
def test_a_layer_is_read_from_a_functional_and_from_a_list(
    kind: str, config: Json, shape: tuple[int, ...], layer: Layer
) -> None:
    model = in_sequential(kind, config, shape)
    layers = model["config"]["layers"]
    first = {**layers[0], "name": "in", "inbound_nodes": []}
    second = {**layers[1], "name": "it", "inbound_nodes": [[["in", 0, 0, {}]]]}
    ends = {"input_layers": [["in", 0, 0]], "output_layers": [["it", 0, 0]]}
    functional = {"class_name": "Model", "config": {"name": "m", "layers": [first, second], **ends}}
    assert read(functional).architecture == Architecture(shape, (layer,))
    config = {**layers[1]["config"], "batch_input_shape": [None, *shape]}
    assert read({"class_name": "Sequential", "config": [{"class_name": kind, "config": config}]}).architecture == (
        Architecture(shape, (layer,))
    )


@pytest.mark.keras
@pytest.mark.parametrize(("kind", "config", "shape", "layer"), CASES, ids=BY_CLASS)
def test_it_has_as_many_parameters_as_keras_gives_it(
    kind: str, config: Json, shape: tuple[int, ...], layer: Layer
) -> None:
    from core.keras_runtime.keras_model import build

    architecture = read(in_sequential(kind, config, shape)).architecture
    assert summarize(architecture).totals.params == build(architecture, seed=1).count_params()


@pytest.mark.parametrize(
    ("kind", "config", "layer"),
    [
        ("GRU", {"units": 3, "activation": "tanh", "recurrent_activation": "sigmoid"}, GRU(3, reset_after=False)),
        ("CuDNNGRU", {"units": 3, "return_sequences": True, "stateful": False}, GRU(3, return_sequences=True)),
        ("CuDNNLSTM", {"units": 3, "unit_forget_bias": True}, LSTM(3)),
        ("UnifiedLSTM", {"units": 3}, LSTM(3)),
        ("BatchNormalizationV2", {"axis": [2], "epsilon": 0.001}, BatchNormalization(axis=2)),
        ("Convolution1D", {"filters": 2, "kernel_size": [3]}, Conv1D(2, 3)),
        ("ReLU", {"max_value": 6.0, "negative_slope": 0.0, "threshold": 0.0}, Activation("relu6")),
        ("ReLU", {"max_value": None, "negative_slope": 0.10000000149011612, "threshold": 0.0}, LeakyReLU(0.1)),
        ("Softmax", {"axis": -1}, Activation("softmax")),
        ("Dense", {"units": 3, "activation": None, "kernel_initializer": "normal"},
         Dense(3, kernel_initializer=RandomNormal())),
        ("Dense", {"units": 3, "kernel_initializer": {"class_name": "glorot_uniform", "config": {}}}, Dense(3)),
        ("Dense", {"units": 3, "kernel_initializer": {"class_name": "Constant", "config": {"value": 0}}},
         Dense(3, kernel_initializer=Constant())),
        ("Dense", {"units": 3, "kernel_regularizer": "l2"}, Dense(3, kernel_regularizer=Regularizer(l2=0.01))),
    ],
)  # fmt: skip
def test_what_went_by_another_name_is_the_same_layer(kind: str, config: Json, layer: Layer) -> None:
    assert read(in_sequential(kind, config, STEPS)).architecture == Architecture(STEPS, (layer,))


@pytest.mark.parametrize(
    ("kind", "changed", "message"),
    [
        ("LSTM", {"time_major": True}, "layer 1 (LSTM 'it'), time_major: LayerLab supports only False, not True"),
        ("LSTM", {"stateful": True}, "layer 1 (LSTM 'it'), stateful: LayerLab supports only False, not True"),
        ("GRU", {"return_state": True}, "layer 1 (GRU 'it'), return_state: LayerLab supports only False, not True"),
        ("SeparableConv2D", {"groups": 2}, "layer 1 (SeparableConv2D 'it'), groups: LayerLab supports only 1, not 2"),
        ("BatchNormalization", {"renorm": True}, "layer 1 (BatchNormalization 'it'), renorm: LayerLab supports only F"),
        ("Conv2D", {"data_format": "channels_first"}, "layer 1 (Conv2D 'it'), data_format: LayerLab supports only ch"),
        ("Dense", {"kernel_constraint": {"class_name": "NonNeg", "config": {}}},
         "layer 1 (Dense 'it'), kernel_constraint: LayerLab supports only None"),
        ("Dropout", {"noise_shape": [None, 1]}, "layer 1 (Dropout 'it'), noise_shape: LayerLab supports only None"),
        ("LeakyReLU", {"negative_slope": 0.1}, "layer 1 (LeakyReLU 'it'), negative_slope: is given twice"),
    ],
)  # fmt: skip
def test_an_argument_that_changes_something_is_refused(kind: str, changed: Json, message: str) -> None:
    config, shape, _ = BY_CLASS[kind]
    assert refusal(in_sequential(kind, config | changed, shape)).startswith(message)


def functional(*layers: Json) -> Json:
    """A Functional of tf.keras 2 with these layers behind its input."""
    given = {"batch_input_shape": [None, 4], "dtype": "float32", "sparse": False, "ragged": False, "name": "in"}
    listed = [{"class_name": "InputLayer", "config": given, "name": "in", "inbound_nodes": []}, *layers]
    ends = {"input_layers": [["in", 0, 0]], "output_layers": [[layers[-1]["name"], 0, 0]]}
    return {"class_name": "Functional", "config": {"name": "m", "layers": listed, **ends}, "keras_version": "2.11.0"}


def operation(function: str, inbound: object, name: str = "op") -> Json:
    config = {"name": name, "trainable": True, "dtype": "float32", "function": function}
    return {"class_name": "TFOpLambda", "config": config, "name": name, "inbound_nodes": inbound}


@pytest.mark.parametrize(
    ("function", "inbound", "layer"),
    [
        ("math.truediv", [["in", 0, 0, {"y": 4.0, "name": None}]], Rescaling(0.25)),
        ("math.multiply", [["in", 0, 0, {"y": 2, "name": None}]], Rescaling(2.0)),
        ("math.subtract", [["in", 0, 0, {"y": 1.0, "name": None}]], Rescaling(1.0, -1.0)),
        ("math.subtract", [["_CONSTANT_VALUE", -1, 1.0, {"y": ["in", 0, 0], "name": None}]], Rescaling(-1.0, 1.0)),
        ("__operators__.add", [["in", 0, 0, {"y": 0.5, "name": None}]], Rescaling(1.0, 0.5)),
        ("nn.relu", [["in", 0, 0, {"name": None}]], Activation("relu")),
    ],
)
def test_an_operation_of_tf_keras_is_the_layer_that_does_it(function: str, inbound: object, layer: Layer) -> None:
    assert read(functional(operation(function, inbound))).architecture.layers == (layer,)


def test_an_operation_of_the_first_tf_keras_is_read() -> None:
    config = {"name": "op", "dtype": "float32", "node_def": {"name": "truediv", "op": "RealDiv"}}
    config |= {"constants": {"1": 4.0}}
    layer = {"class_name": "TensorFlowOpLayer", "config": config, "name": "op", "inbound_nodes": [[["in", 0, 0, {}]]]}
    assert read(functional(layer)).architecture.layers == (Rescaling(0.25),)
    layer["config"] = config | {"constants": {"0": 4.0}}
    assert refusal(functional(layer)).startswith("layer 1 (TensorFlowOpLayer 'op'): divides a number by its input")


@pytest.mark.parametrize(
    ("function", "inbound", "message"),
    [
        ("math.truediv", [["in", 0, 0, {"y": 0.0}]], "divides by 0"),
        ("math.truediv", [["_CONSTANT_VALUE", -1, 1.0, {"y": ["in", 0, 0]}]], "divides a number by its input"),
        ("math.multiply", [["in", 0, 0, {"y": ["in", 0, 0]}]], "is not an operation with one number"),
        ("math.reduce_mean", [["in", 0, 0, {"axis": 1}]], "is the operation math.reduce_mean; between layers"),
        ("math.multiply", [["in", 0, 0, {"y": True}]], "is not an operation with one number"),
        ("math.multiply", [["in", 0, 0, {"y": float("nan")}]], "is not an operation with one number"),
    ],
)
def test_an_operation_that_no_layer_does_is_named(function: str, inbound: object, message: str) -> None:
    assert refusal(functional(operation(function, inbound))).startswith(f"layer 1 (TFOpLambda 'op'): {message}")


def test_a_layer_called_as_when_it_does_not_train_is_refused_where_that_matters() -> None:
    def called(kind: str, **config: Any) -> Json:
        nodes = [[["in", 0, 0, {"training": False}]]]
        return functional(
            {"class_name": kind, "config": {"name": "it", **config}, "name": "it", "inbound_nodes": nodes}
        )

    assert read(called("Dense", units=3)).architecture.layers == (Dense(3),)
    assert refusal(called("BatchNormalization")).startswith(
        "layer 1 (BatchNormalization 'it'): is called with training=False"
    )


def trained(**training: Any) -> Preset:
    """What is read from a model.json of TensorFlow.js, which has what a .h5 file has."""
    model = in_sequential("Dense", BY_CLASS["Dense"][0], ROW)
    topology = {"keras_version": "2.10.0", "backend": "tensorflow", "model_config": model, "training_config": training}
    return read({"format": "layers-model", "generatedBy": "keras v2.10.0", "modelTopology": topology})


@pytest.mark.parametrize(
    ("optimizer", "config", "meant", "note"),
    [
        ("Adam", {"lr": 0.0010000000474974513, "beta_1": 0.8999999761581421, "beta_2": 0.9990000128746033, "decay": 0.0,
                  "epsilon": 1e-07, "amsgrad": False}, Adam(), ""),
        ("Custom>Adam", {"name": "Adam", "weight_decay": None, "jit_compile": True, "is_legacy_optimizer": False,
                         "learning_rate": 0.01, "epsilon": None}, Adam(0.01), ""),
        ("SGD", {"lr": 0.1, "momentum": 0.9, "decay": 1e-06, "nesterov": True}, SGD(0.1, momentum=0.9, nesterov=True),
         " Its decay=1e-06 was not imported: it lowers the learning rate at every step"),
        ("RMSprop", {"learning_rate": 0.001, "rho": 0.9, "decay": 0.0, "epsilon": None}, RMSprop(), ""),
        ("Nadam", {"lr": 0.002, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-07, "schedule_decay": 0.004},
         Nadam(0.002), ""),
    ],
)  # fmt: skip
def test_an_optimizer_of_keras_2_is_taken_along(optimizer: str, config: Json, meant: object, note: str) -> None:
    preset = trained(optimizer_config={"class_name": optimizer, "config": config}, loss="binary_crossentropy")
    assert preset.plan == Plan(optimizer=meant, loss=BinaryCrossentropy())  # type: ignore[arg-type]  # one of several
    assert preset.description.startswith(f"Imported from a Keras file, with its optimizer and loss.{note}")


def test_a_loss_object_of_keras_2_is_taken_along() -> None:
    loss = {"class_name": "CategoricalCrossentropy",
            "config": {"reduction": "auto", "name": "c", "from_logits": True, "label_smoothing": 0}}  # fmt: skip
    assert trained(loss=loss).plan == Plan(loss=CategoricalCrossentropy(from_logits=True))


def test_what_means_something_else_in_keras_3_is_told() -> None:
    config = BY_CLASS["LSTM"][0] | {"recurrent_activation": "hard_sigmoid"}
    preset = read(in_sequential("LSTM", config, STEPS))
    assert preset.description.endswith(
        "hard_sigmoid is relu6(x + 3) / 6 in Keras 3; in Keras 2 it was 0.2 x + 0.5, clipped to 0 and 1."
    )
    assert "hard_sigmoid" not in read(in_sequential("Dense", BY_CLASS["Dense"][0], ROW)).description


@pytest.mark.parametrize(
    "model",
    [
        {"class_name": "Sequential", "keras_version": "1.2.2", "config": []},
        {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": {"output_dim": 3, "init": "zero"}}]},
        {"class_name": "Sequential", "config": [{"class_name": "Convolution2D", "config": {"nb_filter": 3}}]},
    ],
)
def test_a_model_of_keras_1_is_called_so(model: Json) -> None:
    assert refusal(model).startswith("a Keras 1 model; load it in Keras 2.0 to 2.2")


def test_a_model_of_tensorflow_js_is_read_but_for_a_graph() -> None:
    assert trained().architecture == Architecture(ROW, (BY_CLASS["Dense"][2],))
    assert refusal({"format": "graph-model", "modelTopology": {"node": []}}).startswith("a TensorFlow.js graph model")
    bare = {"modelTopology": in_sequential("Dense", BY_CLASS["Dense"][0], ROW), "weightsManifest": []}
    assert read(bare).architecture == trained().architecture


def test_the_initial_values_are_those_of_the_file() -> None:
    layer = read(in_sequential("LSTM", BY_CLASS["LSTM"][0], STEPS)).architecture.layers[0]
    assert isinstance(layer, LSTM)
    assert (layer.kernel_initializer, layer.recurrent_initializer) == (GlorotUniform(), Orthogonal())
    assert layer.bias_initializer == Zeros()
