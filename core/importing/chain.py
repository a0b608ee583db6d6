"""A Keras model's JSON as a plain chain: the shape of its input and its layers' JSON, in order.

A Sequential is one by itself; a Functional where every layer is called once, on what the layer before it gives.
Models within a model are unrolled.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from core.importing.objects import float32_only, opened
from core.kinds import FieldError, plain, shown
from core.kinds import Shape as ShapeKind
from core.shapes import Shape

__all__ = ["Chain", "chain", "located"]

_MODELS = ("Sequential", "Functional", "Model")
_MODULES = (
    "keras",
    "keras.models",
    "keras.src.models.sequential",
    "keras.src.models.functional",
    "keras.src.engine.functional",
)
_PLAIN = "LayerLab takes a plain chain, each layer called once on the one before"


class Chain(Struct, frozen=True):
    """The shape of one example, and the layers after the input as Keras serializes them."""

    input_shape: Shape
    layers: tuple[Mapping[str, Any], ...]


def chain(model: object) -> Chain:
    """The chain that ``model`` is. Raises `FieldError` for what is no model of Keras, or no chain."""
    if not _is_model(model):
        raise FieldError(f"expected a Sequential or Functional model of Keras, not {_what(model)}")
    _, config = opened(model, *_MODULES)
    layers = tuple(_unrolled(config, frozen=False))
    if layers and layers[0].get("class_name") == "InputLayer":
        with located(0, layers[0]):
            return Chain(_input_shape(layers[0]), layers[1:])
    first = layers[0].get("config") if layers else None
    given = first.get("batch_input_shape") if isinstance(first, Mapping) else None
    return Chain(_shape(config.get("build_input_shape") or given), layers)


@contextmanager
def located(number: int, layer: Mapping[str, Any]) -> Iterator[None]:
    """Begin the message of a FieldError raised inside with the layer: ``layer 3 (Dense 'dense_1'), units: ...``.

    Layers are counted as the screen does: the input is 0.
    """
    try:
        yield
    except FieldError as error:
        raise FieldError(f"{_place(number, layer)}{', ' if error.path else ': '}{error}") from error


def _place(number: int, layer: Mapping[str, Any]) -> str:
    config = layer.get("config")
    name = config.get("name") if isinstance(config, Mapping) else None
    kind = layer.get("class_name")
    words = [plain(kind)] if isinstance(kind, str) else []
    words += [shown(name)] if isinstance(name, str) else []
    return f"layer {number} ({' '.join(words)})" if words else f"layer {number}"


def _is_model(raw: object) -> bool:
    return isinstance(raw, Mapping) and raw.get("class_name") in _MODELS


def _what(raw: object) -> str:
    name = raw.get("class_name") if isinstance(raw, Mapping) else None
    return f"the class {plain(name)}" if isinstance(name, str) else shown(raw)


def _unrolled(config: Mapping[str, Any], *, frozen: bool) -> Iterator[Mapping[str, Any]]:
    """The layers of a model and of the models in it; those of a frozen model are frozen."""
    frozen = frozen or config.get("trainable") is False
    for index, layer in enumerate(_in_order(config)):
        if _is_model(layer):
            with located(index, layer):
                _, inner = opened(layer, *_MODULES)
            for each in _unrolled(inner, frozen=frozen):
                if index == 0 or each.get("class_name") != "InputLayer":
                    yield each
        elif frozen and isinstance(layer.get("config"), Mapping):
            yield {**layer, "config": {**layer["config"], "trainable": False}}
        else:
            yield layer


def _in_order(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    layers = config.get("layers")
    if not isinstance(layers, list) or not all(isinstance(layer, Mapping) for layer in layers):
        raise FieldError("expected a list of layers", ("layers",))
    for number, layer in enumerate(layers):
        if "shared_object_id" in layer:
            raise FieldError(f"{_place(number, layer)}: stands in the model more than once; {_PLAIN}")
    return _chained(config, layers) if "input_layers" in config or "output_layers" in config else layers


# A Functional's layers: each tells by name what it is called on.


def _chained(config: Mapping[str, Any], layers: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """``layers`` from the input to the output, followed from the output back."""
    first, name = (_only_end(config, key) for key in ("input_layers", "output_layers"))
    numbers = {str(layer.get("name")): number for number, layer in enumerate(layers)}
    found: dict[int, Mapping[str, Any]] = {}
    while True:
        number = numbers.get(name)
        if number is None or number in found:
            raise FieldError(f"there is no way back from {shown(name)} to the input {shown(first)}", ("layers",))
        found[number] = layers[number]
        if name == first:
            break
        with located(number, layers[number]):
            name = _source(layers[number])
    for number, layer in enumerate(layers):
        if number not in found:
            raise FieldError(f"{_place(number, layer)}: lies off the way from input to output; {_PLAIN}")
    return list(reversed(found.values()))


def _only_end(config: Mapping[str, Any], key: str) -> str:
    """The name of the layer at the only end of a model: ``["dense", 0, 0]``, or a list of one such."""
    ends = config.get(key)
    if isinstance(ends, list) and len(ends) == 1:
        ends = ends[0]
    if not isinstance(ends, list) or len(ends) != 3 or not isinstance(ends[0], str):
        raise FieldError(f"LayerLab takes one input and one output, not {shown(ends)}", (key,))
    return ends[0]


def _source(layer: Mapping[str, Any]) -> str:
    """The name of the layer that ``layer`` is called on."""
    nodes = layer.get("inbound_nodes")
    if not isinstance(nodes, list) or len(nodes) != 1:
        raise FieldError(f"is called {len(nodes) if isinstance(nodes, list) else 0} times; {_PLAIN}")
    node = nodes[0]
    if not isinstance(node, Mapping):
        raise FieldError("is written as Keras 2 writes it; load the model in Keras 3 and save it again")
    given, named = node.get("args"), node.get("kwargs")
    history = _history(given[0]) if isinstance(given, list) and len(given) == 1 else None
    if not isinstance(history, list) or not history or not isinstance(history[0], str):
        raise FieldError(f"is called on more than the one layer before; {_PLAIN}")
    for name, value in named.items() if isinstance(named, Mapping) else ():
        if value is not None and value is not False:  # what Keras puts in where nothing is given
            raise FieldError(f"is called with {plain(name)}={shown(value)}; {_PLAIN}")
    return history[0]


def _history(tensor: object) -> object:
    """From where a tensor comes: ``["dense", 0, 0]``, a layer, its call and its output."""
    config = tensor.get("config") if isinstance(tensor, Mapping) else None
    return config.get("keras_history") if isinstance(config, Mapping) else None


# The input.


def _input_shape(layer: Mapping[str, Any]) -> Shape:
    _, config = opened(layer, "keras.layers")
    float32_only(config)
    for name in ("sparse", "ragged"):
        if config.get(name):
            raise FieldError("LayerLab takes dense inputs only", (name,))
    with FieldError.at("batch_shape"):
        return _shape(config.get("batch_shape", config.get("batch_input_shape")))


def _shape(raw: object) -> Shape:
    """The shape of one example from one with the batch in front, whose size has to be left open."""
    if raw is None:
        raise FieldError("the model has no input shape; begin it with keras.Input(shape), or build it before saving")
    if not isinstance(raw, list) or not raw:
        raise FieldError(f"expected a list of sizes, the batch first, not {shown(raw)}")
    if raw[0] is not None:
        raise FieldError(f"the batch is fixed to {shown(raw[0])}; leave it open, the plan has a batch_size")
    if None in raw[1:]:
        raise FieldError(f"LayerLab needs every size of an example, not {shown(raw)}")
    shape: Shape = ShapeKind().read(raw[1:])
    return shape
