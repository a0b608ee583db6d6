"""After a training: the curve that was predicted beside the one that came, the accuracy, and what explains a miss."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from core.forecast.curve_shape import up_to
from core.forecast.drawn_curves import caption, curve_chart
from core.forecast.verdict import ForecastVerdict
from core.history import History
from core.presets import Preset
from core.run_charts import Look, single
from core.sanitize import one_line
from core.typography import typeset
from tui.forecast_text import MARKS
from tui.screens.modal import Modal
from tui.widgets.curve_pair import CurvePair
from tui.widgets.text import update_border_title

__all__ = ["VerdictPage"]

STYLES: dict[bool | None, str] = {True: "$text-success", False: "$text-error", None: "$text-warning"}


class VerdictPage(Modal[None]):
    """Shows ``verdict`` on the training of ``preset`` with this ``history``."""

    HELP = """
    ## What came of the prediction
    On the left the curve that you chose, on the right the loss that came. Below it is said whether the accuracy lay
    within your range and which curve it was, with the numbers that show it, and what would explain a miss. A curve
    counts by its shape alone, which is computed from the losses of the training.

    **page up** and **page down** scroll, **enter** or **escape** closes. The prediction is kept with the run, and the
    Runs tab lists it.
    """

    BINDINGS = [
        Binding("escape,enter,v,q", "close", "Close", id="verdict.close", tooltip="Close it"),
        Binding("pageup", "page(-1)", "Page up", id="verdict.page_up", tooltip="Scroll up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="verdict.page_down", tooltip="Scroll down", show=False),
    ]

    DEFAULT_CSS = """
    VerdictPage #verdict-page {
        width: 100%; max-width: 116; height: 100%; max-height: 34;
        border: round $accent; background: $surface; padding: 0 1;
    }
    VerdictPage #verdict-scroll { height: auto; max-height: 55%; scrollbar-size-vertical: 1; }
    VerdictPage #verdict-text { height: auto; }
    VerdictPage #verdict-keys { height: auto; color: $text-muted; }
    VerdictPage.-middle #verdict-keys, VerdictPage.-high #verdict-keys { margin-top: 1; }
    """

    scroll = query_one("#verdict-scroll", VerticalScroll)

    def __init__(self, verdict: ForecastVerdict, preset: Preset, history: History) -> None:
        super().__init__()
        self._verdict, self._preset = verdict, preset
        self._history = up_to(history, verdict.forecast.epochs)

    def compose(self) -> ComposeResult:
        forecast, plan = self._verdict.forecast, self._preset.plan
        kind = self._verdict.shape.kind
        captions = (
            f"predicted: {caption(forecast.curve, plan)}",
            f"it was: {caption(kind, plan) if kind else 'too short to tell'}",
        )
        came = single("loss", self._history, forecast.epochs, Look())
        with Vertical(id="verdict-page"):
            yield CurvePair(captions, (curve_chart(forecast.curve, plan), came), "There are no curves.")
            with VerticalScroll(id="verdict-scroll", can_focus=False):
                yield Static(self._text(), id="verdict-text", markup=False)
            yield Static("enter or escape: close   F1: help", id="verdict-keys", classes="note", markup=False)

    def on_mount(self) -> None:
        update_border_title(self.query_one("#verdict-page"), one_line(f"What came of it: {self._preset.title}"))

    def action_close(self) -> None:
        """Close it."""
        self.dismiss(None)

    def action_page(self, by: int) -> None:
        """Scroll the text."""
        (self.scroll.scroll_page_up if by < 0 else self.scroll.scroll_page_down)(animate=False)

    def _text(self) -> Content:
        lines = [
            Content.assemble((f"{MARKS[right]} ", STYLES[right]), typeset(text))
            for right, text in self._verdict.in_full
        ]
        lines += [Content(typeset(one_line(text, 1_000))) for text in self._verdict.explanations]
        return Content("\n").join(lines)
