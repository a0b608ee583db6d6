"""Predict the network that is open: its shapes and parameters are hidden until they are worked out."""

from typing import cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Input, Static

from core.formatting import show_count
from core.learn.exercise import Asked, show_answer
from core.learn.own_network import Predictions, Solved
from core.learn.prediction import LONGEST
from core.sanitize import one_line
from core.typography import typeset
from tui.screens.modal import Modal
from tui.verdict_text import said
from tui.widgets.listing import Cell, Listing
from tui.widgets.text import fitted, update_text
from tui.widgets.text_input import TextInput

__all__ = ["Predict"]

SIGNS: dict[Solved, str] = {"first": "\N{CHECK MARK}", "later": "\N{MIDDLE DOT}", "shown": "-"}
"""How a cell was filled."""
OUTPUT, PARAMS = 16, 16
"""Widths of columns in cells."""


class PredictionTable(Listing, can_focus=False):
    """A line for each layer and one for the sum: what is predicted of it so far."""

    COMPONENT_CLASSES = {"listing--asked"}

    DEFAULT_CSS = """
    PredictionTable { height: 1fr; }
    PredictionTable > .listing--asked { color: $text-accent; text-style: bold; }
    """

    predictions: reactive[Predictions | None] = reactive(None)
    """What came of them so far."""

    @property
    def lines(self) -> int:
        return len(self.predictions.summary.rows) if self.predictions else 0

    def watch_predictions(self) -> None:
        self.changed()
        if self.predictions is not None:
            layer = self.predictions.cell.layer
            self.cursor = self.lines - 1 if layer is None else layer - 1

    def header(self) -> str:
        return f"    {fitted('Layer', self._room)}{fitted('Output', OUTPUT)}{'Params':>{PARAMS}}"

    def line(self, index: int) -> list[Cell]:
        if self.predictions is None:
            return []
        layer = index + 1
        if layer == self.lines:
            total = Asked(None, "params")
            return [("    ", ""), (fitted("all of them", self._room + OUTPUT), "muted"), *self._cell(total, PARAMS)]
        name = typeset(one_line(self.predictions.summary.rows[layer].layer.label))
        return [
            (f"{layer:>3} ", "muted"),
            (fitted(name, self._room), ""),
            *self._cell(Asked(layer, "output_shape"), OUTPUT),
            *self._cell(Asked(layer, "params"), PARAMS),
        ]

    def _cell(self, cell: Asked, width: int) -> list[Cell]:
        """A cell as it is: asked for, in brackets; unknown; or filled, with the sign of how."""
        predictions = self.predictions
        if predictions is None:
            return []
        answer, right = predictions.answer(cell), cell.what == "params"
        shown = "?" if answer is None else show_count(answer) if isinstance(answer, int) else show_answer(answer)
        text = f"{typeset(shown)} {SIGNS[predictions.solved[cell]]}" if answer is not None else shown
        asked = cell == predictions.cell
        text = fitted(f"[{text}]" if asked else f" {text} ", width, right=right)
        return [(text, "asked" if asked else "" if answer is not None else "muted")]

    @property
    def _room(self) -> int:
        return max(8, self.width - 4 - OUTPUT - PARAMS)


class Predict(Modal[None]):
    """Asks for the cells of ``predictions`` one by one."""

    HELP = """
    ## Predict
    Work out what every layer puts out and how many parameters it has, and type it: `28x28x6`, `61,706`. **enter**
    checks it and goes on to the next. A known mistake is told, and you can try again; **F2** shows the steps. **up**
    and **down** go to another cell, **page up** and **page down** scroll.

    A check mark stands behind what was right at first, a dot behind what took more, a dash behind what was shown.
    """

    BINDINGS = [
        Binding("escape", "close", "Close", id="predict.close", tooltip="Close the predictions"),
        Binding("f2", "steps", "Steps", id="predict.steps", tooltip="Show the steps to the answer"),
        Binding("down", "move(1)", "Next", id="predict.next", tooltip="The next cell", show=False),
        Binding("up", "move(-1)", "Before", id="predict.previous", tooltip="The cell before", show=False),
        Binding("pageup", "move(-10)", "Page up", id="predict.pageup", tooltip="Five layers up", show=False),
        Binding("pagedown", "move(10)", "Page down", id="predict.pagedown", tooltip="Five layers down", show=False),
    ]

    DEFAULT_CSS = """
    Predict .predict {
        width: 100%; height: 100%; max-width: 112; max-height: 40;
        border: round $accent; background: $surface; padding: 0 1;
    }
    Predict #predict-question { height: auto; margin-top: 1; }
    Predict #predict-reply { background: $boost; }
    Predict #predict-reply:focus { background: $accent 25%; }
    Predict #predict-reply > .input--placeholder { color: $foreground 65%; }
    Predict #predict-verdict { height: auto; max-height: 9; }
    Predict #predict-keys { height: auto; color: $text-muted; }
    Predict.-low #predict-question { margin-top: 0; }
    """

    predictions: reactive[Predictions] = reactive(cast("Predictions", None), repaint=False)
    """What came of them so far."""

    table = query_one(PredictionTable)
    question = query_one("#predict-question", Static)
    reply = query_one("#predict-reply", Input)
    verdict = query_one("#predict-verdict", Static)
    keys = query_one("#predict-keys", Static)

    def __init__(self, predictions: Predictions) -> None:
        super().__init__()
        self.set_reactive(Predict.predictions, predictions)

    def compose(self) -> ComposeResult:
        with Vertical(classes="predict"):
            yield PredictionTable().data_bind(Predict.predictions)
            yield Static(id="predict-question", markup=False)
            yield TextInput(placeholder="your prediction", id="predict-reply", compact=True, max_length=LONGEST + 1)
            yield Static(id="predict-verdict", markup=False)
            yield Static(id="predict-keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(".predict", Vertical).border_title = one_line(f"Predict: {self.predictions.preset.title}")
        self.reply.focus()
        self._show()

    def watch_predictions(self, before: Predictions, predictions: Predictions) -> None:
        if not self.is_mounted:
            return
        if before.at != predictions.at:
            self.reply.value = ""
        self._show()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if self.predictions.is_solved:
            self.predictions = self.predictions.next()
        elif event.value.strip():
            self.predictions = self.predictions.replied(event.value)
        else:
            self.app.bell()

    def action_steps(self) -> None:
        """Show the steps to the answer."""
        self.predictions = self.predictions.shown()

    def action_move(self, by: int) -> None:
        """Go to another cell."""
        self.predictions = self.predictions.moved(by)

    def action_close(self) -> None:
        """Close it."""
        self.dismiss(None)

    def _show(self) -> None:
        predictions = self.predictions
        update_text(self.question, Content.styled(_question(predictions), "bold"))
        update_text(self.verdict, said(predictions.verdict, "Try again, or F2 shows the steps."))
        self.verdict.display = predictions.verdict is not None
        filled, cells = len(predictions.solved), len(predictions.cells)
        score = f"{filled} of {cells} filled, {predictions.first} right at first"
        enter = ("all are filled" if predictions.done else "next") if predictions.is_solved else "check"
        keys = f"enter: {enter}   F2: steps   up/down: cell   escape: close   F1: help"
        update_text(self.keys, Content(f"{score}\n{keys}"))


def _question(predictions: Predictions) -> str:
    cell = predictions.cell
    if cell.layer is None:
        return "How many parameters are there in all?"
    name = typeset(one_line(predictions.summary.rows[cell.layer].layer.label))
    layer = f"layer {cell.layer}, {name}"
    return f"What shape has the output of {layer}?" if cell.what == "output_shape" else f"Parameters of {layer}?"
