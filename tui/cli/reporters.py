"""How `layerlab train` reports training: as JSON lines, as plain lines, or live on a terminal."""

from contextlib import AbstractContextManager, nullcontext
from time import monotonic
from typing import Protocol

from rich.progress import BarColumn, Progress, Task, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from core.durations import Phase, begin
from core.events import Ended, EpochEnded, Event, Preparing, RunNotSaved, RunSaved, Started, StateChanged
from core.events import Progress as Stretch
from core.formatting import show_accuracy, show_amount, show_count, show_duration, show_share, show_short
from core.history import History
from core.presets import Preset
from core.runs.event_json import event_report
from core.runs.json_output import run_saved_report
from core.runs.metrics_text import best_epochs, final_training
from core.runs.record import metrics_of
from core.strict_json import to_json
from tui.interrupt import STOPPING
from tui.output import Output, say_error

__all__ = ["Reporter", "reporter"]


NO_HISTORY = History()


class Reporter(Protocol):
    """Reports the events of a training session."""

    def shown(self) -> AbstractContextManager[object]:
        """The live display, entered before the first event and left after the last."""

    def report(self, event: Event) -> None:
        """Report ``event``, if it is worth reporting. Raises OSError if the output cannot be written."""

    def stopping(self) -> None:
        """Report that a signal stops it. Raises OSError if the output cannot be written."""


def reporter(preset: Preset, out: Output, *, as_json: bool, history: History = NO_HISTORY) -> Reporter:
    """The reporter for ``out``, of training that continues from ``history``."""
    if as_json:
        return JsonReporter(preset, out, history)
    return LiveReporter(preset, out, history) if out.rich else PlainReporter(preset, out, history)


class JsonReporter:
    """A line of JSON for the start, for each epoch, for the end, and for the saved run."""

    def __init__(self, preset: Preset, out: Output, history: History = NO_HISTORY) -> None:
        self.preset = preset
        self.out = out
        self._started = False
        self._history = history

    def shown(self) -> AbstractContextManager[object]:
        return nullcontext()

    def report(self, event: Event) -> None:
        self._started = self._started or isinstance(event, Started)
        self._history = self._history.after(event)
        report = run_saved_report(event) or event_report(event, self.preset, self._history)
        if report is not None:
            self.out.json(to_json(report))

    def stopping(self) -> None:
        """Report only before the first line of JSON, which may take long; after it, the last line follows soon."""
        if not self._started:
            say_error(STOPPING, self.out.errors)


class LineReporter:
    """Prints how training begins and ends."""

    def __init__(self, preset: Preset, out: Output, history: History = NO_HISTORY) -> None:
        self.preset = preset
        self.out = out
        self._history = history
        self._run = ""
        """The saved run; empty if there is none."""
        self._trained = False

    def report(self, event: Event) -> None:
        self._history = self._history.after(event)
        match event:
            case RunSaved():
                self._run = event.run
            case RunNotSaved():
                self._run = ""
                self.out.line(event.message, "yellow")
            case Started():
                self.out.heading(_start(event, self.preset))
                if event.message:
                    self.out.line(event.message)
            case Stretch():
                self._trained = True
            case Ended():
                for line in _end(event, self._history):
                    self.out.line(line)
                if self._run and self._trained:  # a run in which nothing was trained is deleted
                    key = self._run.rpartition("-")[2]
                    self.out.line(f"saved as run {key} (layerlab show {key})")


class PlainReporter(LineReporter):
    """Also prints a line for each epoch, flushed at once."""

    def shown(self) -> AbstractContextManager[object]:
        return nullcontext()

    def report(self, event: Event) -> None:
        super().report(event)
        if isinstance(event, EpochEnded):
            cells = [f"{name} {text}" for name, text, _ in _epoch(event)]
            self.out.line("  ".join([*cells, "best loss"] if event.best else cells))
        self.out.stream.flush()

    def stopping(self) -> None:
        say_error(STOPPING, self.out.errors)


class FiguresColumn(TextColumn):
    """The figures of a task, or how long it has been prepared."""

    def render(self, task: Task) -> Text:
        phase: Phase | None = task.fields.get("phase")
        return Text(phase.text(monotonic()) if phase else task.fields["figures"])


