"""Converts serialized Keras objects from JSON to LayerLab's layers, optimizers and losses.

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

_IGNORED = (
    "name",
    "dtype",  # checked separately
    "trainable",  # a layer without this field has nothing to train
    "batch_shape",  # in a layer that is not the input
    "batch_input_shape",
    "unroll",  # affects only speed
    "implementation",
    "jit_compile",
    "fused",
    "autocast",  # everything is float32
    "is_legacy_optimizer",
    "zero_output_for_mask",  # no LayerLab layer creates a mask
    "renorm_momentum",  # renorm itself is rejected
    "exclude_embeddings",  # LayerLab has no embedding layer
)
"""Arguments that LayerLab ignores, whatever their value."""

_UNUSED: Mapping[str, tuple[str, ...]] = {
    "SeparableConv2D": ("kernel_initializer", "kernel_regularizer"),
    "DepthwiseConv2D": ("kernel_initializer", "kernel_regularizer"),
}
"""Arguments that Keras 2 wrote for layers without that weight."""

_NEUTRAL: Mapping[str, tuple[object, ...]] = {
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
    "schedule_decay": (0.004,),  # the value that Nadam uses in Keras 3
    "decay": (0.0,),
    "lazy": (False,),
}
"""Arguments that LayerLab lacks, with the values besides None that change nothing."""

_RENAMED_CLASSES: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "BatchNormalizationV1": ("BatchNormalization", {}),
    "BatchNormalizationV2": ("BatchNormalization", {}),
    "UnifiedLSTM": ("LSTM", {}),
    "UnifiedGRU": ("GRU", {}),
    "CuDNNLSTM": ("LSTM", {}),
    "CuDNNGRU": ("GRU", {"reset_after": True}),
}
"""TensorFlow's names of Keras classes, with arguments that they imply without writing them."""

_KERAS_2_DEFAULTS: Mapping[str, Mapping[str, object]] = {"GRU": {"reset_after": False}}
"""Values of arguments that Keras 2 did not write, where Keras 3 has another default."""

_NO_ACTIVATION: Mapping[str, str] = {"activation": "linear", "recurrent_activation": "linear"}
"""How Keras reads None."""

M = TypeVar("M", bound=Registered)


class ZeroPadding1D(Struct, frozen=True):
    """The layer that Keras needs in front of a Conv1D to add ``padding`` zeros on each side."""

    padding: int


def layer(raw: object) -> Layer | ZeroPadding1D:
    """A layer from Keras's JSON. Raises `FieldError`, which names the argument, if LayerLab does not support it."""
    name, config = opened(raw, "keras.layers")
    if name == "ZeroPadding1D":
        return ZeroPadding1D(_pixels(config))
    if name == "ReLU":
        return _relu(config)
    if name == "Softmax":
        _check_arguments(config, {"axis": (-1, [-1])})
        return Activation("softmax")
    return _read(Layer, raw)


def is_absent(name: str) -> bool:
    """Whether Keras has a layer called ``name`` for which LayerLab has no equivalent."""
    return name in Layer.absent and name not in ("ZeroPadding1D", "ReLU", "Softmax", "InputLayer")


def optimizer(raw: object) -> Optimizer:
    """An optimizer from Keras's JSON. Raises `FieldError` if LayerLab does not support it."""
    return _read(Optimizer, raw)


def loss(raw: object) -> Loss:
    """A loss from Keras's JSON: an object, a name, a function, or a list or a table by output name with just one.

    Raises `FieldError` if LayerLab does not support it.
    """
    if isinstance(raw, list) and len(raw) == 1:
        return loss(raw[0])
    if isinstance(raw, Mapping) and len(raw) == 1 and "class_name" not in raw:
        return loss(*raw.values())
    return _read(Loss, _function(raw))


def opened(raw: object, *modules: str) -> tuple[str, Mapping[str, Any]]:
    """The class name and the arguments of a serialized object from one of Keras's ``modules`` or their submodules.

    Raises `FieldError` if it is not a serialized object, or its class is not part of Keras.
    """
    if not isinstance(raw, Mapping) or not isinstance(raw.get("class_name"), str):
        raise FieldError(f"expected a Keras object with class_name and config, not {quoted(raw)}")
    name, config = raw["class_name"], raw.get("config")
    if not isinstance(config, Mapping):
        raise FieldError(f"expected a table of arguments, not {quoted(config)}", ("config",))
    # Keras 2 wrote no module. In Keras 3, null means a custom class.
    module = _public(raw.get("module", modules[0]))
    if not any(module == allowed or (allowed != "keras" and module.startswith(f"{allowed}.")) for allowed in modules):
        raise FieldError(f"expected a class from {modules[0]}; LayerLab loads no other code", ("module",))
    if raw.get("registered_name") not in (None, name):
        raise FieldError("expected a Keras class; LayerLab loads no other code", ("registered_name",))
    return name, config


