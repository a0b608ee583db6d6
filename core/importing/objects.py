"""Keras's serialized objects, as they stand in its JSON, as LayerLab's layers, optimizers and losses.

Keras writes an object as ``{"module": ..., "class_name": ..., "config": {...}, "registered_name": ...}`` with every
argument in ``config``. Only names are compared here: nothing that a file names is looked up or imported.
"""

from collections.abc import Mapping
from contextlib import suppress
from struct import pack, unpack
from typing import Any, TypeVar, cast

from msgspec import Struct

from core.families import Family, OneOf
from core.fields import Described, Table, fields_of, nearest
from core.keras_call import KerasObject
from core.kinds import FieldError, Kind, Maybe, Padding, Whole, plain, shown
from core.layers import Activation, Bidirectional, Input, Layer
from core.losses import Loss
from core.optimizers import Optimizer
from core.regularizers import Regularizer

__all__ = ["ZeroPadding1D", "float32_only", "layer", "loss", "opened", "optimizer"]

_NO_MATTER = (
    "name",
    "dtype",  # seen to by itself
    "trainable",  # where LayerLab has no such field, there is nothing to train
    "batch_shape",  # in a layer that is not the input
    "batch_input_shape",
    "unroll",  # a question of speed
    "zero_output_for_mask",  # no layer of LayerLab makes a mask
    "renorm_momentum",  # renorm itself is refused
    "exclude_embeddings",  # no layer of LayerLab is one
)
"""Arguments that LayerLab has no use for, whatever their value."""

_ONLY: Mapping[str, object] = {
    "return_state": False,
    "stateful": False,
    "renorm": False,
    "rms_scaling": False,
    "synchronized": False,
    "axis": -1,
    "reduction": "sum_over_batch_size",
    "exclude_layers": [],
}
"""Arguments that LayerLab has not, with the one value besides None that changes nothing."""

_ACTIVATIONS: Mapping[str, tuple[Mapping[str, object], str]] = {
    "ReLU": ({"max_value": None, "negative_slope": 0, "threshold": 0}, "relu"),
    "Softmax": ({"axis": -1}, "softmax"),
}
"""Layers of Keras that an Activation stands for, with the arguments at which it does."""

M = TypeVar("M", bound=Family)


class ZeroPadding1D(Struct, frozen=True):
    """The layer that Keras needs in front of a Conv1D for a padding of so many zeros on each side."""

    padding: int


def layer(raw: object) -> Layer | ZeroPadding1D:
    """A layer from Keras's JSON. Raises `FieldError`, which names the argument, for what LayerLab cannot express."""
    name, config = opened(raw, "keras.layers")
    if name == "ZeroPadding1D":
        return ZeroPadding1D(_pixels(config))
    if name in _ACTIVATIONS:
        return _activation(name, config)
    return _read(Layer, raw)


def optimizer(raw: object) -> Optimizer:
    """An optimizer from Keras's JSON. Raises `FieldError` for what LayerLab cannot express."""
    return _read(Optimizer, raw)


def loss(raw: object) -> Loss:
    """A loss from Keras's JSON, where it may be a mere name. Raises `FieldError` for what LayerLab cannot express."""
    return _read(Loss, raw)


def opened(raw: object, *modules: str) -> tuple[str, Mapping[str, Any]]:
    """The class name and the arguments of a serialized object from one of Keras's ``modules``.

    Raises `FieldError` for what is no serialized object, and for a class that is not Keras's own.
    """
    if not isinstance(raw, Mapping) or not isinstance(raw.get("class_name"), str):
        raise FieldError(f"expected an object of Keras with class_name and config, not {shown(raw)}")
    name, config = raw["class_name"], raw.get("config")
    if not isinstance(config, Mapping):
        raise FieldError(f"expected a table of arguments, not {shown(config)}", ("config",))
    # Keras 2 gave no module. What Keras 3 finds in no module is a class of a person's own.
    if raw.get("module", modules[0]) not in modules:
        raise FieldError(f"expected a class of {modules[0]}; LayerLab loads no other code", ("module",))
    if raw.get("registered_name") not in (None, name):
        raise FieldError("expected a class of Keras; LayerLab loads no other code", ("registered_name",))
    return name, config


def float32_only(config: Mapping[str, Any]) -> None:
    """Raises `FieldError` if the object with these arguments computes in anything but float32."""
    dtype = config.get("dtype")
    policy = dtype.get("config") if isinstance(dtype, Mapping) else None
    name = policy.get("name", dtype) if isinstance(policy, Mapping) else dtype
    if dtype is not None and name != "float32":
        raise FieldError(f"LayerLab computes in float32, not {shown(name)}", ("dtype",))


def _read(family: type[M], raw: object) -> M:
    kind = OneOf(family)
    return cast("M", kind.read(_member(kind, raw)))


def _member(kind: OneOf, raw: object) -> dict[str, object]:
    """A member of a family as ``kind`` reads it from a preset's file."""
    family = kind.family
    if isinstance(raw, str):
        return {family.tag: raw}
    if not issubclass(family, KerasObject):
        raise TypeError(f"{family.__name__} has no counterpart in Keras")
    name, config = opened(raw, f"keras.{family.module}")
    known = [each for each in kind.names if each != Input.__name__]
    if name not in known:
        raise FieldError(f"LayerLab takes no {plain(name)} here{nearest(name, known)}")
    return {**_arguments(family.members[name], config), family.tag: name}


