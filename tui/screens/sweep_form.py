"""The form of a sweep: what to vary, with how many seeds, and how long that will take."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from core.fields.types import FieldError
from core.formatting import show_amount, show_duration
from core.presets import Preset
from core.runs.record import Run
from core.sanitize import one_line
from core.sweeps.addresses import addresses, find_address, value_at
from core.sweeps.sweep import PRUNERS
from core.sweeps.typed import TypedSweep, WantedSweep, epoch_seconds, estimated_seconds, read_typed
from tui.screens.modal import Modal
from tui.widgets.text import update_text
from tui.widgets.text_input import VALUE, TextInput

__all__ = ["SweepForm"]

VARIED = ("first", "second")
SEEDS = "3"
"""Enough to see how much is chance; the form says how many can tell."""
TERMS = {"seeds": "seed", "epochs": "epoch", "choose": "TPE", "pruner": "pruning"}
"""What fields are about; those that say what to vary are about what they say."""
EXAMPLES = {"first": "a part of its name: learning_rate", "second": "a second field, if any"}


class VariedLines(Vertical):
    """A field of ``preset`` to vary and its values: both are about what is typed into the first."""

    DEFAULT_CSS = """
    VariedLines { height: auto; }
    """

    def __init__(self, preset: Preset, *lines: Horizontal) -> None:
        super().__init__(*lines)
        self._preset = preset

    def glossary_term(self) -> str:
        """The name of the field; as long as there is none, what fields to vary are called."""
        with suppress(FieldError):
            return find_address(self._preset, self.query(Input).first().value).rpartition(".")[2]
        return "hyperparameter"


class SweepForm(Modal[WantedSweep | None]):
    """Asks for a sweep of ``preset``, trained in ``jobs`` processes unless changed.

    ``runs`` come newest first.
    """

    HELP = """
    ## A sweep
    Trains this network with several values of a field, and each value with the same seeds: is it better, or was it the
    seed? **Vary** takes a part of a field's name; **right** completes it. **Values** are a list, `0.1 0.01 0.001`, or a
    range, `1e-4 to 0.1, 4, log`. A second field makes a grid of both; without any, only the seed changes.

    **Choose** takes all settings (`grid`), draws some (`random 20`), or lets those that did well suggest the next
    (`tpe 20`). **Prune** ends trials early that do worse than the `median` of the others, or by `hyperband`.

    Every trial is a run, in a process of its own beside this one, and the app stays usable. **Cluster** trains on Dask
    workers instead: `tls://HOST:8786` with options as `layerlab sweep` takes them, or `local:4`. The runs of a sweep
    are one row on the Runs tab. **enter** starts, **escape** goes back.
    """

    BINDINGS = [
        Binding("escape", "cancel", "Back", id="sweep.cancel", tooltip="Go back without training"),
        Binding("down", "app.focus_next", "Down", id="sweep.next", tooltip="The next field", show=False),
        Binding("up", "app.focus_previous", "Up", id="sweep.previous", tooltip="The field before", show=False),
    ]

    DEFAULT_CSS = """
    SweepForm .line { height: 1; }
    SweepForm .line Static { width: 11; color: $foreground-muted; }
    SweepForm .line Input { width: 1fr; background: $boost; }
    SweepForm .line Input.number { width: 7; margin-right: 2; }
    SweepForm .line Input:focus { background: $accent 25%; }
    SweepForm .gap { margin-top: 1; }
    SweepForm #sweep-message { height: auto; min-height: 3; margin-top: 1; }
    SweepForm.-low .gap, SweepForm.-low #sweep-message { margin-top: 0; }
    """

    message = query_one("#sweep-message", Static)

    def __init__(self, preset: Preset, runs: Sequence[Run], jobs: int) -> None:
        super().__init__()
        self._jobs = jobs
        self._preset = preset
        self._epoch = epoch_seconds(preset, runs)

    def compose(self) -> ComposeResult:
        known = SuggestFromList(addresses(self._preset), case_sensitive=False)
        with Vertical(classes="dialog"):
            yield Static(Content(f"Sweep: {one_line(self._preset.title)}"), classes="title", markup=False)
            for which, label in zip(VARIED, ("Vary", "and"), strict=True):
                yield VariedLines(
                    self._preset,
                    _line(label, _field(which, EXAMPLES[which], suggester=known)),
                    _line("with", _field(f"{which}-values", "0.1 0.01 0.001, or 1e-4 to 0.1, 4, log")),
                )
            with Horizontal(classes="line gap"):
                numbers = {"seeds": SEEDS, "epochs": str(self._preset.plan.epochs), "jobs": str(self._jobs)}
                for label, (name, value) in zip(("Seeds", "epochs", "processes"), numbers.items(), strict=True):
                    yield Static(label, markup=False)
                    field = TextInput(value, id=f"sweep-{name}", classes="number", compact=True, max_length=10)
                    field.term = TERMS.get(name, "")
                    yield field
            ways = SuggestFromList(["grid", "random 20", "tpe 20"], case_sensitive=False)
            yield _line("Choose", _field("choose", "grid: all; or some: random 20, tpe 20", suggester=ways))
            yield _line("Prune", _field("pruner", "none, median or hyperband", suggester=SuggestFromList(PRUNERS)))
            yield _line("Cluster", _field("cluster", "this machine; or local:4, tls://HOST:8786"))
            yield Static(id="sweep-message", markup=False)
            note = "enter: train   up and down: field   right: complete   escape: back   F1: help"
            yield Static(note, classes="note", markup=False)

    def on_mount(self) -> None:
        self.query_one("#sweep-first", Input).focus()
        self._show_message()

    @on(Input.Changed)
    def _show_message(self) -> None:
        try:
            wanted = self._read()
        except FieldError as error:
            update_text(self.message, Content.styled(f"! {one_line(str(error))}", "$text-error"))
            return
        update_text(self.message, Content("\n").join(map(Content, self._facts(wanted))))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        try:
            wanted = self._read()
        except FieldError:
            self.app.bell()
        else:
            self.dismiss(wanted)

    def action_cancel(self) -> None:
        """Go back without training."""
        self.dismiss(None)

    def _read(self) -> WantedSweep:
        """What was typed. Raises `FieldError`."""
        typed = TypedSweep(
            varied=tuple((self._text(which), self._text(f"{which}-values")) for which in VARIED),
            repeats=self._text("seeds"),
            epochs=self._text("epochs"),
            jobs=self._text("jobs"),
            choose=self._text("choose"),
            pruner=self._text("pruner"),
            cluster=self._text("cluster"),
        )
        return read_typed(typed, self._preset, self._preset.name)

    def _text(self, name: str) -> str:
        return self.query_one(f"#sweep-{name}", Input).value

    def _facts(self, wanted: WantedSweep) -> Iterator[str]:
        """What the sweep amounts to, a line each."""
        sweep = wanted.sweep
        settings, seeds = show_amount(sweep.setting_count, "setting"), show_amount(sweep.repeats, "seed")
        if self._epoch is None:
            time = "how long that takes is known once one of them is trained"
        elif wanted.workers is None:
            time = f"together about {show_duration(estimated_seconds(sweep, 1, self._epoch))} of training"
        else:
            time = f"about {show_duration(estimated_seconds(sweep, wanted.workers, self._epoch))}"
        yield f"{settings} with {seeds}: {show_amount(sweep.count, 'trial')}, {time}"
        for each in sweep.vary:
            for address in each.addresses:
                yield f"{address} is {value_at(self._preset, find_address(self._preset, address))} now"


def _field(name: str, placeholder: str, suggester: SuggestFromList | None = None) -> TextInput:
    field = TextInput(placeholder=placeholder, id=f"sweep-{name}", compact=True, max_length=VALUE, suggester=suggester)
    field.term = TERMS.get(name, "")
    return field


def _line(label: str, field: Input) -> Horizontal:
    return Horizontal(Static(label, markup=False), field, classes="line")
