"""A widget with a chart of curves over epochs, such as the loss curve."""

from textwrap import wrap

from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive

from core.charts import Chart
from tui.widgets.curve_signs import sample
from tui.widgets.lines import Lines

__all__ = ["ChartWidget"]

SMALLEST = (24, 5)
"""The smallest size that is drawn, in columns and rows."""


class ChartWidget(Lines):
    """Draws a `Chart`; without one it shows a hint."""

    COMPONENT_CLASSES = {"chart--training", "chart--validation", "chart--best", "chart--axis", "chart--rule"}

    DEFAULT_CSS = """
    ChartWidget { height: 1fr; min-height: 4; }
    ChartWidget > .chart--training { color: $primary; }
    ChartWidget > .chart--validation { color: $warning; }
    ChartWidget > .chart--best { color: $success; }
    ChartWidget > .chart--axis { color: $text-muted; }
    ChartWidget > .chart--rule { color: $text-muted; }
    """

    chart: reactive[Chart | None] = reactive(None, repaint=False)
    """The curves; None while there are none."""
    legend: reactive[bool] = reactive(True, repaint=False)
    """Whether the names of the curves stand beside the title."""

    empty: reactive[str] = reactive("", repaint=False)
    """Shown while there is no chart."""
    bare: reactive[bool] = reactive(False, repaint=False)
    """Without labels at the x axis, for a chart above another one with the same epochs."""

    def __init__(self, title: str, empty: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = title
        self._styles: dict[str, Style] = {}
        self.set_reactive(ChartWidget.empty, empty)

    def watch_chart(self) -> None:
        self.redraw()

    def watch_legend(self) -> None:
        self.redraw()

    def watch_empty(self) -> None:
        self.redraw()

    def watch_bare(self) -> None:
        self.redraw()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles = {}

    def draw(self) -> list[list[Segment]]:
        width, height = self.size
        if not self._styles:
            self._styles = {name.partition("--")[2]: self._style(name) for name in self.COMPONENT_CLASSES}
        styles = self._styles
        if self.chart is None:
            hint = [[Segment(line, styles["axis"])] for line in wrap(self.empty, width)]
            return [[Segment(self._title, Style(bold=True))], [], *hint]
        if width < SMALLEST[0] or height < SMALLEST[1]:
            return [[Segment(line, styles["axis"])] for line in wrap(f"{self._title}: no room for a chart", width)]
        from tui.widgets.plot import LABELS, draw  # noqa: PLC0415  # plotext is slow to import, and unused before training

        drawn = draw(self.chart, styles, width, height - 1, bare=self.bare)
        if not self.bare:
            _, labels = Segment.divide(drawn[-1], [LABELS, width])
            drawn[-1] = [Segment("epoch".rjust(LABELS), styles["axis"]), *labels]
        return [_heading(self.chart, styles, width, legend=self.legend), *drawn]

    def _style(self, name: str) -> Style:
        """The color of a component class on this background."""
        return Style(color=self.get_component_rich_style(name).color)


def _heading(chart: Chart, styles: dict[str, Style], width: int, *, legend: bool) -> list[Segment]:
    """The title, and the legend at the right as far as there is room for it."""
    title = Segment(chart.title, Style(bold=True))
    entries: list[Segment] = []
    for curve in chart.curves if legend else ():
        entry = [Segment(f"  {curve.name} "), Segment(sample(curve.style), styles[curve.style.role])]
        if Segment.get_line_length([title, *entries, *entry]) > width:
            break
        entries += entry
    gap = width - Segment.get_line_length([title, *entries])
    return [title, Segment(" " * gap), *entries] if entries else [title]
