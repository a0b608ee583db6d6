"""What somebody expects of a training before it begins: which of two curves the loss will be, and the accuracy."""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

__all__ = ["PAIRS", "AccuracyRange", "CurveKind", "Forecast", "Pair"]

CurveKind = Literal["together", "rises", "falls", "stays", "swings"]
"""What a loss does: in training and validation it falls ``together``, or in validation it ``rises`` again; of the
training loss alone, it ``falls``, ``stays`` where it began, at that of guessing, or ``swings`` or grows."""
Pair = Literal["rises", "stays", "swings"]
"""Two curves that are offered together, by the second one."""
PAIRS: Mapping[Pair, tuple[CurveKind, CurveKind]] = {
    "rises": ("together", "rises"),
    "stays": ("falls", "stays"),
    "swings": ("falls", "swings"),
}

Share = Annotated[float, Meta(ge=0, le=1)]


class AccuracyRange(Struct, frozen=True):
    """The accuracies from ``low`` to ``high``, as shares. Raises ValueError unless ``low`` is the lower one."""

    low: Share
    high: Share

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError("expected low below high")

    @property
    def width(self) -> float:
        """How wide it is, as a share."""
        return self.high - self.low

    def holds(self, accuracy: float) -> bool:
        """Whether ``accuracy`` lies within."""
        return self.low <= accuracy <= self.high


class Forecast(Struct, frozen=True):
    """What is expected after ``epochs``. Raises ValueError for a curve that is not one of its pair."""

    pair: Pair
    curve: CurveKind
    """The one of the two that is expected."""
    accuracy: AccuracyRange
    """Where the accuracy will end."""
    epochs: Annotated[int, Meta(ge=1, le=1_000_000)]
    validated: bool
    """Whether it is the accuracy on the validation set; else it is that in training."""

    def __post_init__(self) -> None:
        if self.curve not in PAIRS[self.pair]:
            raise ValueError(f"expected one of {' and '.join(PAIRS[self.pair])}, not {self.curve}")
