"""Keras's serialized objects, as they stand in its JSON, as LayerLab's layers, optimizers and losses.

Keras writes an object as ``{"module": ..., "class_name": ..., "config": {...}, "registered_name": ...}`` with every
argument in ``config``. Only names are compared here: nothing that a file names is looked up or imported.
"""

from collections.abc import Mapping
from contextlib import suppress
from struct import pack, unpack
from typing import Any, TypeVar, cast

from msgspec import Struct

from core.fields.registry import Registered, RegisteredField
from core.fields.struct import Field, FieldStruct, fields_of
from core.fields.types import (
    ChoiceField,
    FieldError,
    IntField,
    OptionalField,
    PaddingField,
    did_you_mean,
    normalize_name,
    quoted,
    quoted_name,
)
from core.keras_call import KerasObject
from core.network.layers import Activation, Bidirectional, Input, Layer
from core.network.regularizers import NAMED, Regularizer, RegularizerField
from core.plan.losses import Loss
from core.plan.optimizers import Optimizer

__all__ = ["ZeroPadding1D", "float32_only", "is_absent", "layer", "loss", "opened", "optimizer"]

_NO_MATTER = (
    "name",
    "dtype",  # seen to by itself
    "trainable",  # where LayerLab has no such field, there is nothing to train
    "batch_shape",  # in a layer that is not the input
    "batch_input_shape",
    "unroll",  # questions of speed
    "implementation",
    "jit_compile",
    "fused",
    "autocast",  # all is float32
    "is_legacy_optimizer",
    "zero_output_for_mask",  # no layer of LayerLab makes a mask
    "renorm_momentum",  # renorm itself is refused
    "exclude_embeddings",  # no layer of LayerLab is one
)
"""Arguments that LayerLab has no use for, whatever their value."""

_UNUSED: Mapping[str, tuple[str, ...]] = {
    "SeparableConv2D": ("kernel_initializer", "kernel_regularizer"),
    "DepthwiseConv2D": ("kernel_initializer", "kernel_regularizer"),
}
"""Arguments that Keras 2 wrote for layers that have no such weight."""

_ONLY: Mapping[str, tuple[object, ...]] = {
    "return_state": (False,),
    "stateful": (False,),
    "time_major": (False,),
    "sparse": (False,),
    "ragged": (False,),
    "groups": (1,),
    "renorm": (False,),
    "rms_scaling": (False,),
    "synchronized": (False,),
    "axis": (-1,),
    "reduction": ("sum_over_batch_size", "auto"),
    "exclude_layers": ([],),
    "schedule_decay": (0.004,),  # what Nadam computes with in Keras 3
    "decay": (0.0,),
    "lazy": (False,),
}
"""Arguments that LayerLab has not, with the values besides None that change nothing."""

_SAME: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "BatchNormalizationV1": ("BatchNormalization", {}),
    "BatchNormalizationV2": ("BatchNormalization", {}),
    "UnifiedLSTM": ("LSTM", {}),
    "UnifiedGRU": ("GRU", {}),
    "CuDNNLSTM": ("LSTM", {}),
    "CuDNNGRU": ("GRU", {"reset_after": True}),
}
"""Classes that TensorFlow had by names of their own, with the arguments that they left unsaid."""

_UNSAID: Mapping[str, Mapping[str, object]] = {"GRU": {"reset_after": False}}
"""What Keras 2 did where it did not write an argument, other than Keras 3."""

_NO_ACTIVATION: Mapping[str, str] = {"activation": "linear", "recurrent_activation": "linear"}
"""What Keras makes of None."""

M = TypeVar("M", bound=Registered)


class ZeroPadding1D(Struct, frozen=True):
    """The layer that Keras needs in front of a Conv1D for a padding of so many zeros on each side."""

    padding: int


def layer(raw: object) -> Layer | ZeroPadding1D:
    """A layer from Keras's JSON. Raises `FieldError`, which names the argument, for what LayerLab cannot express."""
    name, config = opened(raw, "keras.layers")
    if name == "ZeroPadding1D":
        return ZeroPadding1D(_pixels(config))
    if name == "ReLU":
        return _relu(config)
    if name == "Softmax":
        _take_nothing_else(config, {"axis": (-1, [-1])})
        return Activation("softmax")
    return _read(Layer, raw)


def is_absent(name: str) -> bool:
    """Whether Keras has a layer called ``name`` and nothing in LayerLab does what it does."""
    return name in Layer.absent and name not in ("ZeroPadding1D", "ReLU", "Softmax", "InputLayer")


def optimizer(raw: object) -> Optimizer:
    """An optimizer from Keras's JSON. Raises `FieldError` for what LayerLab cannot express."""
    return _read(Optimizer, raw)


def loss(raw: object) -> Loss:
    """A loss from Keras's JSON: an object, a name, a function, or the only one in a list or by the output's name.

    Raises `FieldError` for what LayerLab cannot express.
    """
    if isinstance(raw, list) and len(raw) == 1:
        return loss(raw[0])
    if isinstance(raw, Mapping) and len(raw) == 1 and "class_name" not in raw:
        return loss(*raw.values())
    return _read(Loss, _function(raw))


