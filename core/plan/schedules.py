"""Learning-rate schedules: a factor for each epoch, computed from the history alone."""

from collections.abc import Mapping
from math import cos, pi
from typing import Annotated, ClassVar

from core.fields.registry import Registered
from core.fields.types import ChoiceField, FloatField, IntField
from core.keras_call import Call

__all__ = ["MONITOR", "Constant", "Cosine", "Exponential", "ReduceLROnPlateau", "Schedule", "Step"]

MONITOR = ChoiceField(
    "val_loss", "val_accuracy", "loss", "accuracy", aliases={"acc": "accuracy", "val_acc": "val_accuracy"}
)
"""The metrics of an epoch that Keras's callbacks can monitor."""

_BY_STEPS: Mapping[str, str] = {
    "initial_learning_rate": "is the optimizer's learning_rate; a schedule is a factor for each epoch",
    "decay_steps": "LayerLab's schedules count epochs, not steps; Step has `every`, Cosine ends with the last epoch",
    "staircase": "LayerLab's Exponential decays after every epoch; Step decays every few epochs",
    "warmup_target": "LayerLab's schedules have no warm-up",
    "warmup_steps": "LayerLab's schedules have no warm-up",
}
"""Arguments of Keras's schedules, which count steps, with their error messages."""

Factor = Annotated[float, FloatField(above=0, below=1), "What the learning rate is multiplied by"]


class Schedule(Registered, frozen=True):
    """How the learning rate changes from epoch to epoch."""

    tag: ClassVar[str] = "name"
    absent: ClassVar[Mapping[str, str]] = dict.fromkeys(
        (
            "CosineDecayRestarts",
            "InverseTimeDecay",
            "LearningRateSchedule",
            "LearningRateScheduler",
            "PiecewiseConstantDecay",
            "PolynomialDecay",
        ),
        "",
    )

    @property
    def watches(self) -> str:
        """The metric whose history the schedule uses; without validation, the training metric is used instead."""
        return "val_loss"

    def multiplier(self, epoch: int, epochs: int, watched: tuple[float, ...], learning_rate: float = 1.0) -> float:
        """What to multiply the plan's ``learning_rate`` by in ``epoch`` (from 0) of ``epochs``.

        ``watched`` holds the metric that the schedule `watches`, for every earlier epoch.
        """
        raise NotImplementedError

    def learning_rates(self, epochs: int, learning_rate: float) -> tuple[float, ...]:
        """The learning rate of each of ``epochs``; empty if it depends on how training goes."""
        return tuple(learning_rate * self.multiplier(epoch, epochs, (), learning_rate) for epoch in range(epochs))

    def expression(self, epochs: int) -> str:
        """`multiplier` as Python source using ``epoch`` and `math`; empty unless it varies with the epoch alone."""
        raise NotImplementedError

    def callback(self, *, validated: bool) -> Call | None:
        """The equivalent Keras callback, for training with or without validation; None if there is none."""
        return None


class Constant(Schedule, frozen=True):
    """The same learning rate in every epoch."""

    def multiplier(self, epoch: int, epochs: int, watched: tuple[float, ...], learning_rate: float = 1.0) -> float:
        return 1.0

    def expression(self, epochs: int) -> str:
        return ""


