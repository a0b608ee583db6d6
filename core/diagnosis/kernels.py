"""The spread of the values with which an initializer fills a kernel of a given shape."""

from math import erf, exp, pi, prod, sqrt

from core.network.initializers import (
    Constant,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Identity,
    Initializer,
    LecunNormal,
    LecunUniform,
    Ones,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    Zeros,
)
from core.network.shapes import Shape

__all__ = [
    "expected",
    "fans",
    "fits",
    "initial_stddev",
    "same_value",
]

_TRUNCATED = 0.87962566103423978
"""Standard deviation of a standard normal truncated at 2; Keras corrects only variance-scaling ones for it."""

_TRUNCATED_ABSOLUTE = 0.8217
"""Mean absolute value of a normal truncated at 2, divided by its standard deviation."""

_VARIANCE_SCALING: dict[type[Initializer], tuple[float, str]] = {
    GlorotUniform: (1.0, "fan_avg"),
    GlorotNormal: (1.0, "fan_avg"),
    HeUniform: (2.0, "fan_in"),
    HeNormal: (2.0, "fan_in"),
    LecunUniform: (1.0, "fan_in"),
    LecunNormal: (1.0, "fan_in"),
}
"""Scale and mode of the equivalent `VarianceScaling`."""


def fits(initializer: Initializer) -> bool:
    """Whether ``initializer`` is one of the standard ones that derive the spread from the kernel's shape."""
    return type(initializer) in _VARIANCE_SCALING


def fans(shape: Shape) -> tuple[int, int]:
    """Inputs and outputs of a kernel as Keras counts them, keras.initializers.VarianceScaling."""
    field = prod(shape[:-2])
    return field * shape[-2], field * shape[-1]


def same_value(initializer: Initializer) -> float | None:
    """The one value that ``initializer`` fills a weight with; None if its values differ."""
    match initializer:
        case Zeros():
            return 0.0
        case Ones():
            return 1.0
        case Constant(value=value):
            return value
        case RandomNormal(mean=mean, stddev=0) | TruncatedNormal(mean=mean, stddev=0):
            return mean
        case RandomUniform(minval=low, maxval=high) if low == high:
            return low
        case Orthogonal(gain=0):
            return 0.0
    return None


def initial_stddev(initializer: Initializer, shape: Shape) -> float | None:
    """The standard deviation of the values in a kernel of ``shape``; None if they are not random.

    Glorot & Bengio 2010: variance 2 / (inputs + outputs). He et al. 2015: 2 / inputs. LeCun et al. 1998: 1 / inputs.
    A uniform distribution has (high - low) / sqrt(12), a matrix of orthonormal columns 1 / sqrt(rows).
    """
    match initializer:
        case RandomNormal(stddev=stddev):
            return stddev
        case TruncatedNormal(stddev=stddev):
            return stddev * _TRUNCATED
        case RandomUniform(minval=low, maxval=high):
            return abs(high - low) / sqrt(12)
        case VarianceScaling(scale=scale, mode=mode):
            return _scaled_stddev(scale, mode, shape)
        case Orthogonal(gain=gain):
            return abs(gain) / sqrt(max(prod(shape[:-1]), shape[-1]))
    scale, mode = _VARIANCE_SCALING.get(type(initializer), (0.0, ""))
    return _scaled_stddev(scale, mode, shape) if mode else None


def expected(initializer: Initializer, shape: Shape) -> tuple[float, float]:
    """The mean absolute value and the mean square of a weight of ``shape`` filled by ``initializer``."""
    # Products, not powers: a power that overflows raises, a product becomes infinite.
    if (value := same_value(initializer)) is not None:
        return abs(value), value * value
    stddev = initial_stddev(initializer, shape if len(shape) > 1 else (1, *shape)) or 0.0
    match initializer:
        case RandomNormal(mean=mean):
            return _folded(mean, stddev), mean * mean + stddev * stddev
        case TruncatedNormal(mean=mean):
            return (_folded(mean, stddev) if mean else _TRUNCATED_ABSOLUTE * stddev), mean * mean + stddev * stddev
        case RandomUniform(minval=low, maxval=high):
            mean = (low + high) / 2
            absolute = (low * low + high * high) / (2 * (high - low)) if low < 0 < high else abs(mean)
            return absolute, mean * mean + stddev * stddev
        case Identity(gain=gain):
            return abs(gain) / max(shape), gain * gain / max(shape)
        case GlorotUniform() | HeUniform() | LecunUniform() | VarianceScaling(distribution="uniform"):
            return stddev * sqrt(3) / 2, stddev * stddev
        case Orthogonal() | VarianceScaling(distribution="untruncated_normal"):
            return _folded(0.0, stddev), stddev * stddev
    return _TRUNCATED_ABSOLUTE * stddev, stddev * stddev


def _folded(mean: float, stddev: float) -> float:
    """The mean absolute value of a normal distribution."""
    if not stddev:
        return abs(mean)
    ratio = mean / stddev
    return stddev * sqrt(2 / pi) * exp(-ratio * ratio / 2) + mean * erf(ratio / sqrt(2))


def _scaled_stddev(scale: float, mode: str, shape: Shape) -> float:
    fan_in, fan_out = fans(shape)
    return sqrt(scale / {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode])
