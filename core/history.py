"""The history of a run: the contents of its events so far, bounded in size.

Time is in fractional epochs: step 234 of 469 per epoch is 0.499. Accuracies are shares, 0 to 1.
"""

from bisect import bisect_right
from collections.abc import Iterable
from math import isfinite
from operator import itemgetter
from typing import Literal, NamedTuple, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from core.charts import Point, thin
from core.events import Ended, EpochEnded, Event, LearningRateChanged, Progress, Started, StepSampled

__all__ = ["MAX_POINTS", "MAX_SAMPLES", "Change", "History", "most_accurate"]

MAX_POINTS = 4000
"""Maximum number of points of a curve."""
MAX_SAMPLES = 400
"""Maximum number of samples of a run."""

T = TypeVar("T")
AtX = TypeVar("AtX", bound=tuple[float, float])

_x, _y = itemgetter(0), itemgetter(1)


class Change(NamedTuple):
    """The user changed the learning rate at ``x``."""

    x: float
    learning_rate: float


class History(Struct, frozen=True):
    """The history of a run so far. ``loss`` and ``accuracy`` are on the training set, several points per epoch."""

    loss: tuple[Point, ...] = ()
    accuracy: tuple[Point, ...] = ()
    val_loss: tuple[Point, ...] = ()
    val_accuracy: tuple[Point, ...] = ()
    epochs: tuple[EpochEnded, ...] = ()
    """The last epochs, `MAX_POINTS` at most."""
    best: EpochEnded | None = None
    """The epoch with the lowest validation loss, or loss without validation; its accuracy need not be the best."""
    changes: tuple[Change, ...] = ()
    started: Started | None = None
    progress: Progress | None = None
    samples: tuple[StepSampled, ...] = ()
    """Samples of single steps, spread over the whole run: `MAX_SAMPLES` at most."""
    stretch: int = 0
    """The number of steps averaged in the newest point of the training curves."""
    ended: Ended | None = None

    @property
    def x(self) -> float:
        """How far training has got, in epochs."""
        return max((curve[-1].x for curve in (self.loss, self.val_loss) if curve), default=0.0)

    @property
    def seconds(self) -> float:
        """How long training has taken: measured at its end, before that its epochs and the share of the current one."""
        if self.ended:
            return self.ended.seconds
        finished = sum(epoch.seconds for epoch in self.epochs)
        if not (self.progress and self.started) or self.progress.examples_per_second <= 0:
            return finished
        within = self.progress.step - (self.epochs[-1].step if self.epochs else 0)
        return finished + max(0, within) * self.started.batch_size / self.progress.examples_per_second

    def means(self, figure: Literal["loss", "accuracy"]) -> tuple[Point, ...]:
        """``figure`` over the training set at the end of every epoch, the mean of its batches."""
        return tuple(Point(epoch.epoch, y) for epoch in self.epochs if isfinite(y := float(getattr(epoch, figure))))

    @property
    def best_accuracy(self) -> Point | None:
        """The highest validation accuracy, at the first epoch that reached it; None without validation.

        Thinning keeps the highest point of every interval, so this is exact however long the run is.
        """
        return max(self.val_accuracy, key=_y, default=None)

    def best_mark(self, figure: Literal["loss", "accuracy"]) -> Point | None:
        """Where ``figure`` was best in validation, or without it in the training epochs; None before the first."""
        if figure == "accuracy":
            return self.best_accuracy or max(self.means("accuracy"), key=_y, default=None)
        if self.best is None:
            return None
        return Point(self.best.epoch, self.best.loss if self.best.val_loss is None else self.best.val_loss)

    @property
    def planned(self) -> int:
        """Epochs planned in all; 0 before the run has started."""
        events = (self.epochs[-1:] or (None,))[-1], self.progress, self.started
        return max((event.epochs for event in events if event is not None), default=0)

    def after(self, event: Event) -> "History":
        """The history with ``event`` added. Non-finite numbers leave a gap in the curve."""
        match event:
            case Started():
                return replace(self, started=event, ended=None)
            case Progress():
                return self._after_progress(event)
            case EpochEnded(epoch=epoch):
                return replace(
                    self,
                    epochs=_newest((*self.epochs, event)),
                    best=event if event.best else self.best,
                    val_loss=_extend(self.val_loss, epoch, event.val_loss),
                    val_accuracy=_extend(self.val_accuracy, epoch, event.val_accuracy),
                )
            case StepSampled():
                return replace(self, samples=_thin_samples((*self.samples, event)))
            case LearningRateChanged(step=step):
                steps = self.started.steps_per_epoch if self.started else 0
                change = Change(step / max(1, steps), event.learning_rate)
                return replace(self, changes=_newest((*self.changes, change)))
            case Ended():
                return replace(self, ended=event)
        return self

    def until(self, step: int) -> "History":
        """The history as it was after ``step`` steps, except for points thinned out since."""
        x = step / max(1, self.started.steps_per_epoch) if self.started else 0.0
        epochs = tuple(epoch for epoch in self.epochs if epoch.step <= step)
        best = self.best if self.best and self.best.step <= step else None
        return replace(
            self,
            **{name: _before(getattr(self, name), x) for name in ("loss", "accuracy", "val_loss", "val_accuracy")},
            changes=_before(self.changes, x),
            epochs=epochs,
            best=best or next((epoch for epoch in reversed(epochs) if epoch.best), None),
            progress=replace(self.progress, step=min(step, self.progress.step)) if self.progress else None,
            samples=tuple(sample for sample in self.samples if sample.step <= step),
            ended=None,
        )

    def _after_progress(self, event: Progress) -> "History":
        x = event.step / max(1, event.steps_per_epoch)
        stretch = max(1, event.step - (self.progress.step if self.progress else 0))
        if event.epoch_step == event.steps_per_epoch and 2 * stretch < self.stretch:
            # The last few steps of an epoch average few examples: as a separate point they would stick out.
            merged = self.stretch + stretch
            return replace(
                self,
                progress=event,
                stretch=merged,
                loss=_merge_last(self.loss, x, event.loss, stretch / merged),
                accuracy=_merge_last(self.accuracy, x, event.accuracy, stretch / merged),
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


def _extend(points: tuple[Point, ...], x: float, y: float | None) -> tuple[Point, ...]:
    if y is None or not isfinite(y):
        return points
    points = (*points, Point(x, y))
    return points if len(points) <= MAX_POINTS else thin(points, MAX_POINTS // 2)


def _before(points: tuple[AtX, ...], x: float) -> tuple[AtX, ...]:
    """The ``points``, which are sorted by x, up to and including ``x``."""
    return points[: bisect_right(points, x, key=_x)]


def _merge_last(points: tuple[Point, ...], x: float, y: float, share: float) -> tuple[Point, ...]:
    """The points with the last one moved to ``x``, and towards ``y`` by ``share``."""
    if not points or not isfinite(y):
        return points
    return (*points[:-1], Point(x, points[-1].y + (y - points[-1].y) * share))


def _thin_samples(samples: tuple[StepSampled, ...]) -> tuple[StepSampled, ...]:
    """``samples``, without every second one if there are too many; keeps the first and the last."""
    return samples if len(samples) <= MAX_SAMPLES else (*samples[:-1:2], samples[-1])


def _newest(items: tuple[T, ...]) -> tuple[T, ...]:
    return items if len(items) <= MAX_POINTS else items[-MAX_POINTS // 2 :]
