"""A Keras model's JSON as a plain chain: the shape of its input and its layers' JSON, in order.

A Sequential is always a chain; a Functional is one if every layer is called once, on the previous layer's output.
Nested models are flattened.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from core.fields.types import FieldError, ShapeField, quoted, quoted_name
from core.importing import operations
from core.importing.objects import float32_only, opened
from core.network.shapes import Shape

__all__ = ["KERAS_1", "Chain", "chain", "is_model", "located"]

_MODELS = ("Sequential", "Functional", "Model")
_MODULES = ("keras", "keras.models", "keras.engine")
_KERAS_1 = frozenset({"output_dim", "nb_filter", "nb_row", "border_mode", "W_regularizer", "b_regularizer", "init"})
"""Layer arguments that only Keras 1 has."""
KERAS_1 = "a Keras 1 model; load it in Keras 2.0 to 2.2, which can read it, and save model.to_json() there"
_PLAIN = "LayerLab supports only a plain chain, each layer called once on the previous one"
_USE_TRAINING = ("BatchNormalization", "Dropout", "SpatialDropout2D", "GaussianNoise", *_MODELS)
"""Layers that behave differently when called with training=False."""


class Chain(Struct, frozen=True):
    """The shape of one example, and the layers after the input as Keras serializes them."""

    input_shape: Shape
    layers: tuple[Mapping[str, Any], ...]


def chain(model: object) -> Chain:
    """``model`` as a chain. Raises `FieldError` if it is not a Keras model or not a chain."""
    if not is_model(model):
        raise FieldError(f"expected a Keras Sequential or Functional model, not {_description(model)}")
    config = _config(model)
    layers = tuple(_flattened(config, frozen=False))
    if layers and layers[0].get("class_name") == "InputLayer":
        with located(0, layers[0]):
            return Chain(_input_shape(layers[0]), layers[1:])
    return Chain(_shape(config.get("build_input_shape") or _first_shape(layers)), layers)


@contextmanager
def located(number: int, layer: Mapping[str, Any]) -> Iterator[None]:
    """Prepend the layer to the message of a `FieldError` raised inside: ``layer 3 (Dense 'dense_1'), units: ...``.

    Layers are numbered as on screen: the input is 0.
    """
    try:
        yield
    except FieldError as error:
        raise FieldError(f"{_place(number, layer)}{', ' if error.path else ': '}{error}") from error


def _place(number: int, layer: Mapping[str, Any]) -> str:
    config = layer.get("config")
    name = config.get("name") if isinstance(config, Mapping) else None
    class_name = layer.get("class_name")
    words = [quoted_name(class_name)] if isinstance(class_name, str) else []
    words += [quoted(name)] if isinstance(name, str) else []
    return f"layer {number} ({' '.join(words)})" if words else f"layer {number}"


def is_model(raw: object) -> bool:
    """Whether ``raw`` is the JSON of a Sequential or a Functional."""
    return isinstance(raw, Mapping) and raw.get("class_name") in _MODELS


def _config(model: object) -> Mapping[str, Any]:
    """The arguments of a model. Up to version 2.2.2, Keras wrote a Sequential as just a list of its layers."""
    if isinstance(model, Mapping) and isinstance(model.get("config"), list):
        model = {**model, "config": {"layers": model["config"]}}
    _, config = opened(model, *_MODULES)
    return config


def _first_shape(layers: tuple[Mapping[str, Any], ...]) -> object:
    """The input shape as Keras 2 wrote it: in the first layer, or in the layer nested in that."""
    first = layers[0].get("config") if layers else None
    while isinstance(first, Mapping):
        for key in ("batch_input_shape", "batch_shape"):
            if first.get(key):
                return first[key]
        inner = first.get("layer")
        first = inner.get("config") if isinstance(inner, Mapping) else None
    return None


def _description(raw: object) -> str:
    name = raw.get("class_name") if isinstance(raw, Mapping) else None
    return f"the class {quoted_name(name)}" if isinstance(name, str) else quoted(raw)


def _flattened(config: Mapping[str, Any], *, frozen: bool) -> Iterator[Mapping[str, Any]]:
    """The layers of a model and of its nested models; layers of a frozen model are frozen."""
    frozen = frozen or config.get("trainable") is False
    for index, layer in enumerate(_in_order(config)):
        if is_model(layer):
            with located(index, layer):
                inner = _config(layer)
            for nested in _flattened(inner, frozen=frozen):
                if index == 0 or nested.get("class_name") != "InputLayer":
                    yield nested
        elif frozen and isinstance(layer.get("config"), Mapping):
            yield {**layer, "config": {**layer["config"], "trainable": False}}
        else:
            yield layer


def _in_order(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    layers = config.get("layers")
    if not isinstance(layers, list) or not all(isinstance(layer, Mapping) for layer in layers):
        raise FieldError("expected a list of layers", ("layers",))
    for number, layer in enumerate(layers):
        _reject_keras_1(layer)
        if "shared_object_id" in layer:
            raise FieldError(f"{_place(number, layer)}: appears in the model more than once; {_PLAIN}")
    return _chained(config, layers) if "input_layers" in config or "output_layers" in config else layers


def _reject_keras_1(layer: Mapping[str, Any]) -> None:
    config = layer.get("config")
    if isinstance(config, Mapping) and not _KERAS_1.isdisjoint(config):
        raise FieldError(KERAS_1)


# A Functional's layers: each lists by name the layers it is called on.


def _chained(config: Mapping[str, Any], layers: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """``layers`` from the input to the output, found by walking back from the output."""
    first, name = (_only_end(config, key) for key in ("input_layers", "output_layers"))
    numbers = {str(_layer_name(layer)): number for number, layer in enumerate(layers)}
    found: dict[int, Mapping[str, Any]] = {}
    while True:
        number = numbers.get(name)
        if number is None or number in found:
            raise FieldError(f"there is no path back from {quoted(name)} to the input {quoted(first)}", ("layers",))
        layer = found[number] = layers[number]
        if name == first:
            break
        with located(number, layer):
            call = _call(layer)
            if operations.is_operation(layer):
                found[number] = operations.as_layer(layer, call.operands, call.named)
            else:
                _plain_call(layer, call)
        name = call.source
    for number, layer in enumerate(layers):
        if number not in found:
            raise FieldError(f"{_place(number, layer)}: is not on the path from input to output; {_PLAIN}")
    return list(reversed(found.values()))


def _layer_name(layer: Mapping[str, Any]) -> object:
    """The name by which other layers refer to ``layer``."""
    config = layer.get("config")
    return layer.get("name", config.get("name") if isinstance(config, Mapping) else None)


def _only_end(config: Mapping[str, Any], key: str) -> str:
    """The name of a model's only input or output layer, given as ``["dense", 0, 0]`` or as a list with one of these."""
    ends = config.get(key)
    if isinstance(ends, list) and len(ends) == 1:
        ends = ends[0]
    if not isinstance(ends, list) or len(ends) != 3 or not isinstance(ends[0], str):
        raise FieldError(f"LayerLab supports one input and one output, not {quoted(ends)}", (key,))
    return ends[0]


