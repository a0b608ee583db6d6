"""Formulas over arrays: one number after the other, as `RealFormula` has it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.formulas.real_formula import RealFormula

__all__ = ["Array", "over"]

Array = NDArray[np.float64]

_FUNCTIONS: dict[str, Any] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "abs": np.abs,
    "max": np.maximum,
    "min": np.minimum,
}
"""What is as fast as an operation of arrays; a text with a condition or another function is not."""


def over(formula: RealFormula, **values: Array | float) -> Array:
    """The value of ``formula`` for every number of ``values``, whose shapes fit each other; NaN where there is none.

    Formulas of these functions are computed with whole arrays, others number by number.
    """
    if formula.uses <= _FUNCTIONS.keys() | values.keys():
        with np.errstate(all="ignore"):
            whole = np.asarray(formula.evaluated({**_FUNCTIONS, **values}), np.float64)
        if not formula.stable or np.isfinite(whole).all():
            return whole
        return np.where(np.isfinite(whole), whole, over(RealFormula(formula.stable), **values))
    names = list(values)
    each = np.frompyfunc(lambda *numbers: formula(**dict(zip(names, numbers, strict=True))), len(names), 1)
    found: Array = np.asarray(each(*values.values()), np.float64)
    return found