def opened(raw: object, *modules: str) -> tuple[str, Mapping[str, Any]]:
    """The class name and the arguments of a serialized object from one of Keras's ``modules``, or from within one.

    Raises `FieldError` for what is no serialized object, and for a class that is not Keras's own.
    """
    if not isinstance(raw, Mapping) or not isinstance(raw.get("class_name"), str):
        raise FieldError(f"expected an object of Keras with class_name and config, not {quoted(raw)}")
    name, config = raw["class_name"], raw.get("config")
    if not isinstance(config, Mapping):
        raise FieldError(f"expected a table of arguments, not {quoted(config)}", ("config",))
    # Keras 2 gave no module. What Keras 3 finds in no module is a class of a person's own.
    module = _public(raw.get("module", modules[0]))
    if not any(module == each or (each != "keras" and module.startswith(f"{each}.")) for each in modules):
        raise FieldError(f"expected a class of {modules[0]}; LayerLab loads no other code", ("module",))
    if raw.get("registered_name") not in (None, name):
        raise FieldError("expected a class of Keras; LayerLab loads no other code", ("registered_name",))
    return name, config


def _public(module: object) -> str:
    """A module of Keras as Keras 3 calls it in public: ``keras.layers`` for ``tensorflow.python.keras.layers.core``."""
    name = module if isinstance(module, str) else ""
    for begin in ("tensorflow.python.keras", "tensorflow.keras", "tf_keras", "keras"):
        if name == begin or name.startswith(f"{begin}."):
            return "keras" + name.removeprefix(begin).removeprefix(".src").removeprefix(".api")
    return name


def _function(raw: object) -> object:
    """The name of a function of Keras's own where one is serialized; else ``raw``."""
    if not isinstance(raw, Mapping) or raw.get("class_name") != "function":
        return raw
    name = raw.get("config")
    return name if isinstance(name, str) and raw.get("registered_name") in (None, "function", name) else raw


def float32_only(config: Mapping[str, Any]) -> None:
    """Raises `FieldError` if the object with these arguments computes in anything but float32."""
    dtype = config.get("dtype")
    policy = dtype.get("config") if isinstance(dtype, Mapping) else None
    name = policy.get("name", dtype) if isinstance(policy, Mapping) else dtype
    if dtype is not None and name != "float32":
        raise FieldError(f"LayerLab computes in float32, not {quoted(name)}", ("dtype",))


def _read(family: type[M], raw: object) -> M:
    kind = RegisteredField(family)
    return cast("M", kind.read(_member(kind, raw)))


def _member(kind: RegisteredField, raw: object) -> dict[str, object]:
    """A member of a family as ``kind`` reads it from a preset's file."""
    family = kind.family
    if isinstance(raw, str):
        return {family.tag: raw}
    if not issubclass(family, KerasObject):
        raise TypeError(f"{family.__name__} has no counterpart in Keras")
    name, config = opened(_uncustomized(family, raw), f"keras.{family.module}")
    name, unsaid = _SAME.get(name, (name, {}))
    if _old(raw):
        unsaid = {**_UNSAID.get(name, {}), **unsaid}
    member = _class(kind, name)
    config = {key: value for key, value in config.items() if key not in _UNUSED.get(member.__name__, ())}
    return {**unsaid, **_arguments(member, config, old=_old(raw)), family.tag: member.__name__}


def _old(raw: object) -> bool:
    """Whether Keras 2, or Keras 3 in a file of its format, wrote a serialized object: neither names a module."""
    return isinstance(raw, Mapping) and "module" not in raw


def _uncustomized(family: type[Registered], raw: object) -> object:
    """tf.keras 2.11 called its own optimizers ``Custom>Adam``."""
    name = raw.get("class_name") if isinstance(raw, Mapping) and _old(raw) else None
    if family is Optimizer and isinstance(raw, Mapping) and isinstance(name, str) and name.startswith("Custom>"):
        return {**raw, "class_name": name.removeprefix("Custom>")}
    return raw


def _class(kind: RegisteredField, name: str) -> type[Registered]:
    """The class that Keras calls ``name``. Raises `FieldError` for one that LayerLab has not, or not here."""
    family = kind.family
    known = {each: family.members[each] for each in kind.names if each != Input.__name__}
    names = {also: member for member in known.values() for also in (member.__name__, *member.aliases)}
    if family is not Layer:  # Keras takes those in other spellings
        names |= {normalize_name(each): member for each, member in names.items()}
        name = name if name in names else normalize_name(name)
    if name in names:
        return names[name]
    if name in family.absent:
        raise FieldError(f"LayerLab takes no {name} here: Keras has it, LayerLab does not offer it")
    near = did_you_mean(name, known, family.absent, numbered=False)
    here = near if near.startswith("; did") or len(known) < len(family.members) - 1 else ""
    raise FieldError(f"LayerLab takes no {quoted_name(name)} here{here}")


