"""When to stop early: a decision from the figures of every epoch, made as Keras's EarlyStopping makes it."""

from core.plan import EarlyStopping

__all__ = ["Watch"]


class Watch:
    """Watches one figure, epoch by epoch."""

    def __init__(self, rule: EarlyStopping) -> None:
        self._rule = rule
        self._best: float | None = None
        self._waited = 0
        self.best_epoch = 0
        self.best_step = 0

    @property
    def restores(self) -> bool:
        """Whether the weights of the best epoch are wanted back."""
        return self._rule.restore_best_weights

    def wait_anew(self) -> None:
        """Begin to wait from now on; the best stays the best."""
        self._waited = 0

    def better(self, epoch: int, step: int, figures: dict[str, float | None]) -> bool:
        """Note the figures of ``epoch`` (from 1), which ended at ``step``; whether the one watched is the best yet."""
        figure = figures[self._rule.monitor]
        if figure is None:
            return False
        rising = self._rule.monitor.endswith("accuracy")
        gain = 0.0
        if self._best is not None:
            gain = figure - self._best if rising else self._best - figure
        if self._best is None or gain > self._rule.min_delta:
            self._best, self._waited, self.best_epoch, self.best_step = figure, 0, epoch, step
            return True
        self._waited += 1
        return False

    @property
    def exhausted(self) -> bool:
        """Whether patience has run out."""
        return self._waited >= max(1, self._rule.patience)

    @property
    def reason(self) -> str:
        """Why training ends, in words."""
        return f"stopped early: no better {self._rule.monitor} in {self._waited} epochs"
