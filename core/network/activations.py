"""The steepest slope and the output bounds of Keras's activations, as functions of one number."""

from math import inf

from msgspec import Struct

__all__ = ["ACTIVATIONS", "Curve", "curve"]


class Curve(Struct, frozen=True):
    """``slope`` is the largest absolute value of the derivative; every output lies between ``low`` and ``high``."""

    slope: float = 1.0
    low: float = -inf
    high: float = inf

    @property
    def span(self) -> float:
        """The largest difference between two outputs."""
        return self.high - self.low


ACTIVATIONS = {
    "celu": Curve(low=-1.0),
    "elu": Curve(low=-1.0),
    "exponential": Curve(inf, low=0.0),
    "gelu": Curve(1.129, low=-0.17),
    "hard_sigmoid": Curve(1 / 6, 0.0, 1.0),
    "hard_silu": Curve(1.5, low=-0.375),
    "hard_swish": Curve(1.5, low=-0.375),
    "hard_tanh": Curve(1.0, -1.0, 1.0),
    "log_sigmoid": Curve(high=0.0),
    "log_softmax": Curve(high=0.0),
    "mish": Curve(1.089, low=-0.309),
    "relu": Curve(low=0.0),
    "relu6": Curve(1.0, 0.0, 6.0),
    "selu": Curve(1.7581, low=-1.7581),
    "sigmoid": Curve(0.25, 0.0, 1.0),
    "silu": Curve(1.1, low=-0.279),
    "softmax": Curve(0.25, 0.0, 1.0),
    "softplus": Curve(low=0.0),
    "softsign": Curve(1.0, -1.0, 1.0),
    "sparse_plus": Curve(low=0.0),
    "sparse_sigmoid": Curve(0.5, 0.0, 1.0),
    "sparsemax": Curve(1.0, 0.0, 1.0),
    "squareplus": Curve(low=0.0),
    "swish": Curve(1.1, low=-0.279),
    "tanh": Curve(1.0, -1.0, 1.0),
}
"""By Keras name; all others have slopes of at most 1 and no bounds. Softmax: the derivative by its own input,
p * (1 - p)."""


def curve(name: str) -> Curve:
    """The slope and bounds of the activation ``name``."""
    return ACTIVATIONS.get(name, Curve())
