"""Softmax and its loss, worked by hand: exponentials, shares, -log p and the gradient of every logit."""

from math import exp, fsum, log1p

from msgspec import Struct
from msgspec.structs import replace

from core.fields.types import FieldError
from core.learn.neuron import activate
from core.learn.typed_numbers import MOST, read_numbers, read_whole

__all__ = ["FEWEST", "MOST_CLASSES", "OVERFLOW", "Row", "SoftmaxBench"]

FEWEST, MOST_CLASSES = 2, 10
"""Classes on the bench."""
OVERFLOW = 709.0
"""The largest whole power of e that is a float64: e^710 is infinite."""
UNDERFLOW = -745.0
"""The lowest one that is more than 0."""


class Row(Struct, frozen=True):
    """What becomes of one logit."""

    logit: float
    shifted: float
    """The logit less the largest."""
    exponential: float
    """e to the power of that."""
    share: float
    """The probability p: its share of the sum."""
    target: int
    """t: 1 for the right class, else 0."""
    gradient: float
    """The derivative of the loss by the logit: p - t, with all its digits also where p is close to 1."""


class SoftmaxBench(Struct, frozen=True):
    """Logits, the right class among them, and the one that is selected."""

    logits: tuple[float, ...] = (2.0, 1.0, 0.1)
    right: int = 0
    """The index of the right class."""
    selected: int = 0
    """The index of the logit that keys change."""

    def typed(self, logits: str, right: str) -> "SoftmaxBench":
        """The bench with what was typed. Raises `FieldError`."""
        with FieldError.at("logits"):
            numbers = read_numbers(logits)
            if not FEWEST <= len(numbers) <= MOST_CLASSES:
                raise FieldError(f"expected {FEWEST} to {MOST_CLASSES} numbers, not {len(numbers)}")
        with FieldError.at("right class"):
            index = read_whole(right, 0, len(numbers) - 1)
        return SoftmaxBench(numbers, index, min(self.selected, len(numbers) - 1))

    def moved(self, by: int) -> "SoftmaxBench":
        """The bench with the logit ``by`` places further selected, no further than the ends."""
        return replace(self, selected=min(max(0, self.selected + by), len(self.logits) - 1))

    def raised(self, by: float) -> "SoftmaxBench":
        """The bench with the selected logit larger by ``by``, as far as logits go."""
        logits = list(self.logits)
        logits[self.selected] = min(max(-MOST, round(logits[self.selected] + by, 10)), MOST) + 0.0
        return replace(self, logits=tuple(logits))

    def chosen(self) -> "SoftmaxBench":
        """The bench with the selected class as the right one."""
        return replace(self, right=self.selected)

    @property
    def largest(self) -> float:
        """The largest logit, which is subtracted from all before the exponentials."""
        return max(self.logits)

    @property
    def total(self) -> float:
        """The sum of the exponentials: from 1 to the number of classes."""
        return fsum(self._powers)

    @property
    def rows(self) -> tuple[Row, ...]:
        """What becomes of each logit."""
        powers, total = self._powers, self.total
        rows = []
        for index, (logit, power) in enumerate(zip(self.logits, powers, strict=True)):
            share = power / total
            right = index == self.right
            gradient = -fsum([*powers[:index], *powers[index + 1 :]]) / total if right else share
            rows.append(Row(logit, logit - self.largest, power, share, int(right), gradient))
        return tuple(rows)

    @property
    def loss(self) -> float:
        """-log p of the right class, with all its digits: also where p is 0 or 1 to a float64."""
        powers = self._powers
        powers.remove(1.0)  # of the largest logit
        return log1p(fsum(powers)) - (self.logits[self.right] - self.largest)

    @property
    def _powers(self) -> list[float]:
        return [exp(logit - self.largest) for logit in self.logits]

    @property
    def pair(self) -> tuple[float, float] | None:
        """Of two classes: by how much the first logit is larger, and the sigmoid of that, which is its share."""
        if len(self.logits) != 2:
            return None
        difference = self.logits[0] - self.logits[1]
        return difference, activate("sigmoid", difference)

    @property
    def overflows(self) -> bool:
        """Whether the exponentials of the logits themselves would be infinite."""
        return self.largest > OVERFLOW

    @property
    def underflows(self) -> bool:
        """Whether the exponentials of the logits themselves would all be 0."""
        return self.largest < UNDERFLOW