class _Call(Struct, frozen=True):
    """The call of a layer: the previous layer's name, operands (None for its tensor) and named arguments."""

    source: str
    operands: list[object]
    named: Mapping[str, object]
    old: bool
    """Whether Keras 2 wrote it, which lists only arguments that were given."""


def _call(layer: Mapping[str, Any]) -> _Call:
    """The only call of ``layer``, on a single previous layer. Raises `FieldError`."""
    nodes = layer.get("inbound_nodes")
    if not isinstance(nodes, list) or len(nodes) != 1:
        raise FieldError(f"is called {len(nodes) if isinstance(nodes, list) else 0} times; {_PLAIN}")
    node = nodes[0]
    if isinstance(node, Mapping):
        given, named = node.get("args"), node.get("kwargs")
        operands: list[object] = given if isinstance(given, list) else []
        return _one_source(operands, named if isinstance(named, Mapping) else {}, old=False)
    tensor = node[0] if isinstance(node, list) and len(node) == 1 else node
    if not isinstance(tensor, list) or len(tensor) not in (3, 4) or not isinstance(tensor[0], str):
        raise FieldError(f"has inputs other than the previous layer; {_PLAIN}")
    named = tensor[3] if len(tensor) == 4 and isinstance(tensor[3], Mapping) else {}
    if tensor[0] == "_CONSTANT_VALUE":  # a number first, then the other operand by name
        operands = [tensor[2], *(value for key, value in named.items() if key in ("x", "y"))]
        return _one_source(operands, {}, old=True)
    return _one_source([tensor[:3]], named, old=True)


def _one_source(operands: list[object], named: Mapping[str, object], *, old: bool) -> _Call:
    histories = [_history(operand) for operand in operands]
    sources = [history for history in histories if history]
    if len(sources) != 1:
        raise FieldError(f"has inputs other than the previous layer; {_PLAIN}")
    others = [None if history else operand for history, operand in zip(histories, operands, strict=True)]
    return _Call(sources[0], others, named, old)


def _plain_call(layer: Mapping[str, Any], call: _Call) -> None:
    """Raises `FieldError` if a layer is called with anything but the previous layer's tensor."""
    if len(call.operands) != 1:
        raise FieldError(f"has inputs other than the previous layer; {_PLAIN}")
    for name, value in call.named.items():
        matters = call.old and name == "training" and layer.get("class_name") in _USE_TRAINING
        if value is not None and (value is not False or matters):  # Keras 3 writes False for arguments not given
            raise FieldError(f"is called with {quoted_name(name)}={quoted(value)}; {_PLAIN}")


def _history(tensor: object) -> str:
    """The name of the layer that a tensor comes from: ``["dense", 0, 0]`` is a layer, its call and its output."""
    if isinstance(tensor, Mapping):
        config = tensor.get("config")
        tensor = config.get("keras_history") if isinstance(config, Mapping) else None
    if isinstance(tensor, list) and len(tensor) == 3 and isinstance(tensor[0], str):
        return tensor[0]
    return ""


# The input.


def _input_shape(layer: Mapping[str, Any]) -> Shape:
    _, config = opened(layer, "keras.layers")
    float32_only(config)
    for name in ("sparse", "ragged"):
        if config.get(name):
            raise FieldError("LayerLab supports only dense inputs", (name,))
    with FieldError.at("batch_shape"):
        return _shape(config.get("batch_shape", config.get("batch_input_shape")))


def _shape(raw: object) -> Shape:
    """The shape of one example, from a shape that starts with a batch axis of unknown size."""
    if raw is None:
        raise FieldError("the model has no input shape; start it with keras.Input(shape), or build it before saving")
    if not isinstance(raw, list) or not raw:
        raise FieldError(f"expected a list of sizes, batch first, not {quoted(raw)}")
    if raw[0] is not None:
        raise FieldError(f"the batch size is fixed to {quoted(raw[0])}; leave it as None, the plan sets batch_size")
    if None in raw[1:]:
        raise FieldError(f"LayerLab needs every size of an example, not {quoted(raw)}")
    shape: Shape = ShapeField().read(raw[1:])
    return shape
