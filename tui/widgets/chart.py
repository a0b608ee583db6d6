"""A chart of curves over epochs."""

from time import perf_counter

from rich.style import Style
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from tui.widgets.picture import Picture

__all__ = ["Chart"]

SMALLEST = (24, 5)
"""Columns and rows below which there is nothing to be seen."""


class Chart(Widget):
    """Draws a `Picture` into the room there is; without one it shows what to do."""

    COMPONENT_CLASSES = {"chart--train", "chart--validation", "chart--best", "chart--axis", "chart--rule"}

    DEFAULT_CSS = """
    Chart { height: 1fr; min-height: 4; }
    Chart > .chart--train { color: $primary; }
    Chart > .chart--validation { color: $warning; }
    Chart > .chart--best { color: $success; }
    Chart > .chart--axis { color: $text-muted; }
    Chart > .chart--rule { color: $text-muted; }
    """

    picture: reactive[Picture | None] = reactive(None)
    """The curves; None while there are none."""

    empty: reactive[str] = reactive("")
    """What to say while there is no picture."""
    bare: reactive[bool] = reactive(False)
    """Without labels at the x axis, for a chart that stands above another one with the same epochs."""

    def __init__(self, title: str, empty: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = title
        self.set_reactive(Chart.empty, empty)
        self.cost = 0.0
        """Seconds that the last drawing took."""

    def render(self) -> Text:
        width, height = self.content_size
        styles = {name.partition("--")[2]: self._style(name) for name in self.COMPONENT_CLASSES}
        if self.picture is None:
            return Text.assemble((self._title, "bold"), "\n\n", (self.empty, styles["axis"]))
        if width < SMALLEST[0] or height < SMALLEST[1]:
            return Text(f"{self._title}: no room for a chart", styles["axis"])
        began = perf_counter()
        from tui.widgets.plot import LABELS, draw  # noqa: PLC0415  # plotext is slow to import, and unused until a training

        drawn = list(Text.from_ansi(draw(self.picture, styles, width, height - 1, bare=self.bare)).split("\n"))
        if not self.bare:
            drawn[-1] = Text.assemble(("epoch".rjust(LABELS), styles["axis"]), drawn[-1][LABELS:])
        picture = Text("\n", no_wrap=True, end="").join((_heading(self.picture, styles, width), *drawn))
        self.cost = perf_counter() - began
        return picture

    def _style(self, name: str) -> Style:
        """The color of a component class as it comes out on this background."""
        return Style(color=self.get_component_rich_style(name).color)


def _heading(picture: Picture, styles: dict[str, Style], width: int) -> Text:
    """The title, and the legend of what has been drawn at the right."""
    legend = Text("  ").join(
        [
            *(Text.assemble(line.name, " ", ("\u2809\u2812\u2824", styles[line.role])) for line in picture.lines),
            *(Text.assemble(marks.name, " ", (marks.sign, styles[marks.role])) for marks in picture.marks),
        ]
    )
    title = Text(picture.title, "bold")
    gap = width - title.cell_len - legend.cell_len
    return Text.assemble(title, " " * gap, legend) if gap > 0 else title
