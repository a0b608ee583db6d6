"""Converts operations between the layers of a Functional, such as ``x / 255``, to equivalent layers.

Keras 3 writes them as layers of the module ``keras.src.ops``, tf.keras as TFOpLambda, and older versions as
TensorFlowOpLayer.
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from core.fields.types import FieldError, quoted_name

__all__ = ["as_layer", "is_operation"]

_OF_TENSORFLOW = ("TFOpLambda", "TensorFlowOpLayer", "SlicingOpLambda")
_WITH_A_NUMBER: Mapping[str, str] = {
    "TrueDivide": "/", "Divide": "/", "Multiply": "*", "Add": "+", "Subtract": "-",
    "math.truediv": "/", "math.divide": "/", "math.multiply": "*", "math.add": "+", "math.subtract": "-",
    "__operators__.add": "+",
    "RealDiv": "/", "Mul": "*", "AddV2": "+", "Sub": "-",
}  # fmt: skip
"""The operator of each operation, by its name in Keras 3, tf.keras and TensorFlow."""
_ACTIVATIONS: Mapping[str, str] = {
    "Relu": "relu", "Relu6": "relu6", "Sigmoid": "sigmoid", "Silu": "silu", "Softplus": "softplus",
    "Softsign": "softsign", "Tanh": "tanh", "Selu": "selu", "Softmax": "softmax", "Exp": "exponential",
    "nn.relu": "relu", "nn.relu6": "relu6", "math.sigmoid": "sigmoid", "nn.silu": "silu", "nn.softmax": "softmax",
    "math.tanh": "tanh", "nn.selu": "selu", "math.softplus": "softplus", "nn.softsign": "softsign",
}  # fmt: skip
_SUPPORTED = "between layers LayerLab supports +, -, * and / with one number, and activations"


def is_operation(layer: Mapping[str, Any]) -> bool:
    """Whether ``layer`` of a Functional is an operation."""
    module = layer.get("module")
    return layer.get("class_name") in _OF_TENSORFLOW or (isinstance(module, str) and ".ops." in f"{module}.")


def as_layer(layer: Mapping[str, Any], operands: list[object], named: Mapping[str, object]) -> Mapping[str, Any]:
    """The JSON of the layer that is equivalent to the operation ``layer``.

    ``operands`` are its positional arguments, with None for the previous layer's tensor; ``named`` are its keyword
    arguments. Raises `FieldError` for an operation without an equivalent layer.
    """
    raw = layer.get("config")
    config: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    name = _name(layer, config)
    numbers = [*operands, *(value for key, value in named.items() if key in ("x", "y"))]
    numbers += [value for _, value in sorted(_constants(config).items())]
    if name in ("Negative", "math.negative", "Neg") and numbers == [None]:
        return _rescaling(config, -1.0, 0.0)
    if name in _ACTIVATIONS and numbers == [None]:
        if config.get("axis", named.get("axis", -1)) not in (-1, None):
            raise FieldError(f"uses an axis other than the last; {_SUPPORTED}")
        return _layer_json("Activation", config, activation=_ACTIVATIONS[name])
    if name == "Reshape" and numbers == [None] and isinstance(config.get("newshape"), list):
        return _layer_json("Reshape", config, target_shape=config["newshape"][1:])
    if name not in _WITH_A_NUMBER:
        raise FieldError(f"is the operation {quoted_name(name)}; {_SUPPORTED}")
    if _constants(config).get("0") is not None:
        numbers.reverse()
    return _with_a_number(config, _WITH_A_NUMBER[name], numbers)


def _with_a_number(config: Mapping[str, Any], sign: str, operands: list[object]) -> Mapping[str, Any]:
    first = operands[0] if operands else None
    number = operands[1] if len(operands) == 2 and first is None else first
    if len(operands) != 2 or operands.count(None) != 1 or not _is_number(number):
        raise FieldError(f"is not an operation with one number; {_SUPPORTED}")
    value = float(number)  # type: ignore[arg-type]  # checked above
    match sign, first is None:
        case "/", True if value:
            return _rescaling(config, 1 / value, 0.0)
        case "*", _:
            return _rescaling(config, value, 0.0)
        case "+", _:
            return _rescaling(config, 1.0, value)
        case "-", input_first:
            return _rescaling(config, 1.0, -value) if input_first else _rescaling(config, -1.0, value)
    raise FieldError(f"divides {'by 0' if first is None else 'a number by its input'}; {_SUPPORTED}")


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return isfinite(float(value))
    except OverflowError:
        return False


def _rescaling(config: Mapping[str, Any], scale: float, offset: float) -> Mapping[str, Any]:
    return _layer_json("Rescaling", config, scale=scale, offset=offset)


def _layer_json(class_name: str, config: Mapping[str, Any], **arguments: object) -> Mapping[str, Any]:
    return {"class_name": class_name, "config": {"name": config.get("name"), **arguments}}


def _name(layer: Mapping[str, Any], config: Mapping[str, Any]) -> str:
    node = config.get("node_def")
    name = config.get("function") or (node.get("op") if isinstance(node, Mapping) else None) or layer.get("class_name")
    return name if isinstance(name, str) else str(layer.get("class_name"))


def _constants(config: Mapping[str, Any]) -> Mapping[str, object]:
    """The numbers that a TensorFlowOpLayer is called with, by position."""
    constants = config.get("constants")
    return constants if isinstance(constants, Mapping) else {}
