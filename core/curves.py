"""The curves of a run: which points are kept as events come in, and which part of them is worth looking at.

Time is counted in epochs, as a fraction: step 234 of 469 to the epoch is 0.499. Accuracies are shares, 0 to 1.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import floor, isfinite, log10
from operator import itemgetter
from typing import Literal, NamedTuple, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from core.events import Ended, EpochEnded, Event, LearningRateChanged, Progress, Started, StepSampled

__all__ = [
    "KEPT",
    "SAMPLES",
    "Axis",
    "Change",
    "History",
    "Point",
    "accuracy_axis",
    "clip",
    "epoch_axis",
    "loss_axis",
    "most_accurate",
    "thin",
]

KEPT = 4000
"""Points kept of one curve, at most."""


SAMPLES = 400
"""Samples kept of one run, at most."""

_MOST_DIGITS = 5
"""Digits of a label before or after the point."""

T = TypeVar("T")
Placed = TypeVar("Placed", bound=tuple[float, float])

# Called for every point: a function of our own takes three times as long.
_place, _height = itemgetter(0), itemgetter(1)


class Point(NamedTuple):
    """A point of a curve: ``x`` in epochs."""

    x: float
    y: float


class Change(NamedTuple):
    """The learning rate was changed by hand at ``x``."""

    x: float
    learning_rate: float


class Axis(Struct, frozen=True):
    """What an axis shows: from ``low`` to ``high``, which is more."""

    low: float
    high: float
    percent: bool = False

    def ticks(self, most: int) -> tuple[tuple[float, str], ...]:
        """Round values on the axis with their labels: ``most`` of them or a little fewer, but two at least."""
        step = _nice_step((self.high - self.low) / max(1, most))
        values = self._multiples(step)
        while len(values) < 2:
            step = _nice_step(step * 0.4)
            values = self._multiples(step)
        return tuple((value, self._label(value, step)) for value in values)

    def _label(self, value: float, step: float) -> str:
        scale = 100 if self.percent else 1
        digits = max(0, -floor(log10(step * scale) + 1e-9))
        if digits > _MOST_DIGITS or abs(value) >= 10**_MOST_DIGITS:
            return f"{value:.1e}"
        return f"{value * scale:.{digits}f}{'%' if self.percent else ''}"

    def clamp(self, value: float) -> float:
        """``value``, or the end of the axis that is nearest to it."""
        return min(max(value, self.low), self.high)

    def _multiples(self, step: float) -> list[float]:
        first, last = -floor(-self.low / step + 1e-9), floor(self.high / step + 1e-9)
        return [number * step for number in range(first, last + 1)]


class History(Struct, frozen=True):
    """What a run has told so far. ``loss`` and ``accuracy`` are of the training set, fine-grained."""

    loss: tuple[Point, ...] = ()
    accuracy: tuple[Point, ...] = ()
    val_loss: tuple[Point, ...] = ()
    val_accuracy: tuple[Point, ...] = ()
    epochs: tuple[EpochEnded, ...] = ()
    """The last epochs, `KEPT` at most."""
    best: EpochEnded | None = None
    """The epoch with the lowest validation loss, or loss without validation; its accuracy need not be the best."""
    changes: tuple[Change, ...] = ()
    started: Started | None = None
    progress: Progress | None = None
    samples: tuple[StepSampled, ...] = ()
    """Close looks at single steps, spread over the whole run: `SAMPLES` at most."""
    stretch: int = 0
    """Steps of which the newest point of the training curves is the mean."""
    ended: Ended | None = None

    @property
    def x(self) -> float:
        """How far training has come, in epochs."""
        return max((curve[-1].x for curve in (self.loss, self.val_loss) if curve), default=0.0)

    def means(self, figure: Literal["loss", "accuracy"]) -> tuple[Point, ...]:
        """``figure`` over the training set at the end of every epoch, as the mean of its batches."""
        return tuple(Point(epoch.epoch, y) for epoch in self.epochs if isfinite(y := float(getattr(epoch, figure))))

    @property
    def best_accuracy(self) -> Point | None:
        """The highest validation accuracy, at the first epoch that reached it; None without validation.

        Thinning leaves the highest point of every stretch, so it is exact however long the run is.
        """
        return max(self.val_accuracy, key=_height, default=None)

    def best_mark(self, figure: Literal["loss", "accuracy"]) -> Point | None:
        """Where ``figure`` was best: in validation, or without it over the training epochs; None before the first."""
        if figure == "accuracy":
            return self.best_accuracy or max(self.means("accuracy"), key=_height, default=None)
        if self.best is None:
            return None
        return Point(self.best.epoch, self.best.loss if self.best.val_loss is None else self.best.val_loss)

    @property
    def planned(self) -> int:
        """How many epochs the run is to have in all; 0 before it has begun."""
        told = (self.epochs[-1:] or (None,))[-1], self.progress, self.started
        return max((event.epochs for event in told if event is not None), default=0)

    def after(self, event: Event) -> "History":
        """With what ``event`` tells. Numbers that are not finite leave a gap in the curve."""
        match event:
            case Started():
                return replace(self, started=event, ended=None)
            case Progress():
                return self._progressed(event)
            case EpochEnded(epoch=epoch):
                return replace(
                    self,
                    epochs=_last((*self.epochs, event)),
                    best=event if event.best else self.best,
                    val_loss=_extend(self.val_loss, epoch, event.val_loss),
                    val_accuracy=_extend(self.val_accuracy, epoch, event.val_accuracy),
                )
            case StepSampled():
                return replace(self, samples=_spread((*self.samples, event)))
            case LearningRateChanged(step=step):
                steps = self.started.steps_per_epoch if self.started else 0
                change = Change(step / max(1, steps), event.learning_rate)
                return replace(self, changes=_last((*self.changes, change)))
            case Ended():
                return replace(self, ended=event)
        return self

    def until(self, step: int) -> "History":
        """As it was after ``step`` steps, but for points that have been thinned out since."""
        x = step / max(1, self.started.steps_per_epoch) if self.started else 0.0
        epochs = tuple(told for told in self.epochs if told.step <= step)
        best = self.best if self.best and self.best.step <= step else None
        return replace(
            self,
            **{name: _before(getattr(self, name), x) for name in ("loss", "accuracy", "val_loss", "val_accuracy")},
            changes=_before(self.changes, x),
            epochs=epochs,
            best=best or next((told for told in reversed(epochs) if told.best), None),
            progress=replace(self.progress, step=min(step, self.progress.step)) if self.progress else None,
            samples=tuple(sample for sample in self.samples if sample.step <= step),
            ended=None,
        )

    def _progressed(self, event: Progress) -> "History":
        x = event.step / max(1, event.steps_per_epoch)
        stretch = max(1, event.step - (self.progress.step if self.progress else 0))
        if event.epoch_step == event.steps_per_epoch and 2 * stretch < self.stretch:
            # What is left over at the end of an epoch is a mean of few examples: as a point of its own it would
            # stick out of the curve.
            joint = self.stretch + stretch
            return replace(
                self,
                progress=event,
                stretch=joint,
                loss=_joined(self.loss, x, event.loss, stretch / joint),
                accuracy=_joined(self.accuracy, x, event.accuracy, stretch / joint),
            )
        return replace(
            self,
            progress=event,
            stretch=stretch,
            loss=_extend(self.loss, x, event.loss),
            accuracy=_extend(self.accuracy, x, event.accuracy),
        )


def most_accurate(epochs: Iterable[EpochEnded]) -> EpochEnded | None:
    """The first of ``epochs`` that reached the highest validation accuracy; None without validation."""
    validated = [(epoch.val_accuracy, epoch) for epoch in epochs if epoch.val_accuracy is not None]
    return max(validated, key=itemgetter(0))[1] if validated else None


def thin(points: Sequence[Point], most: int) -> tuple[Point, ...]:
    """At most ``most`` (at least 4) of ``points``, which are in order of x.

    The first and the last stay, and of every equal stretch of x the lowest and the highest, so that a curve drawn
    from them covers the same ground.
    """
    if len(points) <= most:
        return tuple(points)
    first, last = points[0], points[-1]
    kept = [first]
    for stretch in _stretches(points, max(1, (most - 2) // 2)):
        low, high = min(stretch, key=_height), max(stretch, key=_height)
        kept += [low] if low is high else sorted((low, high))
    return (*kept, last)


def clip(points: Sequence[Point], x: Axis, y: Axis) -> list[list[Point]]:
    """The parts of the line through ``points`` that can be seen between the ends of both axes."""
    parts: list[list[Point]] = []
    seen = [point for point in points if x.low <= point.x <= x.high]
    if len(seen) > 1 and y.low <= min(seen, key=_height).y and max(seen, key=_height).y <= y.high:
        return [seen]
    for start, end in zip(seen, seen[1:] or seen, strict=False):
        ends = _visible(start, end, y)
        if ends is None:
            continue
        if parts and parts[-1][-1] == ends[0]:
            parts[-1].append(ends[1])
        else:
            parts.append(list(ends))
    return parts


def loss_axis(train: Sequence[Point], validation: Sequence[Point]) -> Axis:
    """The axis on which losses are best seen: every validation point, and of training all but the odd peak."""
    low, high = _range(train, validation)
    low = 0.0 if 0 <= low < 0.5 * high else low - 0.05 * (high - low)
    return Axis(low, high + 0.05 * (high - low))


def accuracy_axis(train: Sequence[Point], validation: Sequence[Point]) -> Axis:
    """The axis on which accuracies are best seen, in percent, with the same points in view as for losses."""
    low, high = _range(train, validation)
    margin = 0.05 * (high - low)
    return Axis(max(0.0, low - margin), min(1.0, high + margin), percent=True)


def epoch_axis(x: float, planned: int) -> Axis:
    """The axis of epochs for a run that has come to ``x`` of ``planned``: it grows in steps of 1, 2, 5, 10, ..."""
    high = _nice_step(max(x, 1.0))
    return Axis(0.0, max(min(high, float(planned or 1)), x))


def _nice_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below ``least``."""
    power = 10.0 ** floor(log10(least))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= least * (1 - 1e-9)), 10 * power)