def _arguments(cls: type[FieldStruct], config: Mapping[str, Any], *, old: bool = False) -> dict[str, object]:
    """The arguments in ``config`` that are fields of ``cls``, as `core.fields.struct.read` takes them."""
    float32_only(config)
    config = _both_ways(config) if cls is Bidirectional else _as_given(config)
    fields = {field.name: field for field in fields_of(cls)}
    arguments: dict[str, object] = {}
    for key, raw in config.items():
        name = cls.renamed.get(key, key)
        with FieldError.at(key):
            if name in arguments:
                raise FieldError(f"stands there twice, as {name} too")
            if name in fields:
                if raw is not None or fields[name].default is not None:
                    arguments[name] = _value(fields[name], raw, old=old)
            elif name in cls.accepted:
                if raw is not None:
                    arguments[name] = raw
            else:
                _changes_nothing(name, raw)
    return arguments


def _changes_nothing(name: str, raw: object, only: Mapping[str, tuple[object, ...]] = _ONLY) -> None:
    """Raises `FieldError` unless an argument that LayerLab has not makes no difference at the value ``raw``."""
    allowed = only.get(name, (None,))
    if name not in _NO_MATTER and raw is not None and raw not in allowed:
        raise FieldError(f"LayerLab takes {quoted(allowed[0])} only, not {quoted(raw)}")


def _value(field: Field, raw: object, *, old: bool) -> object:
    """``raw`` as the kind of ``field`` reads it from a preset's file."""
    kind = field.type.kind if isinstance(field.type, OptionalField) else field.type
    if raw is None and not field.required and (field.name == "epsilon" or isinstance(kind, ChoiceField)):
        return field.type.write(field.default) if field.name == "epsilon" else _NO_ACTIVATION.get(field.name, raw)
    if isinstance(kind, RegisteredField):
        return _member(kind, raw)
    if isinstance(kind, RegularizerField):
        return _regularizer(raw)
    if isinstance(kind, PaddingField) and not isinstance(raw, str):
        raise FieldError(f"expected {' or '.join(kind.words)}, not {quoted(raw)}")
    if isinstance(kind, IntField) and isinstance(raw, list) and len(raw) == 1:
        return raw[0]  # the window of a one-dimensional layer
    if isinstance(kind, ChoiceField):
        return _function(raw)
    return _rounded(raw) if old else raw


def _regularizer(raw: object) -> object:
    if isinstance(raw, str):
        return raw
    name, config = opened(raw, "keras.regularizers")
    if name.upper() not in NAMED:
        raise FieldError(f"LayerLab has no {quoted_name(name)}; available: L1, L2, L1L2")
    if name.upper() == "L1" and "l1" in config:
        config = {**config, "l1": _rounded(config["l1"])}  # of these classes it alone holds its factor as a float32
    return _arguments(Regularizer, config, old=_old(raw))


def _as_given(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """``config`` as a person would have written it, where Keras writes what has become of an argument."""
    given = dict(config)
    if "pool_size" in given and given.get("strides") == given["pool_size"]:
        given["strides"] = None
    for name in ("learning_rate", "lr"):
        if name in given:
            given[name] = _rounded(given[name])
    return given


def _both_ways(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments of a Bidirectional without the layer that reads backward.

    Raises `FieldError` unless that is a copy of the other, and both are frozen where the whole is.
    """
    (kind,) = (field.type for field in fields_of(Bidirectional) if isinstance(field.type, RegisteredField))
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


def _relu(config: Mapping[str, Any]) -> Layer:
    """Keras's layer ReLU as the activation or the layer that does the same."""
    slope, bound = config.get("negative_slope"), config.get("max_value")
    bent = isinstance(slope, int | float) and not isinstance(slope, bool) and slope > 0
    others: dict[str, tuple[object, ...]] = {"max_value": (None,), "negative_slope": (0,), "threshold": (0,)}
    if bent:
        others["negative_slope"] = (slope,)
    elif bound == 6:
        others["max_value"] = (bound,)
    _take_nothing_else(config, others)
    if bent:
        return _read(Layer, {"class_name": "LeakyReLU", "config": {"negative_slope": _rounded(slope)}})
    return Activation("relu6" if bound == 6 else "relu")


def _pixels(config: Mapping[str, Any]) -> int:
    padding = config.get("padding", 1)
    _take_nothing_else(config, {"padding": (padding,), "data_format": ("channels_last",)})
    sides = padding if isinstance(padding, list) else [padding, padding]
    with FieldError.at("padding"):
        if len(sides) != 2 or sides[0] != sides[1]:
            raise FieldError(f"LayerLab takes as many zeros on both sides, not {quoted(padding)}")
        return IntField(1).read(sides[0])


def _take_nothing_else(config: Mapping[str, Any], only: Mapping[str, tuple[object, ...]]) -> None:
    """Raises `FieldError` for an argument that makes a difference, unless it has a value that ``only`` has for it."""
    float32_only(config)
    for name, raw in config.items():
        with FieldError.at(name):
            _changes_nothing(name, raw, only)
