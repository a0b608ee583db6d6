"""A network's output for one example, class by class."""

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

__all__ = ["Answer"]


class Answer(Struct, frozen=True):
    """The outputs for one example, and what to display of them."""

    outputs: tuple[float, ...]
    """One number per class."""
    likely: int | None
    """The class with the highest output, the first of several; None if any is NaN."""
    probable: bool
    """Whether they can be shown in percent: all are from 0 to 1, as after a softmax or sigmoid."""
    shares: tuple[float, ...]
    """The lengths of their bars, 0 to 1: the probabilities, or else scaled from the lowest to the highest finite
    output."""

    @classmethod
    def of(cls, outputs: NDArray[Any]) -> "Answer":
        """The answer with these ``outputs``, (classes,). Raises `ValueError` for another shape."""
        if outputs.ndim != 1 or not outputs.size:
            raise ValueError(f"expected a number for every class, got outputs of shape {outputs.shape}")
        values = outputs.astype(np.float64)
        probable = bool(np.all((values >= 0) & (values <= 1)))
        return cls(
            outputs=tuple(values.tolist()),
            likely=None if np.isnan(values).any() else int(values.argmax()),
            probable=probable,
            shares=tuple((values if probable else _shares(values)).tolist()),
        )

    @property
    def confidence(self) -> float | None:
        """The output for the likely class."""
        return None if self.likely is None else self.outputs[self.likely]


def _shares(values: NDArray[np.float64]) -> NDArray[np.float64]:
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    within = np.clip(np.nan_to_num(values, nan=low), low, high)
    # Halved, as the difference of the largest floats overflows.
    span = high / 2 - low / 2
    if not span > 0:
        return np.zeros_like(values)
    return np.asarray((within / 2 - low / 2) / span, np.float64)
