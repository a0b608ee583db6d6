"""Two charts side by side under their captions: to choose one of them, or to compare them."""

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from core.charts import Chart
from tui.widgets.chart import ChartWidget
from tui.widgets.text import update_text

__all__ = ["CurveChoice", "CurvePair"]

CHOSEN, OTHER = "(\N{BULLET})", "( )"


class CurvePair(Horizontal):
    """Shows ``charts``, each under its caption; one that is None shows its hint."""

    DEFAULT_CSS = """
    CurvePair { height: 1fr; min-height: 6; }
    CurvePair > Vertical { width: 1fr; height: 1fr; padding: 0 1; }
    CurvePair .caption { height: auto; }
    """

    def __init__(
        self,
        captions: tuple[str, str],
        charts: tuple[Chart | None, Chart | None],
        hint: str = "",
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._captions, self._charts, self._hint = captions, charts, hint

    def compose(self) -> ComposeResult:
        for caption, chart in zip(self._captions, self._charts, strict=True):
            with Vertical():
                yield Static(Content.styled(caption, "bold"), classes="caption", markup=False)
                widget = ChartWidget("loss", self._hint)
                widget.chart = chart
                yield widget


class CurveChoice(CurvePair, can_focus=True):
    """Lets one choose one of the two."""

    HELP = """
    ## Two curves
    **left** and **right**, **1** and **2** or a click choose the curve that the loss will have. Only its shape counts,
    not its numbers.
    """

    BINDINGS = [
        Binding("left,1", "choose(0)", "Left one", id="curves.first", tooltip="Choose the left curve", show=False),
        Binding("right,2", "choose(1)", "Right one", id="curves.second", tooltip="Choose the right curve", show=False),
    ]

    DEFAULT_CSS = """
    CurveChoice > Vertical { border: round $foreground 22%; padding: 0; }
    CurveChoice > Vertical.-chosen { border: round $accent; }
    CurveChoice:focus > Vertical.-chosen { border: $focus-border $accent; }
    CurveChoice:focus .caption { color: $text-accent; }
    """

    chosen: reactive[int | None] = reactive[int | None](None, init=False)
    """The index of the one that is chosen."""

    def glossary_term(self) -> str:
        """What the curves are of."""
        return "loss"

    def on_mount(self) -> None:
        self.watch_chosen()

    def watch_chosen(self) -> None:
        boxes, captions = self.query(Vertical), self.query(".caption").results(Static)
        for index, (box, caption) in enumerate(zip(boxes, captions, strict=True)):
            mark = CHOSEN if index == self.chosen else OTHER
            box.set_class(index == self.chosen, "-chosen")
            update_text(caption, Content.styled(f"{mark} {index + 1} {self._captions[index]}", "bold"))

    def on_click(self, event: events.Click) -> None:
        """Choose the one that was clicked."""
        place = event.screen_offset
        clicked = (index for index, box in enumerate(self.query(Vertical)) if box.region.contains_point(place))
        self.chosen = next(clicked, self.chosen)

    def action_choose(self, index: int) -> None:
        """Choose one of the two."""
        self.chosen = index
