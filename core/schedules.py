"""Learning-rate schedules: a factor for each epoch, from the history alone."""

from math import cos, pi
from typing import Annotated, ClassVar

from core.families import Family
from core.keras_call import Call
from core.kinds import Real, Whole

__all__ = ["Constant", "Cosine", "Exponential", "ReduceLROnPlateau", "Schedule", "Step"]

Factor = Annotated[float, Real(above=0, below=1), "What the learning rate is multiplied by"]


class Schedule(Family, frozen=True):
    """How the learning rate changes from epoch to epoch."""

    tag: ClassVar[str] = "name"

    def factor(self, epoch: int, epochs: int, watched: tuple[float, ...]) -> float:
        """What to multiply the plan's learning rate by in ``epoch`` (from 0) of ``epochs``.

        ``watched`` holds the monitored loss of every epoch before.
        """
        raise NotImplementedError

    def expression(self, epochs: int) -> str:
        """`factor` as Python source, of ``epoch`` and `math`; empty if it does not depend on the epoch alone."""
        raise NotImplementedError

    def callback(self, monitor: str) -> Call | None:
        """Keras's callback that does the same, watching ``monitor``; None if there is none."""
        return None


class Constant(Schedule, frozen=True):
    """The same all the time."""

    def factor(self, epoch: int, epochs: int, watched: tuple[float, ...]) -> float:
        return 1.0

    def expression(self, epochs: int) -> str:
        return ""


class Step(Schedule, frozen=True):
    """Multiplied by a factor every so many epochs."""

    every: Annotated[int, Whole(1), "Epochs between two steps"] = 10
    rate: Factor = 0.5

    def factor(self, epoch: int, epochs: int, watched: tuple[float, ...]) -> float:
        return self.rate ** (epoch // self.every)

    def expression(self, epochs: int) -> str:
        return f"{self.rate!r} ** (epoch // {self.every})"


class Cosine(Schedule, frozen=True):
    """Down half a wave of the cosine, from the plan's learning rate to a share of it when the last epoch is over."""

    alpha: Annotated[float, Real(0, 1), "The share that is left at the end"] = 0.0

    def factor(self, epoch: int, epochs: int, watched: tuple[float, ...]) -> float:
        progress = min(epoch / max(1, epochs), 1.0)
        return self.alpha + (1 - self.alpha) * (1 + cos(pi * progress)) / 2

    def expression(self, epochs: int) -> str:
        wave = f"(1 + math.cos(math.pi * epoch / {epochs})) / 2"
        return f"({self.alpha!r} + (1 - {self.alpha!r}) * {wave})" if self.alpha else wave


class Exponential(Schedule, frozen=True):
    """Multiplied by the same factor after every epoch."""

    rate: Factor = 0.9

    def factor(self, epoch: int, epochs: int, watched: tuple[float, ...]) -> float:
        return self.rate**epoch

    def expression(self, epochs: int) -> str:
        return f"{self.rate!r}**epoch"


class ReduceLROnPlateau(Schedule, frozen=True):
    """Multiplied by a factor when the loss that is watched has stopped falling, as Keras's callback does."""

    also: ClassVar[tuple[str, ...]] = ("plateau",)

    rate: Factor = 0.1
    patience: Annotated[int, Whole(1), "Epochs without progress before a reduction"] = 10
    min_delta: Annotated[float, Real(0), "What counts as progress"] = 1e-4
    cooldown: Annotated[int, Whole(0), "Epochs after a reduction that are not counted"] = 0

    @classmethod
    def alias(cls) -> str:
        return "reduce_lr_on_plateau"

    def factor(self, epoch: int, epochs: int, watched: tuple[float, ...]) -> float:
        factor, best, waited, cooling = 1.0, float("inf"), 0, 0
        for loss in watched[:epoch]:
            if cooling:
                cooling -= 1
                waited = 0
            if loss < best - self.min_delta:
                best, waited = loss, 0
            elif not cooling:
                waited += 1
                if waited >= self.patience:
                    factor, waited, cooling = factor * self.rate, 0, self.cooldown
        return factor

    def expression(self, epochs: int) -> str:
        return ""

    def callback(self, monitor: str) -> Call | None:
        given = {"monitor": monitor, "factor": self.rate}
        given |= {name: getattr(self, name) for name in ("patience", "min_delta", "cooldown")}
        return Call("callbacks.ReduceLROnPlateau", tuple(given.items()))
