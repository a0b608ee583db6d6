"""The legend of the curves: the runs' names, each after a sample of its line."""

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.reactive import reactive

from core.run_charts import RUNS
from core.runs.names import RunName
from tui.runs.names import fitted_name, name_width
from tui.runs.series_styles import MOST, ROLES
from tui.widgets.curve_signs import sample
from tui.widgets.lines import Lines

__all__ = ["Legend"]

LONGEST = 32
"""Maximum width of a name, in cells."""
GAP = 3

Entry = tuple[str, str, str]
"""A sample of a curve, the role that gives its color, and a name."""


class Legend(Lines):
    """A legend as high as its names need."""

    COMPONENT_CLASSES = {f"legend--{role}" for role in (*ROLES, "muted")}

    names: reactive[tuple[RunName, ...]] = reactive((), repaint=False)
    """The runs that are shown together."""

    def watch_names(self) -> None:
        self.refresh(layout=True)
        self.redraw()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(_flowing(_entries(self.names), width))

    def draw(self) -> list[list[Segment]]:
        lines = []
        for entries in _flowing(_entries(self.names), self.size.width):
            line = []
            for piece, role, name in entries:
                color = Style(color=self.get_component_rich_style(f"legend--{role}").color)
                line += [Segment(piece, color), Segment(f" {name}{' ' * GAP}")]
            lines.append(line)
        return lines


def _entries(names: tuple[RunName, ...]) -> list[Entry]:
    entries = [
        (sample(RUNS[number]), ROLES[number], fitted_name(name, min(name_width(name), LONGEST)))
        for number, name in enumerate(names[:MOST])
    ]
    further = len(names) - MOST
    return [*entries, ("+", "muted", f"{further:,} more, not drawn")] if further > 0 else entries


def _flowing(entries: list[Entry], width: int) -> list[list[Entry]]:
    """``entries`` on lines of ``width`` cells."""
    lines: list[list[Entry]] = []
    room = 0
    for entry in entries:
        taken = cell_len(entry[0]) + 1 + cell_len(entry[2])
        if not lines or taken > room:
            lines.append([])
            room = width
        lines[-1].append(entry)
        room -= taken + GAP
    return lines
