"""Operations between the layers of a Functional, such as ``x / 255``, as the layers that do the same.

Keras 3 writes one as a layer of the module ``keras.src.ops``, tf.keras as a TFOpLambda, and at first as a
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
"""What each operation does, by the names that Keras 3, tf.keras and TensorFlow have for it."""
_ACTIVATIONS: Mapping[str, str] = {
    "Relu": "relu", "Relu6": "relu6", "Sigmoid": "sigmoid", "Silu": "silu", "Softplus": "softplus",
    "Softsign": "softsign", "Tanh": "tanh", "Selu": "selu", "Softmax": "softmax", "Exp": "exponential",
    "nn.relu": "relu", "nn.relu6": "relu6", "math.sigmoid": "sigmoid", "nn.silu": "silu", "nn.softmax": "softmax",
    "math.tanh": "tanh", "nn.selu": "selu", "math.softplus": "softplus", "nn.softsign": "softsign",
}  # fmt: skip
_TAKEN = "between layers LayerLab takes +, -, * and / with one number, and activations"


def is_operation(layer: Mapping[str, Any]) -> bool:
    """Whether ``layer``, of a Functional, is an operation."""
    module = layer.get("module")
    return layer.get("class_name") in _OF_TENSORFLOW or (isinstance(module, str) and ".ops." in f"{module}.")


def as_layer(layer: Mapping[str, Any], operands: list[object], named: Mapping[str, object]) -> Mapping[str, Any]:
    """The JSON of the layer that does what the operation ``layer`` does.

    ``operands`` are what it is called on in order, None standing for the tensor of the layer before; ``named`` are
    those it is given by name. Raises `FieldError` for an operation that no layer does.
    """
    config = layer.get("config")
    held: Mapping[str, Any] = config if isinstance(config, Mapping) else {}
    name = _name(layer, held)
    numbers = [*operands, *(value for key, value in named.items() if key in ("x", "y"))]
    numbers += [value for _, value in sorted(_constants(held).items())]
    if name in ("Negative", "math.negative", "Neg") and numbers == [None]:
        return _rescaling(held, -1.0, 0.0)
    if name in _ACTIVATIONS and numbers == [None]:
        if held.get("axis", named.get("axis", -1)) not in (-1, None):
            raise FieldError(f"works along another axis than the last; {_TAKEN}")
        return _made("Activation", held, activation=_ACTIVATIONS[name])
    if name == "Reshape" and numbers == [None] and isinstance(held.get("newshape"), list):
        return _made("Reshape", held, target_shape=held["newshape"][1:])
    if name not in _WITH_A_NUMBER:
        raise FieldError(f"is the operation {quoted_name(name)}; {_TAKEN}")
    if _constants(held).get("0") is not None:
        numbers.reverse()
    return _with_a_number(held, _WITH_A_NUMBER[name], numbers)


def _with_a_number(config: Mapping[str, Any], sign: str, operands: list[object]) -> Mapping[str, Any]:
    first = operands[0] if operands else None
    number = operands[1] if len(operands) == 2 and first is None else first
    if len(operands) != 2 or operands.count(None) != 1 or not _is_number(number):
        raise FieldError(f"is no operation with one number; {_TAKEN}")
    value = float(number)  # type: ignore[arg-type]  # looked at above
    match sign, first is None:
        case "/", True if value:
            return _rescaling(config, 1 / value, 0.0)
        case "*", _:
            return _rescaling(config, value, 0.0)
        case "+", _:
            return _rescaling(config, 1.0, value)
        case "-", before:
            return _rescaling(config, 1.0, -value) if before else _rescaling(config, -1.0, value)
    raise FieldError(f"divides {'by 0' if first is None else 'a number by what comes in'}; {_TAKEN}")


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return isfinite(float(value))
    except OverflowError:
        return False


def _rescaling(config: Mapping[str, Any], scale: float, offset: float) -> Mapping[str, Any]:
    return _made("Rescaling", config, scale=scale, offset=offset)


def _made(kind: str, config: Mapping[str, Any], **arguments: object) -> Mapping[str, Any]:
    return {"class_name": kind, "config": {"name": config.get("name"), **arguments}}


def _name(layer: Mapping[str, Any], config: Mapping[str, Any]) -> str:
    node = config.get("node_def")
    name = config.get("function") or (node.get("op") if isinstance(node, Mapping) else None) or layer.get("class_name")
    return name if isinstance(name, str) else str(layer.get("class_name"))


def _constants(config: Mapping[str, Any]) -> Mapping[str, object]:
    """Of a TensorFlowOpLayer: the numbers it is called with, by their place."""
    held = config.get("constants")
    return held if isinstance(held, Mapping) else {}