class LiveReporter(LineReporter):
    """Also prints a growing table of epochs, above progress bars for the epoch and the whole run."""

    def __init__(self, preset: Preset, out: Output, history: History = NO_HISTORY) -> None:
        super().__init__(preset, out, history)
        self.narrow = out.console.width < 60
        self.progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=8 if self.narrow else 30),
            FiguresColumn("", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
            console=out.console,
            transient=True,
        )
        self.epoch = self.progress.add_task("preparing", total=None, figures="")
        self.run: TaskID | None = None
        self._titled = False

    def shown(self) -> AbstractContextManager[object]:
        return self.progress

    def report(self, event: Event) -> None:
        if isinstance(event, Ended):
            self.progress.stop()
        super().report(event)
        match event:
            case Preparing():
                self.progress.update(self.epoch, phase=begin(event.what))
            case Started():
                self._start(event)
            case Stretch():
                self._advance(event)
            case EpochEnded():
                self._row(event)
            case StateChanged(state="stopping"):
                self.progress.update(self.epoch, description="stopping")

    def stopping(self) -> None:
        self.progress.update(self.epoch, description="stopping")
        self._line(STOPPING, "yellow")

    def _start(self, event: Started) -> None:
        self.progress.update(self.epoch, total=event.steps_per_epoch, phase=None)
        self.run = self.progress.add_task("run", total=event.epochs * event.steps_per_epoch, figures="")

    def _advance(self, event: Stretch) -> None:
        left = _left(event.epoch_eta)
        speed = f"{show_short(event.examples_per_second)}/s"
        figures = f"loss {event.loss:.4f}  accuracy {show_share(event.accuracy)}  {speed}  {left}"
        if self.narrow:
            figures = f"{event.loss:.3f}  {left}"
        done = (event.epoch - 1) * event.steps_per_epoch + event.epoch_step
        self.progress.update(
            self.epoch, description=f"epoch {event.epoch}", completed=event.epoch_step, figures=figures
        )
        if self.run is not None:
            self.progress.update(self.run, completed=done, figures=_left(event.run_eta))

    def _row(self, event: EpochEnded) -> None:
        figures = [*_epoch(event), ("best loss", "*" if event.best else "", 70)]
        cells = [(name, text) for name, text, wide in figures if self.out.console.width >= wide]
        if not self._titled:
            self._titled = True
            self._line("  ".join(name.rjust(len(text)) for name, text in cells), "bold")
        self._line("  ".join(text.rjust(len(name)) for name, text in cells), "green" if event.best else "")

    def _line(self, text: str, style: str) -> None:
        self.out.console.print(Text(text, style=style, no_wrap=True, overflow="ellipsis"))


def _left(seconds: float | None) -> str:
    return "" if seconds is None else f"{show_duration(seconds)} left"


def _start(event: Started, preset: Preset) -> str:
    validation = (
        f"{show_count(event.validation_examples)} for validation" if event.validation_examples else "no validation"
    )
    epochs = f"epochs {event.epoch + 1} to {event.epochs}" if event.epoch else show_amount(event.epochs, "epoch")
    return (
        f"{preset.name}: {show_amount(event.params, 'param')}, {show_amount(event.train_examples, 'example')}, "
        f"{validation}, "
        f"batch {event.batch_size}, {epochs}, on {event.device}"
    )


def _epoch(event: EpochEnded) -> list[tuple[str, str, int]]:
    """Name, text and minimum terminal width of each figure of an epoch."""
    figures = [
        ("epoch", f"{event.epoch}/{event.epochs}", 0),
        ("loss", f"{event.loss:.4f}", 0),
        ("accuracy", show_share(event.accuracy), 0),
    ]
    if event.val_loss is not None and event.val_accuracy is not None:
        figures += [("val_loss", f"{event.val_loss:.4f}", 60), ("val_accuracy", show_share(event.val_accuracy), 0)]
    return [*figures, ("learning_rate", f"{event.learning_rate:.3g}", 80), ("time", show_duration(event.seconds), 60)]


def _end(event: Ended, history: History) -> list[str]:
    metrics, epochs = metrics_of(history, event.seconds), show_amount(event.epochs, "epoch")
    speed = f", {show_count(round(event.examples_per_second))} examples/s" if event.examples_per_second else ""
    lines = [f"{event.reason} after {epochs} in {show_duration(event.seconds)}{speed}"]
    if event.message and event.reason != "failed":
        lines.append(event.message)
    if event.test_loss is not None and event.test_accuracy is not None:
        lines.append(f"test loss {event.test_loss:.4f}  test accuracy {show_accuracy(event.test_accuracy)}")
    if final := final_training(metrics):
        lines.append(final)
    if best := best_epochs(metrics):
        lines.append(best)
    return lines
