"""The way through the epochs: what is trained next, where it stands, what is told about it. Loads no TensorFlow."""

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

KEEP_EVERY = 30.0
"""Seconds after which a checkpoint is handed over in the midst of an epoch."""

VALIDATED: dict[PartName, str] = {"test": "test", "held": "validation"}
"""The parts whose loss has to be a number, and what it is called."""


class Diverged(Exception):
    """The loss is no number any more; the message says since when, ``advice`` what to try if nothing else is known."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


class EpochLoop:
    """Takes a trainer through a plan as far as `Control` lets it; can stop between any two steps and go on later."""

    def __init__(
        self,
        trainer: "Trainer",
        plan: Plan,
        control: Control,
        listen: Callable[[Event], None],
        keep: Callable[[Checkpoint], None] | None = None,
    ) -> None:
        """``keep`` is handed a checkpoint after every epoch and every `KEEP_EVERY` seconds, and when training ends."""
        self.trainer = trainer
        self._plan = plan
        self._control = control
        self._listen = listen
        self._keep = keep
        parts: dict[str | float, PartName | None] = {"test": "test", "none": None}
        self._part = parts.get(plan.validation, "held")
        self._watch = EarlyStopper(plan.early_stopping) if plan.early_stopping else None
        self._watched_weights: Arrays | None = None
        self._going_on: Arrays | None = None
        self._opened = False
        self._kept_at = 0.0
        self._kept: TrainingState | None = None
        self._trained_before = 0.0
        self.at = TrainingState(plan.epochs)
        self._validated: MetricTotals | None = None
        self._measured: dict[PartName, MetricTotals] = {}
        """What is known of the weights as they are now."""
        self._scheduled = plan.optimizer.learning_rate
        self._factor = 1.0
        self._first_steps = 0
        self._first_seconds = 0.0
        self._told = ZERO
        self._sampling = Sampling()
        self._training_pace = StepPacer()
        self._validation_pace = StepPacer()

    @property
    def learning_rate(self) -> float:
        """What the next step is taken with."""
        return self._scheduled * self._factor

    @property
    def validation_examples(self) -> int:
        """How many examples every epoch is validated on."""
        return self.trainer.examples_of(self._part) if self._part else 0

    def open(self) -> None:
        """Get ready to train or to go on: the learning rate is that of the step to come."""
        self._factor = self._control.factor
        if self._opened and self._watch and self._watch.exhausted:
            self._watch.wait_anew()
        self._opened = True
        self._kept_at = perf_counter()
        self._schedule()

    def advance(self) -> str:
        """Train until the last epoch is done, a stop is asked for or patience runs out.

        It goes on with the weights of its last step, whatever `close` made of them since. Gives why it ended early by
        itself, or nothing. Raises `Diverged`.
        """
        self._take_back()
        while not self._control.reached(self.at.epoch):
            if self._watch and self._watch.exhausted:
                return self._watch.reason
            self._begin_epoch()
            if not (self._train_epoch() and self._validate_epoch()):
                return ""
            self._end_epoch()
        return self._watch.reason if self._watch and self._watch.exhausted else ""

    def close(self) -> str:
        """Leave the weights as Keras leaves them when ``fit`` ends; gives what was done to them, or nothing."""
        going_on = self.trainer.variables()
        changed = self.trainer.finalize()
        message = ""
        if self._watched_weights is not None and self._watch:
            self.trainer.load_state(self._watched_weights)
            if self.at.step != self._watch.seen.best_step:
                changed, message = True, f"the weights of {self._watch.best} are restored"
        if changed:
            self._measured = {}
            self._going_on = going_on
        if changed or self._standing != self._kept:
            self.write_checkpoint()
        return message

    def restore(self, checkpoint: Checkpoint) -> None:
        """Be where another training was when it was taken. Raises ValueError if that was of another network."""
        self.trainer.load_state(checkpoint.variables, checkpoint.optimizer)
        self.at = checkpoint.standing
        self._first_steps, self._first_seconds = self.at.step, self.at.training_seconds
        self._trained_before = self.at.training_seconds
        if self._watch:
            self._watch.seen = self.at.watched
            self._watched_weights = checkpoint.watched
        if self.at.begun:
            self.trainer.begin(self.at.epoch)

    def write_checkpoint(self) -> None:
        """Hand over where training stands."""
        if self._keep is None:
            return
        variables, result = self.trainer.variables(), None
        if self._going_on is not None:
            variables, result = self._going_on, variables
        optimizer = self.trainer.optimizer_variables()
        self._kept = self._standing
        self._keep(Checkpoint(self._kept, variables, optimizer, self._watched_weights, result))
        self._kept_at = perf_counter()

    def evaluate(self, part: PartName) -> MetricTotals | None:
        """Loss and accuracy on ``part``, with the weights as they are now; None if nobody wants them.

        Raises `Diverged`.
        """
        if part not in self._measured and (measured := self._evaluate(part, lambda: self._control.measured)):
            self._measured[part] = measured
        return self._measured.get(part) if self._control.measured else None

    # One epoch.

    def _begin_epoch(self) -> None:
        if self.at.begun:
            return
        started = perf_counter()
        self._schedule()
        self.trainer.begin(self.at.epoch)
        self.at = replace(self.at, begun=True, sums=ZERO, epoch_step=0, epoch_seconds=0.0)
        self._spend(perf_counter() - started)

    def _train_epoch(self) -> bool:
        """Train what is left of the epoch; False if a stop was asked for."""
        while self.at.epoch_step < self.trainer.steps_per_epoch:
            allowed = self._control.allowed(self._follow, take=True)
            if not allowed:
                return False
            left = self.trainer.steps_per_epoch - self.at.epoch_step
            self._execute(min(allowed, self._training_pace.steps(left)))
        return True

    def _execute(self, count: int) -> None:
        """Take ``count`` steps and tell of them; now and then the first is looked at closely."""
        self._told = before = self.at.sums
        paced = self.at.step == 0 or self._training_pace.seconds_per_step > 0
        if paced and self._sampling.due(self.at.training_seconds - self._trained_before):
            self._sample()
            count -= 1
        if count and self.at.epoch_step < self.trainer.steps_per_epoch:
            self._train(count)
        self._listen(self._progress(self.at.sums.since(before)))
        if self._keep and perf_counter() - self._kept_at > KEEP_EVERY:
            self.write_checkpoint()

    def _train(self, count: int, *, alone: bool = False) -> None:
        """Take ``count`` steps; one that is ``alone`` on purpose says nothing about how long others take."""
        started = perf_counter()
        sums = self.trainer.train(self.at.epoch_step, count, self.at.sums)
        seconds = perf_counter() - started
        self._measured = {}
        at, steps = self.at, sums.steps
        examples = sums.examples - at.sums.examples
        self.at = replace(
            at,
            step=at.step + steps,
            epoch_step=at.epoch_step + steps,
            sums=sums,
            examples=at.examples + examples,
            training_seconds=at.training_seconds + seconds,
        )
        self._check(sums, "training")
        if at.step == 0:
            self._first_steps, self._first_seconds = sums.steps, seconds
        self._spend(seconds)
        if not alone and examples == sums.steps * self._plan.batch_size:  # nor does a smaller batch
            self._training_pace.record(sums.steps, seconds)

    def _sample(self) -> None:
        """Take one step and tell what it is like."""
        started, trained = perf_counter(), self.at.training_seconds
        look = self.trainer.probe_before(self.at.epoch_step)
        self._train(1, alone=True)
        self._listen(StepSampled(self.at.step, self.trainer.probe_after(look)))
        seconds = perf_counter() - started
        self._spend(seconds - (self.at.training_seconds - trained))
        # A step taken by itself takes longer than among others: that is part of what the look costs.
        self._sampling.record(seconds - self._training_pace.seconds_per_step)

    def _validate_epoch(self) -> bool:
        """Measure the epoch's validation, if there is any; False if a stop was asked for."""
        self._validated = None
        if self._part is None:
            return True
        self._validated = self._evaluate(
            self._part, lambda: self._control.allowed(self._follow, take=False), self._spend
        )
        return self._validated is not None

    def _evaluate(
        self, part: PartName, going: Callable[[], object], spend: Callable[[float], None] | None = None
    ) -> MetricTotals | None:
        measured, first, batches = ZERO, 0, self.trainer.batches_in(part)
        while first < batches:
            if not going():
                return None
            count = self._validation_pace.steps(batches - first)
            started = perf_counter()
            measured = self.trainer.evaluate(part, first, count, measured)
            seconds = perf_counter() - started
            self._validation_pace.record(count, seconds)
            if spend:
                spend(seconds)
            first += count
        if part in VALIDATED:
            self._check(measured, VALIDATED[part])
        return measured

    def _end_epoch(self) -> None:
        loss, accuracy, validated = self.at.sums.mean_loss, self.at.sums.accuracy, self._validated
        val_loss, val_accuracy = (validated.mean_loss, validated.accuracy) if validated else (None, None)
        epoch = self.at.epoch + 1
        if self._part and validated:
            self._measured[self._part] = validated
        watched = loss if val_loss is None else val_loss
        best = watched < min(self.at.losses, default=float("inf"))
        figures = {"loss": loss, "accuracy": accuracy, "val_loss": val_loss, "val_accuracy": val_accuracy}
        self.at = replace(
            self.at,
            epoch=epoch,
            begun=False,
            losses=(*self.at.losses, watched),
            best_epoch=epoch if best else self.at.best_epoch,
            scheduling=self._scheduling(figures),
        )
        if self._watch and self._watch.better(self.at.epoch, self.at.step, figures) and self._watch.restores:
            self._watched_weights = self.trainer.variables()
        self._listen(
            EpochEnded(
                epoch=self.at.epoch,
                epochs=self._control.epochs,
                step=self.at.step,
                loss=loss,
                accuracy=accuracy,
                val_loss=val_loss,
                val_accuracy=val_accuracy,
                learning_rate=self.learning_rate,
                seconds=self.at.epoch_seconds,
                best=best,
            )
        )
        self.write_checkpoint()

    def _scheduling(self, figures: Mapping[str, float | None]) -> tuple[float, ...]:
        """What the schedule goes by, with the ``figures`` of one more epoch."""
        watches = self._plan.schedule.watches
        figure = figures[watches]
        if figure is None:
            figure = figures[watches.removeprefix("val_")]
        return self.at.scheduling if watches == "val_loss" or figure is None else (*self.at.scheduling, figure)

    def _take_back(self) -> None:
        """Undo what `close` did to the weights."""
        if self._going_on is not None:
            self.trainer.load_state(self._going_on)
            self._going_on, self._measured = None, {}

    @property
    def _standing(self) -> TrainingState:
        """Where training stands, with what others know of that."""
        control, watched = self._control, self._watch.seen if self._watch else EarlyStopState()
        return replace(self.at, epochs=control.epochs, factor=control.factor, watched=watched)

    def _spend(self, seconds: float) -> None:
        at = self.at
        self.at = replace(at, seconds=at.seconds + seconds, epoch_seconds=at.epoch_seconds + seconds)

    # Learning rate, figures.

    def _schedule(self) -> None:
        epochs = self._control.epochs
        schedule, learning_rate = self._plan.schedule, self._plan.optimizer.learning_rate
        watched = self.at.losses if schedule.watches == "val_loss" else self.at.scheduling
        multiplier = schedule.multiplier(self.at.epoch, epochs, watched, learning_rate)
        self._scheduled = learning_rate * multiplier
        self.trainer.set_learning_rate(self.learning_rate)

    def _follow(self) -> None:
        """Take over a learning rate that a person has changed."""
        if self._factor == self._control.factor:
            return
        self._factor = self._control.factor
        self.trainer.set_learning_rate(self.learning_rate)
        self._listen(LearningRateChanged(self.at.step, self.learning_rate))

    def _progress(self, stretch: MetricTotals) -> Progress:
        epoch_eta, run_eta = self._left()
        return Progress(
            epoch=self.at.epoch + 1,
            epochs=self._control.epochs,
            step=self.at.step,
            epoch_step=self.at.epoch_step,
            steps_per_epoch=self.trainer.steps_per_epoch,
            loss=stretch.mean_loss,
            accuracy=stretch.accuracy,
            learning_rate=self.learning_rate,
            examples_per_second=self.at.examples / self.at.training_seconds,
            epoch_eta=epoch_eta,
            run_eta=run_eta,
        )

    def _left(self) -> tuple[float, float] | tuple[None, None]:
        """Seconds to the end of the epoch and of the run, if more than the first execution can be judged by."""
        if self.at.step == self._first_steps:
            return None, None
        steps = self.trainer.steps_per_epoch
        each = (self.at.training_seconds - self._first_seconds) / (self.at.step - self._first_steps)
        batches = self.trainer.batches_in(self._part) if self._part else 0
        validation = batches * self._validation_pace.seconds_per_step
        epoch = (steps - self.at.epoch_step) * each + validation
        epochs_left = max(0, self._control.epochs - self.at.epoch - 1)
        return epoch, epoch + epochs_left * (steps * each + validation)

    def _check(self, measured: MetricTotals, what: str) -> None:
        if isfinite(measured.loss):
            return
        if what == "training":
            # The loop ends with the first step whose loss is no number, so this is that step, whoever listens.
            self._listen(self._progress(self.at.sums.since(self._told)))
        # The weights are those that made it so: where they are no numbers any more tells at which layer it began.
        self._listen(
            StepSampled(
                self.at.step, self.trainer.probe_after(self.trainer.probe_before(max(0, self.at.epoch_step - 1)))
            )
        )
        place = f"in epoch {self.at.epoch + 1}, step {self.at.epoch_step} of {self.trainer.steps_per_epoch}"
        raise Diverged(
            f"the {what} loss became {'infinite' if abs(measured.loss) == float('inf') else 'NaN'} {place}",
            f"try a learning_rate below {self.learning_rate:g}, or clip gradients with clipnorm",
        )
