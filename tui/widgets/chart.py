"""A widget with a chart of curves over epochs, such as the loss curve."""

from dataclasses import dataclass
from itertools import chain
from textwrap import wrap

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.reactive import reactive

from core.charts import Chart, read
from tui.widgets.curve_signs import sample
from tui.widgets.left_axis import LABELS
from tui.widgets.lines import Lines

__all__ = ["ChartWidget"]

SMALLEST = (24, 5)
"""The smallest size that is drawn, in columns and rows."""
TITLE = 1
"""Rows above the curves."""
GROUND = "band-"
"""How the roles begin whose color is a ground."""


class ChartWidget(Lines):
    """Draws a `Chart`; without one it shows a hint. Under the mouse it reports the epoch as `Pointed`."""

    COMPONENT_CLASSES = {
        "chart--training",
        "chart--validation",
        "chart--batch",
        "chart--best",
        "chart--axis",
        "chart--rule",
        "chart--cut",
        "chart--cross",
        "chart--band-training",
    }

    DEFAULT_CSS = """
    ChartWidget { height: 1fr; min-height: 4; }
    ChartWidget > .chart--training { color: $training; }
    ChartWidget > .chart--validation { color: $validation; }
    ChartWidget > .chart--batch { color: $text-muted; }
    ChartWidget > .chart--best { color: $best; }
    ChartWidget > .chart--axis { color: $text-muted; }
    ChartWidget > .chart--rule { color: $text-muted; }
    ChartWidget > .chart--cut { color: $text-muted; }
    ChartWidget > .chart--cross { color: $accent; }
    ChartWidget > .chart--band-training { background: $training 22%; }
    """

    chart: reactive[Chart | None] = reactive(None, repaint=False)
    """The curves; None while there are none."""
    legend: reactive[bool] = reactive(True, repaint=False)
    """Whether the names of the curves stand beside the title."""

    empty: reactive[str] = reactive("", repaint=False)
    """Shown while there is no chart."""
    bare: reactive[bool] = reactive(False, repaint=False)
    """Without labels at the x axis, for a chart above another one with the same epochs."""
    cross: reactive[float | None] = reactive[float | None](None, repaint=False)
    """The epoch of the crosshair, whose values replace the legend; None for none. Beyond the chart it is not shown."""

    @dataclass
    class Pointed(Message):
        """The mouse points at ``epoch``, or None: no longer at the curves."""

        epoch: float | None

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

    def watch_cross(self) -> None:
        self.redraw()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles = {}

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self.post_message(self.Pointed(self._epoch_at(event.x)))

    def on_leave(self) -> None:
        self.post_message(self.Pointed(None))

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
        from tui.widgets.plot import draw  # noqa: PLC0415  # plotext is slow to import, and unused before training

        cross = self.cross if self.cross is not None and self.chart.x.has(self.cross) else None
        drawn = draw(self.chart, styles, width, height - TITLE, bare=self.bare, cross=cross)
        return [self._heading(self.chart, cross), *drawn]

    def _epoch_at(self, column: int) -> float | None:
        """The epoch in ``column``; None beside the curves."""
        if self.chart is None:
            return None
        first, last = LABELS + 1, self.size.width - 1
        if not first <= column <= last or last <= first:
            return None
        return self.chart.x.value((column - first) / (last - first))

    def _style(self, name: str) -> Style:
        """The color of a component class on this background."""
        style = self.get_component_rich_style(name)
        if name.partition("--")[2].startswith(GROUND):
            return Style(bgcolor=style.bgcolor)
        return Style(color=style.color)

    def _heading(self, chart: Chart, cross: float | None) -> list[Segment]:
        """The title with its notes; at the right what fits of the legend or of what the crosshair reads.

        What the crosshair reads goes before the notes: it was asked for.
        """
        title = [Segment(chart.title, Style(bold=True))]
        notes = [Segment("".join(f"  {note}" for note in chart.notes), self._styles["axis"])]
        offered = self._legend(chart) if cross is None else self._read(chart, cross)
        if cross is None or Segment.get_line_length([*title, *notes, *chain(*offered)]) <= self.size.width:
            title += notes
        entries: list[Segment] = []
        for entry in offered:
            if Segment.get_line_length([*title, *entries, *entry]) > self.size.width:
                break
            entries += entry
        gap = self.size.width - Segment.get_line_length([*title, *entries])
        return [*title, Segment(" " * gap), *entries] if entries else title

    def _legend(self, chart: Chart) -> list[list[Segment]]:
        curves = [curve for curve in chart.curves if curve.name] if self.legend else []
        return [[Segment(f"  {curve.name} "), self._sample(curve.style.role, sample(curve.style))] for curve in curves]

    def _read(self, chart: Chart, cross: float) -> list[list[Segment]]:
        place, readings = read(chart, cross)
        values = [
            [Segment("  "), self._sample(each.style.role, sample(each.style)), Segment(f" {each.value}")]
            for each in readings
        ]
        return [[Segment(f"  {place}", self._styles["cross"])], *values]

    def _sample(self, role: str, text: str) -> Segment:
        return Segment(text, self._styles[role])
