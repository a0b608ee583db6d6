"""A training session that follows a script: what a real one tells, at the pace that a test sets."""

from collections.abc import Callable
from math import exp
from threading import Condition

from core.events import (
    Ended,
    EpochEnded,
    Event,
    LearningRateChanged,
    Preparing,
    Progress,
    Reason,
    Started,
    State,
    StateChanged,
)
from core.network.architecture import Architecture
from core.plan.plan import Plan

STEPS = 40
"""Steps of an epoch, one `Progress` each."""


class ScriptedSession:
    """Trains nothing, but takes commands and reports events like a session; `allow` lets it go on by some steps."""

    def __init__(self, architecture: Architecture, plan: Plan, listen: Callable[[Event], None]) -> None:
        self.architecture, self.plan, self.listen = architecture, plan, listen
        self.commands: list[str] = []
        self.total = plan.epochs
        self.failure: Exception | None = None
        self.failing: str = ""
        self._wake = Condition()
        self._allowed = 0
        self._paused = self._single = self._stopped = False
        self._state: State = "idle"
        self._step = 0
        self._factor = 1.0
        self._ready = False

    def allow(self, steps: int) -> None:
        """Let the session do ``steps`` more steps."""
        with self._wake:
            self._ready = True
            self._allowed += steps
            self._wake.notify_all()

    def run(self) -> Ended:
        self._tell("preparing")
        self.listen(Preparing("building the model"))
        with self._wake:
            self._wake.wait_for(lambda: self._ready or self._stopped)
        if self.failure is not None:
            raise self.failure
        if not self._stopped:
            self.listen(
                Started("cpu", 61_706, 60_000, 10_000, STEPS, 128, self._step // STEPS, self.total, self.rate, 2.5)
            )
            self._tell("running")
        reason = self._train()
        if reason == "finished":
            self._tell("stopping")
        ended = Ended(
            reason,
            self._step // STEPS,
            self._step * 0.035,
            41_234.0,
            0.0412 if self._step else None,
            0.9871 if self._step else None,
            self.failing if reason == "failed" else "",
        )
        self.listen(ended)
        self._stopped = self._paused = self._single = False
        self._tell("idle")
        return ended

    @property
    def rate(self) -> float:
        return self.plan.optimizer.learning_rate * self._factor

    def extend(self, epochs: int) -> None:
        self.commands.append(f"extend {epochs}")
        with self._wake:
            self.total = epochs + (self._step // STEPS if self._state == "idle" else self.total)
            self._wake.notify_all()

    def pause(self) -> None:
        self.commands.append("pause")
        with self._wake:
            self._paused = True
            self._wake.notify_all()

    def resume(self) -> None:
        self.commands.append("resume")
        with self._wake:
            self._paused = False
            self._wake.notify_all()

    def step(self) -> None:
        self.commands.append("step")
        with self._wake:
            self._single = True
            self._wake.notify_all()

    def stop(self, *, evaluate: bool = True) -> None:
        self.commands.append("stop" if evaluate else "stop unevaluated")
        with self._wake:
            self._stopped = True
            self._wake.notify_all()

    def scale_learning_rate(self, factor: float) -> None:
        self.commands.append(f"scale {factor:g}")
        self._factor *= factor
        self.listen(LearningRateChanged(self._step, self.rate))

    def inspector(self) -> None:
        """There is no network behind a script."""

    def _train(self) -> Reason:
        while self._step < self.total * STEPS:
            if not self._may_go():
                self._tell("stopping")
                return "stopped"
            if self.failing:
                return "failed"
            self._one()
        return "finished"

    def _may_go(self) -> bool:
        """Wait until one more step may be taken; False to stop."""
        with self._wake:
            while not self._stopped:
                if self._single:
                    self._single, self._paused = False, True
                    self._enter("running")
                    return True
                self._enter("paused" if self._paused else "running")
                if not self._paused and self._allowed:
                    self._allowed -= 1
                    return True
                self._wake.wait()
        return False

    def _one(self) -> None:
        self._step += 1
        epoch, within = divmod(self._step - 1, STEPS)
        x = self._step / STEPS
        wobble = ((self._step * 7919) % 13 - 6) / 60
        loss = 0.05 + 2.2 * exp(-2.5 * x) + 0.12 * exp(-x / 3) * (1 + 3 * wobble)
        accuracy = 1 - loss / 2.6
        left = (self.total * STEPS - self._step) * 0.035
        self.listen(
            Progress(
                epoch + 1,
                self.total,
                self._step,
                within + 1,
                STEPS,
                loss,
                accuracy,
                self.rate,
                41_234.0,
                None if self._step == 1 else left / 9,
                None if self._step == 1 else left,
            )
        )
        if within + 1 == STEPS:
            val_loss = 0.07 + 0.2 * exp(-x / 2) + 0.003 * max(0.0, x - 6)
            best = x <= 6
            self.listen(
                EpochEnded(
                    epoch + 1,
                    self.total,
                    self._step,
                    loss,
                    accuracy,
                    val_loss,
                    1 - val_loss / 2.4,
                    self.rate,
                    1.4,
                    best,
                )
            )

    def _enter(self, state: State) -> None:
        if state != self._state:
            self._tell(state)

    def _tell(self, state: State) -> None:
        self._state = state
        self.listen(StateChanged(state))