def _public(module: object) -> str:
    """The public Keras 3 name of a module: ``keras.layers.core`` for ``tensorflow.python.keras.layers.core``."""
    name = module if isinstance(module, str) else ""
    for prefix in ("tensorflow.python.keras", "tensorflow.keras", "tf_keras", "keras"):
        if name == prefix or name.startswith(f"{prefix}."):
            return "keras" + name.removeprefix(prefix).removeprefix(".src").removeprefix(".api")
    return name


def _function(raw: object) -> object:
    """The name of a serialized Keras function; ``raw`` if it is anything else."""
    if not isinstance(raw, Mapping) or raw.get("class_name") != "function":
        return raw
    name = raw.get("config")
    return name if isinstance(name, str) and raw.get("registered_name") in (None, "function", name) else raw


def float32_only(config: Mapping[str, Any]) -> None:
    """Raises `FieldError` if the object with these arguments does not compute in float32."""
    dtype = config.get("dtype")
    policy = dtype.get("config") if isinstance(dtype, Mapping) else None
    name = policy.get("name", dtype) if isinstance(policy, Mapping) else dtype
    if dtype is not None and name != "float32":
        raise FieldError(f"LayerLab computes in float32, not {quoted(name)}", ("dtype",))


def _read(family: type[M], raw: object) -> M:
    field_type = RegisteredField(family)
    return cast("M", field_type.read(_member(field_type, raw)))


def _member(field_type: RegisteredField, raw: object) -> dict[str, object]:
    """A member of a family, in the form that ``field_type`` reads from a preset file."""
    family = field_type.family
    if isinstance(raw, str):
        return {family.tag: raw}
    if not issubclass(family, KerasObject):
        raise TypeError(f"{family.__name__} has no counterpart in Keras")
    name, config = opened(_uncustomized(family, raw), f"keras.{family.module}")
    name, implied = _RENAMED_CLASSES.get(name, (name, {}))
    if _from_keras_2(raw):
        implied = {**_KERAS_2_DEFAULTS.get(name, {}), **implied}
    member = _class(field_type, name)
    config = {key: value for key, value in config.items() if key not in _UNUSED.get(member.__name__, ())}
    return {**implied, **_arguments(member, config, old=_from_keras_2(raw)), family.tag: member.__name__}


def _from_keras_2(raw: object) -> bool:
    """Whether a serialized object is in the format of Keras 2, which has no module."""
    return isinstance(raw, Mapping) and "module" not in raw


def _uncustomized(family: type[Registered], raw: object) -> object:
    """``raw`` without the prefix that tf.keras 2.11 gave its own optimizers, as in ``Custom>Adam``."""
    name = raw.get("class_name") if isinstance(raw, Mapping) and _from_keras_2(raw) else None
    if family is Optimizer and isinstance(raw, Mapping) and isinstance(name, str) and name.startswith("Custom>"):
        return {**raw, "class_name": name.removeprefix("Custom>")}
    return raw


def _class(field_type: RegisteredField, name: str) -> type[Registered]:
    """The class that Keras calls ``name``. Raises `FieldError` if LayerLab does not support it here."""
    family = field_type.family
    known = {allowed: family.members[allowed] for allowed in field_type.names if allowed != Input.__name__}
    names = {alias: member for member in known.values() for alias in (member.__name__, *member.aliases)}
    if family is not Layer:  # Keras accepts other spellings of these
        names |= {normalize_name(alias): member for alias, member in names.items()}
        name = name if name in names else normalize_name(name)
    if name in names:
        return names[name]
    if name in family.absent:
        raise FieldError(f"LayerLab does not offer {name}, which Keras has")
    near = did_you_mean(name, known, family.absent, numbered=False)
    hint = near if near.startswith("; did") or len(known) < len(family.members) - 1 else ""
    raise FieldError(f"LayerLab does not support {quoted_name(name)} here{hint}")


def _arguments(cls: type[FieldStruct], config: Mapping[str, Any], *, old: bool = False) -> dict[str, object]:
    """The arguments in ``config`` that are fields of ``cls``, as `core.fields.struct.read` accepts them."""
    float32_only(config)
    config = _bidirectional(config) if cls is Bidirectional else _as_written(config)
    fields = {field.name: field for field in fields_of(cls)}
    arguments: dict[str, object] = {}
    for key, raw in config.items():
        name = cls.renamed.get(key, key)
        with FieldError.at(key):
            if name in arguments:
                raise FieldError("is given twice, under two names")
            if name in fields:
                if raw is not None or fields[name].default is not None:
                    arguments[name] = _value(fields[name], raw, old=old)
            elif name in cls.accepted:
                if raw is not None:
                    arguments[name] = raw
            else:
                _check_neutral(name, raw)
    return arguments


def _check_neutral(name: str, raw: object, neutral: Mapping[str, tuple[object, ...]] = _NEUTRAL) -> None:
    """Raises `FieldError` if an argument that LayerLab lacks makes a difference with the value ``raw``."""
    allowed = neutral.get(name, (None,))
    if name not in _IGNORED and raw is not None and raw not in allowed:
        raise FieldError(f"LayerLab supports only {quoted(allowed[0])}, not {quoted(raw)}")


