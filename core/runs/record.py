"""The data of a saved run: what was trained, where and when, its results, its label."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from core.events import EpochEnded
from core.forecast.forecast import Forecast
from core.generalization import generalization_gap
from core.history import History
from core.presets import Preset

__all__ = [
    "Environment",
    "Label",
    "Metrics",
    "NewerFormat",
    "Run",
    "RunDetails",
    "RunError",
    "RunState",
    "metrics_of",
    "upgrade_metrics",
]

RunState = Literal["running", "interrupted", "finished", "stopped", "failed", "damaged", "newer"]


class RunError(ValueError):
    """A run cannot be read, written or found; the message says where, why and how to fix it, in one line."""


class NewerFormat(RunError):
    """A run written by a newer LayerLab, which is left unchanged."""


class Environment(Struct, frozen=True):
    """Where a run was trained: versions, platform, device, and what its last bits depend on."""

    layerlab: str
    python: str
    tensorflow: str
    keras: str
    numpy: str
    platform: str
    device: str
    processor: str = ""
    """Its name; empty from versions that did not record it."""
    threads: int = 0
    """That TensorFlow computes an operation with; 0 from versions that did not record it."""


class Label(Struct, frozen=True):
    """The user's name, note and tags for a run."""

    name: str
    note: str = ""
    tags: tuple[str, ...] = ()


class Metrics(Struct, frozen=True):
    """The results of a run. Losses are means over examples, accuracies are shares, times are in seconds."""

    params: int = 0
    epochs: int = 0
    """Epochs completed."""
    planned: int = 0
    """Epochs planned in all."""
    seconds: float = 0.0
    """Spent on training and validation."""
    best_epoch: int = 0
    """The epoch with the lowest validation loss, or loss without validation; 0 before the first."""
    best_val_accuracy: float | None = None
    """The highest validation accuracy of all epochs."""
    last_val_accuracy: float | None = None
    last_val_loss: float | None = None
    last_loss: float | None = None
    test_accuracy: float | None = None
    test_loss: float | None = None
    accuracy_at_lowest_loss: float | None = None
    """The validation accuracy of ``best_epoch``."""
    best_accuracy_epoch: int = 0
    """The first epoch that reached ``best_val_accuracy``; 0 before there is one.

    LayerLab 0.1 did not write it: its ``best_val_accuracy`` is today's ``accuracy_at_lowest_loss``.
    """

    final_train_accuracy: float | None = None
    """Of the final weights; None if not measured, as in LayerLab 0.1."""
    final_train_loss: float | None = None
    final_train_examples: int | None = None
    """How many training examples it was measured on."""

    @property
    def generalization_gap(self) -> float | None:
        """How much higher the final training accuracy is than the test accuracy, as a share."""
        return generalization_gap(self.final_train_accuracy, self.test_accuracy)

    @property
    def needs_upgrade(self) -> bool:
        """Whether it was written before the accuracy at the lowest loss and the best one were separate."""
        return self.best_val_accuracy is not None and not self.best_accuracy_epoch


class Run(Struct, frozen=True, rename={"metrics": "figures"}):
    """A run as shown in lists. If it is not `readable`, only ``id``, ``state`` and ``message`` are meaningful."""

    id: str
    """The name of its folder."""
    label: Label
    architecture: str
    """The name of the preset that was trained."""
    state: RunState
    begun: float
    """Seconds since 1970, UTC."""
    device: str = ""
    metrics: Metrics = Metrics()
    message: str = ""
    """Why it failed or cannot be read, in one line; or empty."""

    @property
    def key(self) -> str:
        """The last part of the id, short enough to type."""
        return self.id.rpartition("-")[2]

    @property
    def readable(self) -> bool:
        """Whether its files are intact, and in a format that this LayerLab knows."""
        return self.state not in ("damaged", "newer")

    @property
    def unstarted(self) -> bool:
        """Whether it ended before its first step, as where training was stopped while it was being prepared."""
        ended = self.state in ("stopped", "failed", "finished")
        return ended and not self.metrics.epochs and not self.metrics.seconds

    @property
    def name(self) -> str:
        """The user's name for it."""
        return self.label.name


class RunDetails(Struct, frozen=True):
    """Everything about a run but its weights."""

    run: Run
    preset: Preset
    """The architecture and the plan it was trained with."""
    history: History
    environment: Environment
    forecast: Forecast | None = None
    """What was expected of it, if that was said before it began."""

    @property
    def effective_preset(self) -> Preset:
        """The preset, with epochs added later included in its plan."""
        plan = self.preset.plan
        return replace(self.preset, plan=replace(plan, epochs=self.run.metrics.planned or plan.epochs))


def metrics_of(history: History, seconds: float) -> Metrics:
    """The metrics of a run with this ``history`` after ``seconds`` of training and validation."""
    last: EpochEnded | None = history.epochs[-1] if history.epochs else None
    best, highest, ended = history.best, history.best_accuracy, history.ended
    return Metrics(
        params=history.started.params if history.started else 0,
        epochs=last.epoch if last else 0,
        planned=history.planned,
        seconds=seconds,
        best_epoch=best.epoch if best else 0,
        best_val_accuracy=highest.y if highest else None,
        last_val_accuracy=last.val_accuracy if last else None,
        last_val_loss=last.val_loss if last else None,
        last_loss=last.loss if last else None,
        test_accuracy=ended.test_accuracy if ended else None,
        test_loss=ended.test_loss if ended else None,
        accuracy_at_lowest_loss=best.val_accuracy if best else None,
        best_accuracy_epoch=round(highest.x) if highest else 0,
        final_train_accuracy=ended.final_train_accuracy if ended else None,
        final_train_loss=ended.final_train_loss if ended else None,
        final_train_examples=ended.final_train_examples if ended else None,
    )


def upgrade_metrics(metrics: Metrics, history: History | None) -> Metrics:
    """Metrics written by LayerLab 0.1, with the best accuracy taken from ``history``; None if that is lost."""
    highest = history.best_accuracy if history else None
    return replace(
        metrics,
        accuracy_at_lowest_loss=metrics.best_val_accuracy,
        best_val_accuracy=highest.y if highest else None,
        best_accuracy_epoch=round(highest.x) if highest else 0,
    )
