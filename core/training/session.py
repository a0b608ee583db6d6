"""One training, from the plan to the test accuracy. Runs on the thread that calls `Session.run`."""

from collections.abc import Callable, Sequence
from importlib import import_module
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

from core import durations
from core.datasets import read_ahead
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
    from core.inspection.violin_pairs import InitialViolin
    from core.training.inspector import Inspector
    from core.training.trainer import Trainer

__all__ = ["Session"]

T = TypeVar("T")


class Session:
    """Trains an architecture by a plan, sends `Event`s to a callback, takes commands from any thread.

    The callback runs on the thread of `run` and should return at once. A command that makes no sense in the current
    state does nothing; a stop that comes before `run` applies to it.
    """

    def __init__(
        self,
        architecture: Architecture,
        plan: Plan,
        on_event: Callable[[Event], None],
        on_checkpoint: Callable[[Checkpoint], None] | None = None,
        checkpoint: Checkpoint | None = None,
        *,
        on_initial: "Callable[[Sequence[InitialViolin]], None] | None" = None,
        explains: bool = True,
    ) -> None:
        """Training resumes from ``checkpoint``, if given.

        On the thread of `run`, ``on_checkpoint`` is called with checkpoints, and ``on_initial`` before training begins
        or resumes with how the initial weights are distributed, which the seed alone decides. Unless it ``explains``, a
        loss that is no number any more is told without its cause: that is to be found out.
        """
        self._architecture = architecture
        self._plan = plan
        self._on_event = on_event
        self._on_checkpoint = on_checkpoint
        self._checkpoint = checkpoint
        self._on_initial = on_initial
        self._explains = explains
        state = checkpoint.state if checkpoint else TrainingState(plan.epochs)
        self._control = Control(
            state.epochs,
            lambda state: on_event(StateChanged(state)),
            factor=state.factor,
            done=state.epoch,
        )
        self._loop: EpochLoop | None = None
        self._failure = ""

    @property
    def state(self) -> State:
        """What the session is doing; idle before, between and after runs."""
        return self._control.state

    @property
    def model(self) -> Any:
        """The compiled `keras.Model`; None until it is built."""
        return self._loop.trainer.model if self._loop else None

    def inspector(self) -> "Inspector | None":
        """An inspector of the network; None until it is built. Do not call it on the UI thread."""
        if self._loop is None:
            return None
        inspector_class: type[Inspector] = import_module("core.training.inspector").Inspector
        return inspector_class(self._architecture, self._plan, self._loop.trainer)

    def run(self) -> Ended:
        """Train to the plan's last epoch, or resume after `stop` or `extend`; blocks until idle.

        Whatever goes wrong is in the result; nothing is raised. Only one thread at a time can run a session.
        """
        if not self._control.begin():
            return self._ended_event("failed", "this session is already running")
        try:
            ended = self._train()
            self._on_event(ended)
        finally:
            self._control.end()
        return ended

    def extend(self, epochs: int) -> None:
        """Add ``epochs``, while it runs or after it ended (then call `run` again). Raises ValueError below 1."""
        self._control.extend(epochs)

    def pause(self) -> None:
        """Pause after the current steps; while preparing: as soon as training would start."""
        self._control.pause()

    def resume(self) -> None:
        """Continue after a pause."""
        self._control.resume()

    def step(self) -> None:
        """Train one batch, then pause."""
        self._control.step()

    def stop(self, *, evaluate: bool = True) -> None:
        """Stop after the current steps; without ``evaluate``, skip the final evaluation, which is quicker."""
        self._control.stop(evaluate=evaluate)

    def scale_learning_rate(self, factor: float) -> None:
        """Multiply the learning rate while training; the factor applies on top of the schedule.

        Raises ValueError unless ``factor`` is a finite number above 0.
        """
        self._control.scale(factor)

    def _train(self) -> Ended:
        try:
            if self._failure:
                raise TrainingRefused(f"{self._failure} (start a new run: this network cannot be trained further)")
            started = perf_counter()
            loop = self._prepare_loop()
            if loop is None:
                return self._ended_event("stopped", "stopped before training began")
            loop.open()
            self._on_event(self._started_event(loop, perf_counter() - started))
            if loop.progress.step:
                loop.write_checkpoint()  # the number of epochs may have changed
            return self._run_loop(loop)
        except Diverged as diverged:
            self._failure = f"{diverged}: {self._cause() or diverged.advice}" if self._explains else str(diverged)
            return self._ended_event("failed", self._failure)
        except Exception as error:  # noqa: BLE001  # no error of Keras or TensorFlow may crash the app
            return self._ended_event("failed", explain(error))

    def _cause(self) -> str:
        """The static finding that explains NaN, with its fix; empty if there is none."""
        finding = cause_of_nan(self._architecture, self._plan)
        if finding is None:
            return ""
        return f"{finding.title} is the cause: {finding.fixes[0].label}"

    def _run_loop(self, loop: EpochLoop) -> Ended:
        totals: tuple[MetricTotals | None, MetricTotals | None] = (None, None)
        while True:
            early = loop.advance()
            stopped = self._control.stopped
            self._control.enter("stopping")
            message = clauses(early, loop.close())
            if loop.progress.step:
                totals = loop.evaluate("test"), loop.evaluate("train")
            if early or stopped or self._control.reached(loop.progress.epoch):
                break
        reason: Reason = "stopped" if stopped else "finished"
        return self._ended_event(reason, message, *totals)

    def _prepare_loop(self) -> EpochLoop | None:
        """The loop, new or from an earlier run; None if a stop came first."""
        if self._loop is None and not self._is_stopped():
            problems = blockers(self._architecture, self._plan, summarize(self._architecture))
            if problems:
                raise TrainingRefused(problems[0].message)
            trainer = self._build_trainer()
            if trainer:
                if self._on_initial:
                    self._on_initial(trainer.initial_violins())
                loop = EpochLoop(trainer, self._plan, self._control, self._on_event, self._on_checkpoint)
                if self._checkpoint:
                    loop.restore(self._checkpoint)
                    self._checkpoint = None
                self._loop = loop
        return None if self._is_stopped() else self._loop

    def _build_trainer(self) -> "Trainer | None":
        """A trainer that is ready for its first step; None if a stop came first."""
        if not runtime.loaded():
            self._on_event(Preparing(runtime.LOADING))
            read_ahead.begin(self._plan.dataset)
        # Imported here because it imports TensorFlow, which nothing needs before the user trains.
        module = runtime.import_unless("core.training.trainer", self._is_stopped)
        if module is None:
            return None
        trainer_class: type[Trainer] = module.Trainer
        runtime.freeze_gc()
        if self._is_stopped():
            return None
        trainer = self._phase("building the network", lambda: trainer_class(self._architecture, self._plan))
        return self._phase("tracing the training step", trainer.traced) if trainer else None

    def _phase(self, what: str, work: Callable[[], T]) -> T | None:
        """The result of ``work``; None as soon as a stop is requested. How long it took is told the next time."""
        self._on_event(Preparing(what))
        begun = perf_counter()
        result = runtime.call_unless(work, self._is_stopped)
        seconds = perf_counter() - begun
        if result is not None and seconds >= durations.WORTH:
            durations.remember(what, seconds)
        return result

    def _is_stopped(self) -> bool:
        return self._control.stopped

    def _started_event(self, loop: EpochLoop, seconds: float) -> Started:
        trainer = loop.trainer
        return Started(
            device=trainer.device,
            params=trainer.model.count_params(),
            train_examples=trainer.examples,
            validation_examples=loop.validation_examples,
            steps_per_epoch=trainer.steps_per_epoch,
            batch_size=self._plan.batch_size,
            epoch=loop.progress.epoch,
            epochs=self._control.epochs,
            learning_rate=loop.learning_rate,
            seconds=seconds,
            message=trainer.message,
        )

    def _ended_event(
        self, reason: Reason, message: str, tested: MetricTotals | None = None, trained: MetricTotals | None = None
    ) -> Ended:
        progress = self._loop.progress if self._loop else TrainingState(self._plan.epochs)
        return Ended(
            reason=reason,
            epochs=progress.epoch,
            seconds=progress.seconds,
            examples_per_second=progress.examples / progress.training_seconds if progress.training_seconds else 0.0,
            test_loss=tested.mean_loss if tested else None,
            test_accuracy=tested.accuracy if tested else None,
            message=message,
            step=progress.step,
            final_train_loss=trained.mean_loss if trained else None,
            final_train_accuracy=trained.accuracy if trained else None,
            final_train_examples=trained.examples if trained else None,
        )