def _value(field: Field, raw: object, *, old: bool) -> object:
    """``raw`` in the form that the type of ``field`` reads from a preset file."""
    field_type = field.type.kind if isinstance(field.type, OptionalField) else field.type
    if raw is None and not field.required and (field.name == "epsilon" or isinstance(field_type, ChoiceField)):
        return field.type.write(field.default) if field.name == "epsilon" else _NO_ACTIVATION.get(field.name, raw)
    if isinstance(field_type, RegisteredField):
        return _member(field_type, raw)
    if isinstance(field_type, RegularizerField):
        return _regularizer(raw)
    if isinstance(field_type, PaddingField) and not isinstance(raw, str):
        raise FieldError(f"expected {' or '.join(field_type.words)}, not {quoted(raw)}")
    if isinstance(field_type, IntField) and isinstance(raw, list) and len(raw) == 1:
        return raw[0]  # the window of a one-dimensional layer
    if isinstance(field_type, ChoiceField):
        return _function(raw)
    return _rounded(raw) if old else raw


def _regularizer(raw: object) -> object:
    if isinstance(raw, str):
        return raw
    name, config = opened(raw, "keras.regularizers")
    if name.upper() not in NAMED:
        raise FieldError(f"LayerLab has no {quoted_name(name)}; available: L1, L2, L1L2")
    if name.upper() == "L1" and "l1" in config:
        config = {**config, "l1": _rounded(config["l1"])}  # the only regularizer that stores its factor as float32
    return _arguments(Regularizer, config, old=_from_keras_2(raw))


def _as_written(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """``config`` as a user would have written it, undoing what Keras computed from the arguments."""
    arguments = dict(config)
    if "pool_size" in arguments and arguments.get("strides") == arguments["pool_size"]:
        arguments["strides"] = None
    for name in ("learning_rate", "lr"):
        if name in arguments:
            arguments[name] = _rounded(arguments[name])
    return arguments


def _bidirectional(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments of a Bidirectional without its backward layer.

    Raises `FieldError` unless the backward layer is a copy of the forward one, and both are frozen if the wrapper is.
    """
    (field_type,) = (field.type for field in fields_of(Bidirectional) if isinstance(field.type, RegisteredField))
    directions: dict[str, dict[str, object]] = {}
    for name in ("layer", "backward_layer"):
        if config.get(name) is not None:
            with FieldError.at(name):
                directions[name] = _member(field_type, config[name])
    forward = directions.get("layer", {})
    reversed_copy = forward | {"go_backwards": not forward.get("go_backwards", False)}
    if directions.get("backward_layer", reversed_copy) != reversed_copy:
        raise FieldError("LayerLab supports only a copy of layer that reads backward", ("backward_layer",))
    if config.get("trainable") is False and forward.get("trainable", True):
        raise FieldError("Keras trains the inner layer anyway; set its trainable=False too", ("trainable",))
    return {name: raw for name, raw in config.items() if name != "backward_layer"}


def _rounded(raw: object) -> object:
    """The shortest decimal that equals ``raw`` as float32: Keras writes 0.001 as 0.0010000000474974513."""
    for digits in range(1, 10) if isinstance(raw, float) else ():
        short = float(f"{raw:.{digits}g}")
        with suppress(OverflowError):
            if unpack("f", pack("f", short))[0] == raw:
                return short
    return raw


def _relu(config: Mapping[str, Any]) -> Layer:
    """The Keras layer ReLU as the equivalent activation or layer."""
    slope, bound = config.get("negative_slope"), config.get("max_value")
    leaky = isinstance(slope, int | float) and not isinstance(slope, bool) and slope > 0
    allowed: dict[str, tuple[object, ...]] = {"max_value": (None,), "negative_slope": (0,), "threshold": (0,)}
    if leaky:
        allowed["negative_slope"] = (slope,)
    elif bound == 6:
        allowed["max_value"] = (bound,)
    _check_arguments(config, allowed)
    if leaky:
        return _read(Layer, {"class_name": "LeakyReLU", "config": {"negative_slope": _rounded(slope)}})
    return Activation("relu6" if bound == 6 else "relu")


def _pixels(config: Mapping[str, Any]) -> int:
    padding = config.get("padding", 1)
    _check_arguments(config, {"padding": (padding,), "data_format": ("channels_last",)})
    sides = padding if isinstance(padding, list) else [padding, padding]
    with FieldError.at("padding"):
        if len(sides) != 2 or sides[0] != sides[1]:
            raise FieldError(f"LayerLab supports only equal padding on both sides, not {quoted(padding)}")
        return IntField(1).read(sides[0])


def _check_arguments(config: Mapping[str, Any], allowed: Mapping[str, tuple[object, ...]]) -> None:
    """Raises `FieldError` for an argument that makes a difference, unless ``allowed`` has its value."""
    float32_only(config)
    for name, raw in config.items():
        with FieldError.at(name):
            _check_neutral(name, raw, allowed)