def _arguments(cls: type[Described], config: Mapping[str, Any]) -> dict[str, object]:
    """The arguments in ``config`` that are fields of ``cls``, as `core.fields.read` takes them."""
    float32_only(config)
    config = _both_ways(config) if cls is Bidirectional else _as_given(config)
    fields = {field.name: field for field in fields_of(cls)}
    arguments: dict[str, object] = {}
    for name, raw in config.items():
        with FieldError.at(name):
            if name in fields:
                if raw is not None or fields[name].default is not None:
                    arguments[name] = _value(fields[name].kind, raw)
            elif name in cls.accepted:
                arguments[name] = raw
            else:
                _changes_nothing(name, raw)
    return arguments


def _changes_nothing(name: str, raw: object, only: Mapping[str, object] = _ONLY) -> None:
    """Raises `FieldError` unless an argument that LayerLab has not makes no difference at the value ``raw``."""
    if name not in _NO_MATTER and raw is not None and raw != only.get(name):
        raise FieldError(f"LayerLab takes {shown(only.get(name))} only, not {shown(raw)}")


def _value(kind: Kind, raw: object) -> object:
    """``raw`` as ``kind`` reads it from a preset's file."""
    if isinstance(kind, Maybe):
        return _value(kind.kind, raw)
    if isinstance(kind, OneOf):
        return _member(kind, raw)
    if isinstance(kind, Table) and kind.of is Regularizer:
        return _regularizer(raw)
    if isinstance(kind, Padding) and not isinstance(raw, str):
        raise FieldError(f"expected {' or '.join(kind.words)}, not {shown(raw)}")
    if isinstance(kind, Whole) and isinstance(raw, list) and len(raw) == 1:
        return raw[0]  # the window of a one-dimensional layer
    return raw


def _regularizer(raw: object) -> dict[str, object]:
    name, config = opened(raw, "keras.regularizers")
    if name not in ("L1", "L2", "L1L2"):
        raise FieldError(f"LayerLab has no {plain(name)}; there are L1, L2 and L1L2")
    if name == "L1" and "l1" in config:
        config = {**config, "l1": _rounded(config["l1"])}  # of these classes it alone holds its factor as a float32
    return _arguments(Regularizer, config)


def _as_given(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """``config`` as a person would have written it, where Keras writes what has become of an argument."""
    given = dict(config)
    if "pool_size" in given and given.get("strides") == given["pool_size"]:
        given["strides"] = None
    if "learning_rate" in given:
        given["learning_rate"] = _rounded(given["learning_rate"])
    return given


def _both_ways(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments of a Bidirectional without the layer that reads backward.

    Raises `FieldError` unless that is a copy of the other, and both are frozen where the whole is.
    """
    (kind,) = (field.kind for field in fields_of(Bidirectional) if isinstance(field.kind, OneOf))
    ways: dict[str, dict[str, object]] = {}
    for name in ("layer", "backward_layer"):
        if config.get(name) is not None:
            with FieldError.at(name):
                ways[name] = _member(kind, config[name])
    forward = ways.get("layer", {})
    turned = forward | {"go_backwards": not forward.get("go_backwards", False)}
    if ways.get("backward_layer", turned) != turned:
        raise FieldError("LayerLab takes a copy of layer that reads backward, no other", ("backward_layer",))
    if config.get("trainable") is False and forward.get("trainable", True):
        raise FieldError("Keras trains the layer inside none the less; set its trainable=False too", ("trainable",))
    return {name: raw for name, raw in config.items() if name != "backward_layer"}


def _rounded(raw: object) -> object:
    """The shortest decimal that as a float32 is ``raw``: Keras writes out 0.001 as 0.0010000000474974513."""
    for digits in range(1, 10) if isinstance(raw, float) else ():
        short = float(f"{raw:.{digits}g}")
        with suppress(OverflowError):
            if unpack("f", pack("f", short))[0] == raw:
                return short
    return raw


def _activation(name: str, config: Mapping[str, Any]) -> Activation:
    only, stands_for = _ACTIVATIONS[name]
    _take_nothing_else(config, only)
    return Activation(stands_for)


def _pixels(config: Mapping[str, Any]) -> int:
    padding = config.get("padding", 1)
    _take_nothing_else(config, {"padding": padding, "data_format": "channels_last"})
    sides = padding if isinstance(padding, list) else [padding, padding]
    with FieldError.at("padding"):
        if len(sides) != 2 or sides[0] != sides[1]:
            raise FieldError(f"LayerLab takes as many zeros on both sides, not {shown(padding)}")
        return Whole(1).read(sides[0])


def _take_nothing_else(config: Mapping[str, Any], only: Mapping[str, object]) -> None:
    """Raises `FieldError` for an argument that makes a difference, unless it has the value that ``only`` has for it."""
    float32_only(config)
    for name, raw in config.items():
        with FieldError.at(name):
            _changes_nothing(name, raw, only)
