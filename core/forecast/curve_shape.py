"""Which curve a loss was: classified from the history of a training, with the numbers that show it."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from math import isfinite

from msgspec import Struct
from msgspec.structs import replace

from core.charts import Point
from core.forecast.forecast import CurveKind, Pair
from core.formatting import show_accuracy, show_loss
from core.history import History

__all__ = ["GUESSING", "CurveShape", "curve_shape", "up_to"]

PARTS = 12
"""Equal parts of a training, whose mean losses are compared: single batches differ by chance."""
STEPS = 100
"""Steps, or a whole epoch, before which nothing can be told."""
LEAST_POINTS = 3
"""Points of a loss before which nothing can be told: an epoch that takes no time is reported as seldom."""
END = 0.1
"""Share of a training, at its end, whose mean is the value of a curve at the end."""
GROWN = 0.5
"""How far above its first value the mean of a part is in a loss that grows, as a share of that value."""
SWUNG = 0.1
"""By how much all rises from part to part together come in a loss that swings, as a share of its first value."""
FALLEN = 0.1
"""By how much a loss falls at least that does not stay, as a share of its first value."""
FALLEN_GUESSING = 0.3
"""The same where the network guesses at the end: random weights are sure of wrong answers first, and a loss comes down
from there without anything being learned."""
GUESSING = 2.0
"""Times the accuracy of guessing, below which a network guesses."""
LEAST_VALIDATIONS = 3
RISEN = 0.05
"""By how much a validation loss has risen, as a share of its lowest value: as in the diagnosis, and in Prechelt 1998,
Early stopping - but when?"""
LATEST = 3
"""Validations, at the end and all after the lowest, of which the mean has risen."""


class CurveShape(Struct, frozen=True):
    """What a loss did."""

    kind: CurveKind | None
    """None if too little was trained to tell."""
    why: str
    """What shows it: ``the training loss fell from 2.32 to 0.19``."""
    guesses: bool = False
    """Whether the training accuracy at the end is less than `GUESSING` times that of guessing."""


def curve_shape(history: History, pair: Pair, classes: int) -> CurveShape:
    """Which of the curves the loss was in ``history``, of ``pair`` or another one.

    The training is cut into `PARTS` equal parts. With the mean training loss of each, and the first value:

    - it *swings* or grows if it became infinite or NaN, if the mean of a part is more than `GROWN` above the first
      value, or if the means rise by `SWUNG` of it in all;
    - it *stays* if it has fallen by less than `FALLEN`, or by less than `FALLEN_GUESSING` and the training accuracy at
      the end is less than `GUESSING` times that of guessing among ``classes``;
    - otherwise it *falls*; of a pair with a validation loss, that *rises* if the mean of the last `LATEST` validations,
      all of them after the lowest, is `RISEN` above the lowest, while the training loss has fallen since; if not, both
      fall *together*.

    A loss may grow at first and then stay at that of guessing: it is what the pair asks for. A loss may also
    fall far while the network guesses, by a penalty on the weights say: so the accuracy is named where it decides, and
    where one would expect another one of the curve.
    """
    if history.progress is not None and not isfinite(history.progress.loss):
        return CurveShape("swings", f"the training loss became infinite or NaN in epoch {history.progress.epoch}")
    steps = history.progress.step if history.progress else 0
    if len(history.loss) < LEAST_POINTS or not (steps >= STEPS or history.epochs):
        return CurveShape(None, "too little was trained to tell")
    swings, stays = _swings(history.loss), _stays(history, classes)
    for found in (stays, swings) if pair == "stays" else (swings, stays):
        if found is not None:
            return _beside_accuracy(found, history, classes)
    fell = _validated(history) if pair == "rises" else CurveShape("falls", _fell(history.loss))
    return _beside_accuracy(fell, history, classes)


def up_to(history: History, epochs: int) -> History:
    """``history`` as it was after ``epochs``, if it goes on after them."""
    if history.started is None or history.x <= epochs:
        return history
    return history.until(epochs * history.started.steps_per_epoch)


def _swings(points: Sequence[Point]) -> CurveShape | None:
    means, first = _means(points), points[0].y
    scale = abs(first)
    if (highest := max(means)) > first + GROWN * scale:
        return CurveShape("swings", f"the training loss grew from {_show(first)} to {_show(highest)}")
    risen = sum(max(0.0, later - earlier) for earlier, later in pairwise(means))
    if risen <= SWUNG * scale:
        return None
    low, high = min(means), max(means)
    return CurveShape("swings", f"the training loss went up and down between {_show(low)} and {_show(high)}")


def _stays(history: History, classes: int) -> CurveShape | None:
    first, end = history.loss[0].y, _end(history.loss)
    if end >= first - FALLEN * abs(first):
        return CurveShape("stays", f"the training loss began at {_show(first)} and stayed at {_show(end)}")
    if not _guesses(history, classes) or end < first - FALLEN_GUESSING * abs(first):
        return None
    came = f"the training loss came from {_show(first)} to {_show(end)}"
    return CurveShape(
        "stays", f"{came}, and the training accuracy, {_accuracy(history)}, is hardly better than guessing"
    )


def _beside_accuracy(shape: CurveShape, history: History, classes: int) -> CurveShape:
    """``shape`` with the training accuracy at the end, where that is not what one would expect of the curve."""
    guesses = _guesses(history, classes)
    if not history.accuracy or shape.kind in (None, "swings") or guesses == (shape.kind == "stays"):
        return replace(shape, guesses=guesses)
    than = "hardly better than guessing" if guesses else "better than guessing"
    why = f"{shape.why}, though the training accuracy, {_accuracy(history)}, is {than}"
    return replace(shape, guesses=guesses, why=why)


def _guesses(history: History, classes: int) -> bool:
    """Whether the training accuracy at the end is about that of guessing."""
    return bool(history.accuracy) and _end(history.accuracy) < GUESSING / classes


def _accuracy(history: History) -> str:
    return show_accuracy(_end(history.accuracy))


def _validated(history: History) -> CurveShape:
    """Whether the validation loss follows the training loss, or rises again."""
    validations = history.val_loss
    if len(validations) < LEAST_VALIDATIONS:
        return CurveShape(None, "too few epochs were validated to tell")
    lowest = min(validations, key=lambda point: point.y)
    after = [point.y for point in validations if point.x > lowest.x]
    end, fell = sum(after[-LATEST:]) / max(1, len(after[-LATEST:])), _fell(history.loss)
    if len(after) < LATEST or end < lowest.y + RISEN * abs(lowest.y) or not _falls_after(history, lowest.x):
        return CurveShape("together", f"{fell}, the validation loss to {_show(validations[-1].y)}")
    rose = f"the validation loss rose from {_show(lowest.y)} after epoch {lowest.x:.0f} to {_show(validations[-1].y)}"
    return CurveShape("rises", f"{rose}, while the training loss fell to {_show(_end(history.loss))}")


def _falls_after(history: History, epoch: float) -> bool:
    """Whether the training loss was lower at the end than in ``epoch``."""
    return _end(history.loss) < _mean(history.loss, epoch - 1, epoch)


def _means(points: Sequence[Point]) -> list[float]:
    """The mean in each part."""
    part = points[-1].x / PARTS
    return [_mean(points, number * part, (number + 1) * part) for number in range(PARTS)]


def _end(points: Sequence[Point]) -> float:
    last = points[-1].x
    return _mean(points, (1 - END) * last, last)


def _mean(points: Sequence[Point], low: float, high: float) -> float:
    """The mean from ``low`` to ``high``. Each point is the mean of a stretch, which it ends.

    A busy machine reports every step and a quick one an epoch at a time: to weigh points by their stretches gives the
    same for both.
    """
    first, last = bisect_right(points, low, key=_x), bisect_left(points, high, key=_x)
    total = covered = 0.0
    begin = low
    for x, y in points[first : last + 1]:
        stretch = min(x, high) - begin
        total, covered, begin = total + stretch * y, covered + stretch, x
    return total / covered if covered else points[-1].y


def _x(point: Point) -> float:
    return point.x


def _fell(points: Sequence[Point]) -> str:
    return f"the training loss fell from {_show(points[0].y)} to {_show(_end(points))}"


def _show(loss: float) -> str:
    return f"{loss:.3g}" if abs(loss) < 1_000 else show_loss(loss)