class Step(Schedule, frozen=True):
    """Multiplied by a factor every few epochs."""

    every: Annotated[int, IntField(1), "Epochs between two reductions"] = 10
    rate: Factor = 0.5

    def multiplier(self, epoch: int, epochs: int, watched: tuple[float, ...], learning_rate: float = 1.0) -> float:
        return self.rate ** (epoch // self.every)

    def expression(self, epochs: int) -> str:
        return f"{self.rate!r} ** (epoch // {self.every})"


class Cosine(Schedule, frozen=True):
    """Follows half a cosine wave from the plan's learning rate down to a share of it at the end of the last epoch."""

    aliases: ClassVar[tuple[str, ...]] = ("CosineDecay",)
    refused: ClassVar[Mapping[str, str]] = _BY_STEPS

    alpha: Annotated[float, FloatField(0, 1), "The share of the learning rate left at the end"] = 0.0

    def multiplier(self, epoch: int, epochs: int, watched: tuple[float, ...], learning_rate: float = 1.0) -> float:
        progress = min(epoch / max(1, epochs), 1.0)
        return self.alpha + (1 - self.alpha) * (1 + cos(pi * progress)) / 2

    def expression(self, epochs: int) -> str:
        wave = f"(1 + math.cos(math.pi * epoch / {epochs})) / 2"
        return f"({self.alpha!r} + (1 - {self.alpha!r}) * {wave})" if self.alpha else wave


class Exponential(Schedule, frozen=True):
    """Multiplied by the same factor after every epoch."""

    aliases: ClassVar[tuple[str, ...]] = ("ExponentialDecay",)
    renamed: ClassVar[Mapping[str, str]] = {"decay_rate": "rate"}
    refused: ClassVar[Mapping[str, str]] = _BY_STEPS

    rate: Factor = 0.9

    def multiplier(self, epoch: int, epochs: int, watched: tuple[float, ...], learning_rate: float = 1.0) -> float:
        return self.rate**epoch

    def expression(self, epochs: int) -> str:
        return f"{self.rate!r}**epoch"


class ReduceLROnPlateau(Schedule, frozen=True):
    """Multiplied by a factor when the monitored metric has stopped improving, as in Keras's callback."""

    aliases: ClassVar[tuple[str, ...]] = ("plateau",)
    renamed: ClassVar[Mapping[str, str]] = {"rate": "factor"}  # its name in LayerLab's first release
    ignored: ClassVar[tuple[str, ...]] = ("verbose",)

    factor: Factor = 0.1
    patience: Annotated[int, IntField(0), "Epochs without improvement before a reduction"] = 10
    min_delta: Annotated[float, FloatField(0), "Smallest change that counts as an improvement"] = 1e-4
    cooldown: Annotated[int, IntField(0), "Epochs after a reduction that do not count towards patience"] = 0
    min_lr: Annotated[float, FloatField(0), "The learning rate is not lowered below this"] = 0.0
    monitor: Annotated[str, MONITOR, "The metric to monitor; without validation, the training metric"] = "val_loss"
    mode: Annotated[str, ChoiceField("auto", "min", "max"), "auto: min for a loss, max for an accuracy"] = "auto"

    @classmethod
    def alias(cls) -> str:
        return "reduce_lr_on_plateau"

    @property
    def watches(self) -> str:
        return self.monitor

    def learning_rates(self, epochs: int, learning_rate: float) -> tuple[float, ...]:
        return ()

    def multiplier(self, epoch: int, epochs: int, watched: tuple[float, ...], learning_rate: float = 1.0) -> float:
        floor, best = self.min_lr / learning_rate, None
        multiplier, waited, cooling = 1.0, 0, 0
        for value in watched[:epoch]:
            if cooling:
                cooling -= 1
                waited = 0
            if best is None or self._improved(value, best):
                best, waited = value, 0
            elif not cooling:
                waited += 1
                if waited >= self.patience and multiplier > floor:
                    multiplier = max(multiplier * self.factor, floor)
                    waited, cooling = 0, self.cooldown
        return multiplier

    def expression(self, epochs: int) -> str:
        return ""

    def callback(self, *, validated: bool) -> Call | None:
        arguments = {
            "monitor": self.monitor if validated else self.monitor.removeprefix("val_"),
            "factor": self.factor,
            "patience": self.patience,
            "min_delta": self.min_delta,
            "cooldown": self.cooldown,
        }
        if self.min_lr:
            arguments["min_lr"] = self.min_lr
        if self.mode != "auto" or self._direction == "max":
            arguments["mode"] = self._direction
        return Call("callbacks.ReduceLROnPlateau", tuple(arguments.items()))

    @property
    def _direction(self) -> str:
        if self.mode != "auto":
            return self.mode
        return "max" if self.monitor.endswith("accuracy") else "min"

    def _improved(self, value: float, best: float) -> bool:
        return value - self.min_delta > best if self._direction == "max" else value + self.min_delta < best
