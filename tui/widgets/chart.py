"""A chart of curves over epochs."""

from textwrap import wrap

from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive

from tui.widgets.lines import Lines
from tui.widgets.picture import Picture

__all__ = ["Chart"]

SMALLEST = (24, 5)
"""The smallest size that is drawn, in columns and rows."""


class Chart(Lines):
    """Draws a `Picture`; without one it shows a hint."""

    COMPONENT_CLASSES = {"chart--train", "chart--validation", "chart--best", "chart--axis", "chart--rule"}

    DEFAULT_CSS = """
    Chart { height: 1fr; min-height: 4; }
    Chart > .chart--train { color: $primary; }
    Chart > .chart--validation { color: $warning; }
    Chart > .chart--best { color: $success; }
    Chart > .chart--axis { color: $text-muted; }
    Chart > .chart--rule { color: $text-muted; }
    """

    picture: reactive[Picture | None] = reactive(None, repaint=False)
    """The curves; None while there are none."""

    empty: reactive[str] = reactive("", repaint=False)
    """Shown while there is no picture."""
    bare: reactive[bool] = reactive(False, repaint=False)
    """Without labels at the x axis, for a chart above another one with the same epochs."""

    def __init__(self, title: str, empty: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = title
        self._styles: dict[str, Style] = {}
        self.set_reactive(Chart.empty, empty)

    def watch_picture(self) -> None:
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
        if self.picture is None:
            hint = [[Segment(line, styles["axis"])] for line in wrap(self.empty, width)]
            return [[Segment(self._title, Style(bold=True))], [], *hint]
        if width < SMALLEST[0] or height < SMALLEST[1]:
            return [[Segment(line, styles["axis"])] for line in wrap(f"{self._title}: no room for a chart", width)]
        from tui.widgets.plot import LABELS, draw  # noqa: PLC0415  # plotext is slow to import, and unused before training

        drawn = draw(self.picture, styles, width, height - 1, bare=self.bare)
        if not self.bare:
            _, labels = Segment.divide(drawn[-1], [LABELS, width])
            drawn[-1] = [Segment("epoch".rjust(LABELS), styles["axis"]), *labels]
        return [_heading(self.picture, styles, width), *drawn]

    def _style(self, name: str) -> Style:
        """The color of a component class on this background."""
        return Style(color=self.get_component_rich_style(name).color)


def _heading(picture: Picture, styles: dict[str, Style], width: int) -> list[Segment]:
    """The title, and the legend at the right."""
    entries = [(line.name, "\u2809\u2812\u2824", styles[line.role]) for line in picture.lines if line.name]
    entries += [(marks.name, marks.sign, styles[marks.role]) for marks in picture.marks if marks.name]
    legend: list[Segment] = []
    for name, sign, style in entries:
        legend += [Segment("  " if legend else ""), Segment(f"{name} "), Segment(sign, style)]
    title = Segment(picture.title, Style(bold=True))
    gap = width - Segment.get_line_length([title, *legend])
    return [title, Segment(" " * gap), *legend] if gap > 0 else [title]
