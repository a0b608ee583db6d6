"""The training loop: what to train next, how far it has got, which events it sends. Loads no TensorFlow."""

from collections.abc import Callable, Mapping
from math import isfinite
from time import perf_counter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from core.events import EpochEnded, Event, LearningRateChanged, Progress, StepSampled
from core.plan.plan import Plan
from core.training.checkpoint import Arrays, Checkpoint, TrainingState
from core.training.control import Control
from core.training.early_stopping import EarlyStopper, EarlyStopState
from core.training.metrics import ZERO, MetricTotals, PartName
from core.training.sampling import Sampling
from core.training.step_pacer import StepPacer

if TYPE_CHECKING:
    from core.training.trainer import Trainer

__all__ = ["Diverged", "EpochLoop"]

SAVE_EVERY = 30.0
"""Seconds between checkpoints within an epoch."""

MUST_BE_FINITE: frozenset[PartName] = frozenset({"test", "validation"})
"""The parts whose loss must be finite."""


class Diverged(Exception):
    """The loss is NaN or infinite; the message says since when, ``advice`` what to try if the cause is unknown."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


class EpochLoop:
    """Runs a trainer through a plan as far as `Control` allows; can stop between any two steps and resume later."""

    def __init__(
        self,
        trainer: "Trainer",
        plan: Plan,
        control: Control,
        on_event: Callable[[Event], None],
        on_checkpoint: Callable[[Checkpoint], None] | None = None,
    ) -> None:
        """``on_checkpoint`` gets one after every epoch, every `SAVE_EVERY` seconds, and when training ends."""
        self.trainer = trainer
        self._plan = plan
        self._control = control
        self._on_event = on_event
        self._on_checkpoint = on_checkpoint
        parts: dict[str | float, PartName | None] = {"test": "test", "none": None}
        self._part = parts.get(plan.validation, "validation")
        self._stopper = EarlyStopper(plan.early_stopping) if plan.early_stopping else None
        self._best_weights: Arrays | None = None
        self._training_weights: Arrays | None = None
        self._opened = False
        self._saved_at = 0.0
        self._saved_state: TrainingState | None = None
        self._restored_seconds = 0.0
        self.progress = TrainingState(plan.epochs)
        self._validation: MetricTotals | None = None
        self._known_totals: dict[PartName, MetricTotals] = {}
        """Evaluations of the current weights."""
        self._scheduled_rate = plan.optimizer.learning_rate
        self._factor = 1.0
        self._first_steps = 0
        self._first_seconds = 0.0
        self._reported = ZERO
        self._sampling = Sampling()
        self._training_pace = StepPacer()
        self._validation_pace = StepPacer()

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return self._scheduled_rate * self._factor

    @property
    def validation_examples(self) -> int:
        """How many examples each epoch is validated on."""
        return self.trainer.examples_of(self._part) if self._part else 0

    def open(self) -> None:
        """Get ready to start or resume: set the learning rate of the next step."""
        self._factor = self._control.factor
        if self._opened and self._stopper and self._stopper.exhausted:
            self._stopper.reset_patience()
        self._opened = True
        self._saved_at = perf_counter()
        self._apply_schedule()

    def advance(self) -> str:
        """Train until the last epoch is done, a stop is requested or patience runs out.

        Continues with the weights of its last step, whatever `close` has done to them since. Returns why it stopped
        early, or nothing. Raises `Diverged`.
        """
        self._restore_training_weights()
        while not self._control.reached(self.progress.epoch):
            if self._stopper and self._stopper.exhausted:
                return self._stopper.reason
            self._begin_epoch()
            if not (self._train_epoch() and self._validate_epoch()):
                return ""
            self._end_epoch()
        return self._stopper.reason if self._stopper and self._stopper.exhausted else ""

    def close(self) -> str:
        """Leave the weights as Keras leaves them when ``fit`` ends; returns what was done to them, or nothing."""
        training_weights = self.trainer.variables()
        changed = self.trainer.finalize()
        message = ""
        if self._best_weights is not None and self._stopper:
            self.trainer.load_state(self._best_weights)
            if self.progress.step != self._stopper.state.best_step:
                changed, message = True, f"the weights of {self._stopper.best_description} are restored"
        if changed:
            self._known_totals = {}
            self._training_weights = training_weights
        if changed or self._state != self._saved_state:
            self.write_checkpoint()
        return message

    def restore(self, checkpoint: Checkpoint) -> None:
        """Continue from ``checkpoint``. Raises ValueError if it belongs to another network."""
        self.trainer.load_state(checkpoint.variables, checkpoint.optimizer)
        self.progress = checkpoint.state
        self._first_steps, self._first_seconds = self.progress.step, self.progress.training_seconds
        self._restored_seconds = self.progress.training_seconds
        if self._stopper:
            self._stopper.state = self.progress.early_stop
            self._best_weights = checkpoint.best_weights
        if self.progress.begun:
            self.trainer.begin(self.progress.epoch)

    def write_checkpoint(self) -> None:
        """Hand a checkpoint to ``on_checkpoint``."""
        if self._on_checkpoint is None:
            return
        variables, result = self.trainer.variables(), None
        if self._training_weights is not None:
            variables, result = self._training_weights, variables
        optimizer = self.trainer.optimizer_variables()
        self._saved_state = self._state
        self._on_checkpoint(Checkpoint(self._saved_state, variables, optimizer, self._best_weights, result))
        self._saved_at = perf_counter()

    def evaluate(self, part: PartName) -> MetricTotals | None:
        """Loss and accuracy of the current weights on ``part``; None if the final evaluation was cancelled.

        Raises `Diverged`.
        """
        if part not in self._known_totals and (totals := self._evaluate(part, lambda: self._control.evaluates)):
            self._known_totals[part] = totals
        return self._known_totals.get(part) if self._control.evaluates else None

    # One epoch.

    def _begin_epoch(self) -> None:
        if self.progress.begun:
            return
        started = perf_counter()
        self._apply_schedule()
        self.trainer.begin(self.progress.epoch)
        self.progress = replace(self.progress, begun=True, sums=ZERO, epoch_step=0, epoch_seconds=0.0)
        self._add_time(perf_counter() - started)

    def _train_epoch(self) -> bool:
        """Train the rest of the epoch; False if a stop was requested."""
        while self.progress.epoch_step < self.trainer.steps_per_epoch:
            permitted = self._control.steps_allowed(self._apply_user_factor, consume=True)
            if not permitted:
                return False
            left = self.trainer.steps_per_epoch - self.progress.epoch_step
            self._execute(min(permitted, self._training_pace.steps(left)))
        return True

    def _execute(self, count: int) -> None:
        """Take ``count`` steps and report them; now and then the first one is sampled."""
        self._reported = before = self.progress.sums
        paced = self.progress.step == 0 or self._training_pace.seconds_per_step > 0
        if paced and self._sampling.due(self.progress.training_seconds - self._restored_seconds):
            self._sample()
            count -= 1
        if count and self.progress.epoch_step < self.trainer.steps_per_epoch:
            self._train(count)
        self._on_event(self._progress_event(self.progress.sums.since(before)))
        if self._on_checkpoint and perf_counter() - self._saved_at > SAVE_EVERY:
            self.write_checkpoint()

    def _train(self, count: int, *, alone: bool = False) -> None:
        """Take ``count`` steps; a step taken ``alone`` does not count as a timing of the others."""
        self.trainer.trace_step(self.progress.epoch_step)
        started = perf_counter()
        sums = self.trainer.train(self.progress.epoch_step, count, self.progress.sums)
        seconds = perf_counter() - started
        self._known_totals = {}
        before_step, steps = self.progress, sums.steps
        examples = sums.examples - before_step.sums.examples
        self.progress = replace(
            before_step,
            step=before_step.step + steps,
            epoch_step=before_step.epoch_step + steps,
            sums=sums,
            examples=before_step.examples + examples,
            training_seconds=before_step.training_seconds + seconds,
        )
        self._check_finite(sums, "training")
        if before_step.step == 0:
            self._first_steps, self._first_seconds = sums.steps, seconds
        self._add_time(seconds)
        if not alone and examples == sums.steps * self._plan.batch_size:  # nor does a smaller batch
            self._training_pace.record(sums.steps, seconds)

    def _sample(self) -> None:
        """Take one step and report its gradients, weights and activations."""
        started, trained = perf_counter(), self.progress.training_seconds
        probed = self.trainer.probe_before(self.progress.epoch_step)
        self._train(1, alone=True)
        self._on_event(StepSampled(self.progress.step, self.trainer.probe_after(probed)))
        seconds = perf_counter() - started
        self._add_time(seconds - (self.progress.training_seconds - trained))
        # A single step takes longer than one of many: that is part of the cost of sampling.
        self._sampling.record(seconds - self._training_pace.seconds_per_step)

    def _validate_epoch(self) -> bool:
        """Validate the epoch, if there is a validation set; False if a stop was requested."""
        self._validation = None
        if self._part is None:
            return True
        self._validation = self._evaluate(
            self._part, lambda: self._control.steps_allowed(self._apply_user_factor, consume=False), self._add_time
        )
        return self._validation is not None

    def _evaluate(
        self, part: PartName, proceed: Callable[[], object], add_time: Callable[[float], None] | None = None
    ) -> MetricTotals | None:
        totals, first, batches = ZERO, 0, self.trainer.batches_in(part)
        while first < batches:
            if not proceed():
                return None
            count = self._validation_pace.steps(batches - first)
            self.trainer.trace_evaluation()
            started = perf_counter()
            totals = self.trainer.evaluate(part, first, count, totals)
            seconds = perf_counter() - started
            self._validation_pace.record(count, seconds)
            if add_time:
                add_time(seconds)
            first += count
        if part in MUST_BE_FINITE:
            self._check_finite(totals, part)
        return totals

    def _end_epoch(self) -> None:
        loss, accuracy, validation = self.progress.sums.mean_loss, self.progress.sums.accuracy, self._validation
        val_loss, val_accuracy = (validation.mean_loss, validation.accuracy) if validation else (None, None)
        epoch = self.progress.epoch + 1
        if self._part and validation:
            self._known_totals[self._part] = validation
        monitored = loss if val_loss is None else val_loss
        best = monitored < min(self.progress.losses, default=float("inf"))
        metrics = {"loss": loss, "accuracy": accuracy, "val_loss": val_loss, "val_accuracy": val_accuracy}
        self.progress = replace(
            self.progress,
            epoch=epoch,
            begun=False,
            losses=(*self.progress.losses, monitored),
            best_epoch=epoch if best else self.progress.best_epoch,
            scheduling=self._schedule_values(metrics),
        )
        stopper = self._stopper
        if stopper and stopper.update(epoch, self.progress.step, metrics) and stopper.restores:
            self._best_weights = self.trainer.variables()
        self._on_event(
            EpochEnded(
                epoch=self.progress.epoch,
                epochs=self._control.epochs,
                step=self.progress.step,
                loss=loss,
                accuracy=accuracy,
                val_loss=val_loss,
                val_accuracy=val_accuracy,
                learning_rate=self.learning_rate,
                seconds=self.progress.epoch_seconds,
                best=best,
            )
        )
        self.write_checkpoint()

    def _schedule_values(self, metrics: Mapping[str, float | None]) -> tuple[float, ...]:
        """The values that the schedule monitors, including those of the epoch with these ``metrics``."""
        watches = self._plan.schedule.watches
        value = metrics[watches]
        if value is None:
            value = metrics[watches.removeprefix("val_")]
        values = self.progress.scheduling
        return values if watches == "val_loss" or value is None else (*values, value)

    def _restore_training_weights(self) -> None:
        """Undo what `close` did to the weights."""
        if self._training_weights is not None:
            self.trainer.load_state(self._training_weights)
            self._training_weights, self._known_totals = None, {}

    @property
    def _state(self) -> TrainingState:
        """The progress, including the state of the control and of early stopping."""
        control = self._control
        early_stop = self._stopper.state if self._stopper else EarlyStopState()
        return replace(self.progress, epochs=control.epochs, factor=control.factor, early_stop=early_stop)

    def _add_time(self, seconds: float) -> None:
        now = self.progress
        self.progress = replace(now, seconds=now.seconds + seconds, epoch_seconds=now.epoch_seconds + seconds)

    # Learning rate and progress.

    def _apply_schedule(self) -> None:
        epochs = self._control.epochs
        schedule, learning_rate = self._plan.schedule, self._plan.optimizer.learning_rate
        monitored = self.progress.losses if schedule.watches == "val_loss" else self.progress.scheduling
        multiplier = schedule.multiplier(self.progress.epoch, epochs, monitored, learning_rate)
        self._scheduled_rate = learning_rate * multiplier
        self.trainer.set_learning_rate(self.learning_rate)

    def _apply_user_factor(self) -> None:
        """Apply a learning rate that the user has changed."""
        if self._factor == self._control.factor:
            return
        self._factor = self._control.factor
        self.trainer.set_learning_rate(self.learning_rate)
        self._on_event(LearningRateChanged(self.progress.step, self.learning_rate))

    def _progress_event(self, stretch: MetricTotals) -> Progress:
        epoch_eta, run_eta = self._eta()
        return Progress(
            epoch=self.progress.epoch + 1,
            epochs=self._control.epochs,
            step=self.progress.step,
            epoch_step=self.progress.epoch_step,
            steps_per_epoch=self.trainer.steps_per_epoch,
            loss=stretch.mean_loss,
            accuracy=stretch.accuracy,
            learning_rate=self.learning_rate,
            examples_per_second=self.progress.examples / self.progress.training_seconds,
            epoch_eta=epoch_eta,
            run_eta=run_eta,
        )

    def _eta(self) -> tuple[float, float] | tuple[None, None]:
        """Seconds to the end of the epoch and of the run; None after the first execution, which says too little."""
        if self.progress.step == self._first_steps:
            return None, None
        steps = self.trainer.steps_per_epoch
        per_step = (self.progress.training_seconds - self._first_seconds) / (self.progress.step - self._first_steps)
        batches = self.trainer.batches_in(self._part) if self._part else 0
        validation = batches * self._validation_pace.seconds_per_step
        epoch = (steps - self.progress.epoch_step) * per_step + validation
        epochs_left = max(0, self._control.epochs - self.progress.epoch - 1)
        return epoch, epoch + epochs_left * (steps * per_step + validation)

    def _check_finite(self, totals: MetricTotals, what: str) -> None:
        if isfinite(totals.loss):
            return
        if what == "training":
            # The loop stops at the first step whose loss is not finite, so this is that step in every case.
            self._on_event(self._progress_event(self.progress.sums.since(self._reported)))
        # The weights are still those that caused it: the first layer that is not finite is where it began.
        layers = self.trainer.probe_after(self.trainer.probe_before(max(0, self.progress.epoch_step - 1)))
        self._on_event(StepSampled(self.progress.step, layers))
        place = f"in epoch {self.progress.epoch + 1}, step {self.progress.epoch_step} of {self.trainer.steps_per_epoch}"
        raise Diverged(
            f"the {what} loss became {'infinite' if abs(totals.loss) == float('inf') else 'NaN'} {place}",
            f"try a learning_rate below {self.learning_rate:g}, or clip gradients with clipnorm",
        )
