"""When to stop early, decided after every epoch as Keras's EarlyStopping decides it."""

from msgspec import Struct
from msgspec.structs import replace

from core.formatting import show_amount
from core.plan.plan import EarlyStopping

__all__ = ["EarlyStopState", "EarlyStopper"]


class EarlyStopState(Struct, frozen=True):
    """The best value of the monitored metric so far."""

    best: float | None = None
    best_epoch: int = 0
    best_step: int = 0
    waited: int = 0
    """Epochs since the best one."""


class EarlyStopper:
    """Monitors one metric, epoch by epoch."""

    def __init__(self, rule: EarlyStopping, state: EarlyStopState = EarlyStopState()) -> None:  # noqa: B008  # it is frozen
        self._rule = rule
        self.state = state

    @property
    def restores(self) -> bool:
        """Whether to restore the weights of the best epoch."""
        return self._rule.restore_best_weights

    def reset_patience(self) -> None:
        """Start waiting again; the best epoch is unchanged."""
        self.state = replace(self.state, waited=0)

    def update(self, epoch: int, step: int, metrics: dict[str, float | None]) -> bool:
        """Record the metrics of ``epoch`` (from 1), which ended at ``step``; whether it is the best yet."""
        value, best = metrics[self._rule.monitor], self.state.best
        if value is None:
            return False
        improvement = 0.0
        if best is not None:
            improvement = value - best if self._maximizes else best - value
        if best is None or improvement > self._rule.min_delta:
            self.state = EarlyStopState(value, epoch, step)
            return True
        self.state = replace(self.state, waited=self.state.waited + 1)
        return False

    @property
    def _maximizes(self) -> bool:
        return self._rule.monitor.endswith("accuracy")

    @property
    def exhausted(self) -> bool:
        """Whether patience has run out."""
        return self.state.waited >= max(1, self._rule.patience)

    @property
    def best_description(self) -> str:
        """The best epoch by the monitored metric, in words: ``epoch 6 (lowest val_loss)``."""
        extreme = "highest" if self._maximizes else "lowest"
        return f"epoch {self.state.best_epoch} ({extreme} {self._rule.monitor})"

    @property
    def reason(self) -> str:
        """Why training stops, in words."""
        by = f" by {self._rule.min_delta:g}" if self._rule.min_delta else ""
        return f"stopped early: {self._rule.monitor} has not improved{by} in {show_amount(self.state.waited, 'epoch')}"
