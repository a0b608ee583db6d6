"""Keras's activations and their slopes as formulas of one number ``x``, with the arguments that Keras has by default.

Activations of a whole row (softmax, sparsemax) are those of one entry of ``classes``, while the others are zero.
"""

from collections.abc import Mapping

from msgspec import Struct

from core.formulas.real_formula import RealFormula

__all__ = ["FORMULAS", "ROWS", "ActivationFormula"]

ROWS = frozenset({"softmax", "log_softmax", "sparsemax"})
"""Activations of a whole row of numbers."""

SIGMOID = "1 / (1 + exp(-x))"
_SIGMOID_SLOPE = "exp(-x) / (1 + exp(-x))**2"
_STABLE_SLOPE = "exp(-abs(x)) / (1 + exp(-abs(x)))**2"
"""The same: the slope is as large on both sides of 0."""


class ActivationFormula(Struct, frozen=True):
    """A function, its slope, and their constants by name."""

    function: RealFormula
    slope: RealFormula
    constants: Mapping[str, float] = {}


def _formula(function: str, slope: str, *, stable: tuple[str, str] = ("", ""), **constants: float) -> ActivationFormula:
    return ActivationFormula(RealFormula(function, stable[0]), RealFormula(slope, stable[1]), constants)


_GELU_DENSITY = "exp(-x**2 / 2) / sqrt(2 * pi)"
_LEAKY = ("x if x > 0 else negative_slope * x", "1 if x > 0 else negative_slope")
_ELU = ("x if x > 0 else alpha * (exp(x) - 1)", "1 if x > 0 else alpha * exp(x)")

FORMULAS: Mapping[str, ActivationFormula] = {
    "linear": _formula("x", "1"),
    "relu": _formula("max(x, 0)", "1 if x > 0 else 0"),
    "sigmoid": _formula(SIGMOID, _SIGMOID_SLOPE, stable=("", _STABLE_SLOPE)),
    "tanh": _formula("tanh(x)", "1 - tanh(x)**2"),
    "softmax": _formula(
        "exp(x) / (exp(x) + classes - 1)",
        "exp(x) * (classes - 1) / (exp(x) + classes - 1)**2",
        stable=(
            "1 / (1 + (classes - 1) * exp(-x))",
            "(classes - 1) / ((exp(x) + classes - 1) * (1 + (classes - 1) * exp(-x)))",
        ),
        classes=2,
    ),
    "log_softmax": _formula(
        "x - log(exp(x) + classes - 1)",
        "(classes - 1) / (exp(x) + classes - 1)",
        stable=("min(x, 0) - log(exp(min(x, 0)) + (classes - 1) * exp(-max(x, 0)))", ""),
        classes=2,
    ),
    "sparsemax": _formula(
        "min(1, max(0, x + (1 - x) / classes))",
        "1 - 1 / classes if -1 / (classes - 1) < x < 1 else 0",
        classes=2,
    ),
    "leaky_relu": _formula(*_LEAKY, negative_slope=0.2),
    "relu6": _formula("min(max(x, 0), 6)", "1 if 0 < x < 6 else 0"),
    "elu": _formula(*_ELU, alpha=1.0),
    "celu": _formula("x if x > 0 else alpha * (exp(x / alpha) - 1)", "1 if x > 0 else exp(x / alpha)", alpha=1.0),
    "selu": _formula(
        "scale * (x if x > 0 else alpha * (exp(x) - 1))",
        "scale * (1 if x > 0 else alpha * exp(x))",
        scale=1.0507009873554805,
        alpha=1.6732632423543772,
    ),
    "gelu": _formula("x * (1 + erf(x / sqrt(2))) / 2", f"(1 + erf(x / sqrt(2))) / 2 + x * {_GELU_DENSITY}"),
    "silu": _formula(
        "x / (1 + exp(-x))",
        f"{SIGMOID} + x * {_SIGMOID_SLOPE}",
        stable=("", f"{SIGMOID} + x * {_STABLE_SLOPE}"),
    ),
    "hard_silu": _formula("x * min(max(x + 3, 0), 6) / 6", "0 if x < -3 else 1 if x > 3 else (2 * x + 3) / 6"),
    "hard_sigmoid": _formula("min(max(x + 3, 0), 6) / 6", "1 / 6 if -3 < x < 3 else 0"),
    "hard_tanh": _formula("min(max(x, -1), 1)", "1 if -1 < x < 1 else 0"),
    "tanh_shrink": _formula("x - tanh(x)", "tanh(x)**2"),
    "hard_shrink": _formula("x if abs(x) > threshold else 0", "1 if abs(x) > threshold else 0", threshold=0.5),
    "soft_shrink": _formula(
        "max(x - threshold, 0) + min(x + threshold, 0)", "1 if abs(x) > threshold else 0", threshold=0.5
    ),
    "softplus": _formula("log(1 + exp(x))", SIGMOID, stable=("max(x, 0) + log(1 + exp(-abs(x)))", "")),
    "softsign": _formula("x / (1 + abs(x))", "1 / (1 + abs(x))**2"),
    "squareplus": _formula("(x + sqrt(x**2 + b)) / 2", "(1 + x / sqrt(x**2 + b)) / 2", b=4.0),
    "sparse_plus": _formula(
        "0 if x < -1 else x if x > 1 else (x + 1)**2 / 4", "0 if x < -1 else 1 if x > 1 else (x + 1) / 2"
    ),
    "sparse_sigmoid": _formula("min(max((x + 1) / 2, 0), 1)", "1 / 2 if -1 < x < 1 else 0"),
    "log_sigmoid": _formula("-log(1 + exp(-x))", "1 / (1 + exp(x))", stable=("min(x, 0) - log(1 + exp(-abs(x)))", "")),
    "mish": _formula(
        "x * tanh(log(1 + exp(x)))",
        f"tanh(log(1 + exp(x))) + x * (1 - tanh(log(1 + exp(x)))**2) * {SIGMOID}",
    ),
    "exponential": _formula("exp(x)", "exp(x)"),
}
"""By Keras's name."""
