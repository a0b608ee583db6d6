"""When to stop early: a decision from the figures of every epoch, made as Keras's EarlyStopping makes it."""

from msgspec import Struct
from msgspec.structs import replace

from core.formatting import show_amount
from core.plan.plan import EarlyStopping

__all__ = ["EarlyStopState", "EarlyStopper"]


class EarlyStopState(Struct, frozen=True):
    """What has been seen of the figure so far."""

    best: float | None = None
    best_epoch: int = 0
    best_step: int = 0
    waited: int = 0
    """Epochs since the best."""


class EarlyStopper:
    """Watches one figure, epoch by epoch."""

    def __init__(self, rule: EarlyStopping, seen: EarlyStopState = EarlyStopState()) -> None:  # noqa: B008  # it is frozen
        self._rule = rule
        self.seen = seen

    @property
    def restores(self) -> bool:
        """Whether the weights of the best epoch are wanted back."""
        return self._rule.restore_best_weights

    def wait_anew(self) -> None:
        """Begin to wait from now on; the best stays the best."""
        self.seen = replace(self.seen, waited=0)

    def better(self, epoch: int, step: int, figures: dict[str, float | None]) -> bool:
        """Note the figures of ``epoch`` (from 1), which ended at ``step``; whether the one watched is the best yet."""
        figure, best = figures[self._rule.monitor], self.seen.best
        if figure is None:
            return False
        gain = 0.0
        if best is not None:
            gain = figure - best if self._rising else best - figure
        if best is None or gain > self._rule.min_delta:
            self.seen = EarlyStopState(figure, epoch, step)
            return True
        self.seen = replace(self.seen, waited=self.seen.waited + 1)
        return False

    @property
    def _rising(self) -> bool:
        return self._rule.monitor.endswith("accuracy")

    @property
    def exhausted(self) -> bool:
        """Whether patience has run out."""
        return self.seen.waited >= max(1, self._rule.patience)

    @property
    def best(self) -> str:
        """The best epoch by what is watched, in words: ``epoch 6 (lowest val_loss)``."""
        extreme = "highest" if self._rising else "lowest"
        return f"epoch {self.seen.best_epoch} ({extreme} {self._rule.monitor})"

    @property
    def reason(self) -> str:
        """Why training ends, in words."""
        by = f" by {self._rule.min_delta:g}" if self._rule.min_delta else ""
        return f"stopped early: {self._rule.monitor} has not improved{by} in {show_amount(self.seen.waited, 'epoch')}"