def _extend(points: tuple[Point, ...], x: float, y: float | None) -> tuple[Point, ...]:
    if y is None or not isfinite(y):
        return points
    points = (*points, Point(x, y))
    return points if len(points) <= KEPT else thin(points, KEPT // 2)


def _before(told: tuple[Placed, ...], x: float) -> tuple[Placed, ...]:
    """What of ``told``, which is in order of x, does not lie behind ``x``."""
    return told[: bisect_right(told, x, key=_place)]


def _joined(points: tuple[Point, ...], x: float, y: float, share: float) -> tuple[Point, ...]:
    """With the last point moved to ``x``, and towards ``y`` by ``share``."""
    if not points or not isfinite(y):
        return points
    return (*points[:-1], Point(x, points[-1].y + (y - points[-1].y) * share))


def _spread(samples: tuple[StepSampled, ...]) -> tuple[StepSampled, ...]:
    """``samples``, every second one left out if they are too many; the first and the last stay."""
    return samples if len(samples) <= SAMPLES else (*samples[:-1:2], samples[-1])


def _last(told: tuple[T, ...]) -> tuple[T, ...]:
    return told if len(told) <= KEPT else told[-KEPT // 2 :]


def _stretches(points: Sequence[Point], count: int) -> Iterator[Sequence[Point]]:
    """What lies between the first and the last point, in ``count`` equally long stretches of x; none of them empty."""
    first, last = points[0].x, points[-1].x
    ends = (bisect_left(points, first + (last - first) * end / count, 1, key=_place) for end in range(1, count))
    for start, end in pairwise((1, *ends, len(points) - 1)):
        if start < end:
            yield points[start:end]


def _visible(start: Point, end: Point, y: Axis) -> tuple[Point, Point] | None:
    """The part of a straight line that lies between the ends of ``y``, if any does."""
    if y.low <= start.y <= y.high and y.low <= end.y <= y.high:
        return start, end
    if max(start.y, end.y) < y.low or min(start.y, end.y) > y.high:
        return None

    def cut(point: Point) -> Point:
        level = y.clamp(point.y)
        if level == point.y:
            return point
        return Point(start.x + (end.x - start.x) * (level - start.y) / (end.y - start.y), level)

    return cut(start), cut(end)


def _settled(points: Sequence[Point]) -> list[float]:
    """Values without the steep beginning: the first twentieth of the run, after three epochs the whole first one."""
    if len(points) < 20:
        return [y for _, y in points]
    newest = points[-1].x
    start = max(newest / 20, 1.0 if newest >= 3 else 0.0)
    return [y for _, y in points[bisect_left(points, start, key=_place) :]]


def _range(train: Sequence[Point], validation: Sequence[Point]) -> tuple[float, float]:
    """From the lowest to the highest value worth seeing, with some room between them if the curve is flat."""
    values = sorted(_settled(train))
    shown = [point.y for point in validation]
    shown += [values[round(share * (len(values) - 1))] for share in (0.02, 0.98) if values]
    low, high = min(shown), max(shown)
    least = max(abs(high) * 1e-3, 1e-6)
    return (low, high) if high - low >= least else (low - least / 2, high + least / 2)
