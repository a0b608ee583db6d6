"""Before a training: which of two curves the loss will be, and which accuracy within which range."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, Static

from core.forecast.drawn_curves import caption, pair_charts, pair_for
from core.forecast.forecast import PAIRS, Forecast
from core.forecast.typed_range import LONGEST, Unclear, read_range, remark, show_range
from core.formatting import show_amount
from core.presets import Preset
from core.sanitize import one_line
from tui.screens.modal import Modal
from tui.widgets.curve_pair import CurveChoice
from tui.widgets.text import update_border_title, update_text
from tui.widgets.text_input import TextInput

__all__ = ["ForecastPage"]

NO_CURVE = "choose a curve first: left or right"


class ForecastPage(Modal[Forecast | None]):
    """Asks what the training of ``preset`` will come to; returns that, or None to go back without training."""

    HELP = """
    ## Before training
    Say what you expect, then see: that teaches more than watching. **left** and **right** choose which of two curves
    the loss will be, **tab** goes to the accuracy, which takes a range: `93-97`, `95 +- 2`, `0.93..0.97`. A narrow
    range says much and is missed easily, one from 0 to 100 says nothing.

    **enter** trains. What you expected stands below the curves meanwhile; at the end it is said which curve it was,
    whether the accuracy lay within the range, and what would explain a miss. It is kept with the run. **escape** goes
    back without training.
    """

    BINDINGS = [
        Binding("escape", "cancel", "Back", id="forecast.cancel", tooltip="Go back without training"),
        Binding("enter", "go_on", "Train", id="forecast.go_on", tooltip="Train, once both are answered"),
        Binding("down", "app.focus_next", "Down", id="forecast.next", tooltip="To the accuracy", show=False),
        Binding("up", "app.focus_previous", "Up", id="forecast.previous", tooltip="To the curves", show=False),
    ]

    DEFAULT_CSS = """
    ForecastPage #forecast-page {
        width: 100%; max-width: 116; height: 100%; max-height: 32;
        border: round $accent; background: $surface; padding: 0 1;
    }
    ForecastPage .question { height: auto; text-style: bold; }
    ForecastPage #forecast-accuracy { background: $boost; }
    ForecastPage #forecast-accuracy:focus { background: $accent 25%; }
    ForecastPage #forecast-accuracy > .input--placeholder { color: $foreground 65%; }
    ForecastPage #forecast-message { height: auto; min-height: 1; }
    ForecastPage #forecast-message.-problem { color: $text-warning; }
    ForecastPage #forecast-keys { height: auto; color: $text-muted; }
    ForecastPage.-low CurveChoice > Vertical, ForecastPage.-low CurveChoice > Vertical.-chosen { border: none; }
    ForecastPage.-low CurveChoice > Vertical:first-child { padding: 0 1 0 0; }
    ForecastPage.-middle #forecast-message, ForecastPage.-high #forecast-message { margin-bottom: 1; }
    """

    curves = query_one(CurveChoice)
    accuracy = query_one("#forecast-accuracy", Input)
    message = query_one("#forecast-message", Static)

    def __init__(self, preset: Preset) -> None:
        super().__init__()
        self._preset = preset
        self._pair = pair_for(preset)
        self._validated = preset.plan.validation != "none"

    def compose(self) -> ComposeResult:
        plan = self._preset.plan
        first, second = PAIRS[self._pair]
        captions = caption(first, plan), caption(second, plan)
        of = "validation" if self._validated else "training"
        after = show_amount(plan.epochs, "epoch")
        with Vertical(id="forecast-page"):
            yield Static("Which of the two will the loss be, by its shape?", classes="question", markup=False)
            yield CurveChoice(captions, pair_charts(self._pair, plan))
            yield Static(f"Its {of} accuracy after {after}, as a range:", classes="question", markup=False)
            example = "93-97 or 95 +- 2, in percent"
            field = TextInput(placeholder=example, id="forecast-accuracy", compact=True, max_length=LONGEST + 1)
            field.term = "accuracy"
            yield field
            yield Static(id="forecast-message", markup=False)
            keys = "left/right: curve   tab: accuracy   enter: train   escape: back   F1: help"
            yield Static(keys, id="forecast-keys", classes="note", markup=False)

    def on_mount(self) -> None:
        update_border_title(self.query_one("#forecast-page"), one_line(f"Before training {self._preset.title}"))
        self.watch(self.curves, "chosen", self._show)
        self.curves.focus()
        self._show()

    @property
    def forecast(self) -> Forecast:
        """What was answered. Raises `Unclear` as long as something is missing."""
        accuracy = read_range(self.accuracy.value)
        if self.curves.chosen is None:
            raise Unclear(NO_CURVE)
        curve = PAIRS[self._pair][self.curves.chosen]
        return Forecast(self._pair, curve, accuracy, self._preset.plan.epochs, self._validated)

    @on(Input.Changed)
    def _changed(self) -> None:
        self._show()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_go_on()

    def action_go_on(self) -> None:
        """Train, or go to what is missing and say so."""
        try:
            self.dismiss(self.forecast)
        except Unclear as error:
            if self.curves.chosen is None:
                self.curves.focus()
                self._say(NO_CURVE, problem=True)
            else:
                self.accuracy.focus()
                self._say(str(error), problem=bool(self.accuracy.value.strip()))

    def action_cancel(self) -> None:
        """Go back without training."""
        self.dismiss(None)

    def _show(self) -> None:
        """Say how the range was understood, or why it was not."""
        text = self.accuracy.value
        if not text.strip():
            self._say("the narrower the range, the more it says", problem=False)
            return
        try:
            found = read_range(text)
        except Unclear as error:
            self._say(str(error), problem=True)
        else:
            self._say(f"{show_range(found)}: {remark(found)}", problem=False)

    def _say(self, text: str, *, problem: bool) -> None:
        self.message.set_class(problem, "-problem")
        update_text(self.message, Content(f"! {text}" if problem else text))
