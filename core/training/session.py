"""One training, from the plan to the test accuracy. Runs in whatever thread calls `Session.run`."""

from collections.abc import Callable
from importlib import import_module
from time import perf_counter
from typing import TYPE_CHECKING, Any

from core.diagnosis.findings import cause_of_nan
from core.events import Ended, Event, Preparing, Reason, Started, State, StateChanged
from core.keras_runtime import runtime
from core.keras_runtime.failures import TrainingRefused, explain
from core.network.architecture import Architecture
from core.network.summary import summarize
from core.plan.plan import Plan
from core.readiness import blockers
from core.sentences import clauses
from core.training.checkpoint import Checkpoint, TrainingState
from core.training.control import Control
from core.training.epoch_loop import Diverged, EpochLoop
from core.training.metrics import MetricTotals

if TYPE_CHECKING:
    from core.training.inspector import Inspector
    from core.training.trainer import Trainer

__all__ = ["Session"]


class Session:
    """Trains an architecture by a plan, tells `Event`s to a listener, takes commands from any thread.

    The listener is called on the thread of `run` and should return at once. A command that makes no sense in the
    present state does nothing; a stop that comes before `run` is kept for it.
    """

    def __init__(
        self,
        architecture: Architecture,
        plan: Plan,
        listen: Callable[[Event], None],
        on_checkpoint: Callable[[Checkpoint], None] | None = None,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        """``keep`` is handed checkpoints on the thread of `run`; from ``checkpoint``, if given, training goes on."""
        self._architecture = architecture
        self._plan = plan
        self._listen = listen
        self._keep = on_checkpoint
        self._checkpoint = checkpoint
        standing = checkpoint.standing if checkpoint else TrainingState(plan.epochs)
        self._control = Control(
            standing.epochs,
            lambda state: listen(StateChanged(state)),
            factor=standing.factor,
            done=standing.epoch,
        )
        self._course: EpochLoop | None = None
        self._broken = ""

    @property
    def state(self) -> State:
        """What the session is doing; idle before, between and after runs."""
        return self._control.state

    @property
    def model(self) -> Any:
        """The compiled `keras.Model`; None until it is built."""
        return self._course.trainer.model if self._course else None

    def inspector(self) -> "Inspector | None":
        """What can be asked of the network; None until it is built. Not for the thread that answers a person."""
        if self._course is None:
            return None
        make: type[Inspector] = import_module("core.training.inspector").Inspector
        return make(self._architecture, self._plan, self._course.trainer)

    def run(self) -> Ended:
        """Train to the plan's last epoch, or go on to it after `stop` or `extend`; blocks until idle.

        Whatever goes wrong is told in what it returns. Only one thread at a time can run a session.
        """
        if not self._control.begin():
            return self._ended("failed", "this session is running already")
        try:
            ended = self._outcome()
            self._listen(ended)
        finally:
            self._control.end()
        return ended

    def extend(self, epochs: int) -> None:
        """Ask for ``epochs`` more, while it runs or (then `run` again) after it ended. Raises ValueError below 1."""
        self._control.extend(epochs)

    def pause(self) -> None:
        """Wait after the steps under way; while preparing: as soon as training would begin."""
        self._control.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        self._control.resume()

    def step(self) -> None:
        """Train one batch, then pause."""
        self._control.step()

    def stop(self, *, evaluate: bool = True) -> None:
        """End after the steps under way; without ``measure`` neither test nor training set is measured on: quicker."""
        self._control.stop(evaluate=evaluate)

    def scale_learning_rate(self, factor: float) -> None:
        """Multiply the learning rate, live; it stays multiplied whatever the schedule says.

        Raises ValueError unless ``factor`` is a finite number above 0.
        """
        self._control.scale(factor)

    def _outcome(self) -> Ended:
        try:
            if self._broken:
                raise TrainingRefused(f"{self._broken} (start anew: this network cannot be trained on)")
            started = perf_counter()
            course = self._prepared()
            if course is None:
                return self._ended("stopped", "stopped before training began")
            course.open()
            self._listen(self._started(course, perf_counter() - started))
            if course.at.step:
                course.write_checkpoint()  # how far it is to go is another matter now
            return self._trained(course)
        except Diverged as diverged:
            self._broken = f"{diverged}: {self._cause() or diverged.advice}"
            return self._ended("failed", self._broken)
        except Exception as error:  # noqa: BLE001  # no error of Keras or TensorFlow may end the app
            return self._ended("failed", explain(error))

    def _cause(self) -> str:
        """What of architecture and plan alone makes numbers break, and its fix; empty if nothing is known to."""
        finding = cause_of_nan(self._architecture, self._plan)
        if finding is None:
            return ""
        return f"{finding.title} is the cause: {finding.fixes[0].label}"

    def _trained(self, course: EpochLoop) -> Ended:
        measured: tuple[MetricTotals | None, MetricTotals | None] = (None, None)
        while True:
            early = course.advance()
            stopped = self._control.stopped
            self._control.enter("stopping")
            message = clauses(early, course.close())
            if course.at.step:
                measured = course.evaluate("test"), course.evaluate("train")
            if early or stopped or self._control.reached(course.at.epoch):
                break
        reason: Reason = "stopped" if stopped else "finished"
        return self._ended(reason, message, *measured)

    def _prepared(self) -> EpochLoop | None:
        """Where training stands, before its first step or after an earlier run; None if a stop came first."""
        if self._course is None and not self._stopped():
            problems = blockers(self._architecture, self._plan, summarize(self._architecture))
            if problems:
                raise TrainingRefused(problems[0].message)
            trainer = self._built()
            if trainer:
                course = EpochLoop(trainer, self._plan, self._control, self._listen, self._keep)
                if self._checkpoint:
                    course.restore(self._checkpoint)
                    self._checkpoint = None
                self._course = course
        return None if self._stopped() else self._course

    def _built(self) -> "Trainer | None":
        """A trainer that can take its first step at once; None if a stop came first."""
        if not runtime.loaded():
            self._listen(Preparing("loading TensorFlow"))
        # Imported here because it imports TensorFlow, which nothing needs before a person trains.
        module = runtime.import_unless("core.training.trainer", self._stopped)
        if module is None:
            return None
        make: type[Trainer] = module.Trainer
        runtime.freeze_gc()
        runtime.collect_garbage()
        if self._stopped():
            return None
        self._listen(Preparing("building the network"))
        trainer = make(self._architecture, self._plan)
        if self._stopped():
            return None
        self._listen(Preparing("tracing the training step"))
        trainer.trace()
        return trainer

    def _stopped(self) -> bool:
        return self._control.stopped

    def _started(self, course: EpochLoop, seconds: float) -> Started:
        trainer = course.trainer
        return Started(
            device=trainer.device,
            params=trainer.model.count_params(),
            train_examples=trainer.examples,
            validation_examples=course.validation_examples,
            steps_per_epoch=trainer.steps_per_epoch,
            batch_size=self._plan.batch_size,
            epoch=course.at.epoch,
            epochs=self._control.epochs,
            learning_rate=course.learning_rate,
            seconds=seconds,
            message=trainer.message,
        )

    def _ended(
        self, reason: Reason, message: str, tested: MetricTotals | None = None, trained: MetricTotals | None = None
    ) -> Ended:
        at = self._course.at if self._course else TrainingState(self._plan.epochs)
        return Ended(
            reason=reason,
            epochs=at.epoch,
            seconds=at.seconds,
            examples_per_second=at.examples / at.training_seconds if at.training_seconds else 0.0,
            test_loss=tested.mean_loss if tested else None,
            test_accuracy=tested.accuracy if tested else None,
            message=message,
            step=at.step,
            final_train_loss=trained.mean_loss if trained else None,
            final_train_accuracy=trained.accuracy if trained else None,
            final_train_examples=trained.examples if trained else None,
        )
