"""The lines of a form: which there are, their order and their alignment."""

from asyncio import gather
from collections.abc import Callable, Sequence

from textual.containers import VerticalScroll
from textual.widget import AwaitMount, Widget

from core.fields.forms import Entry
from tui.forms.fold_line import FoldLine
from tui.forms.line import FormLine

__all__ = ["FormLines"]


class FormLines(VerticalScroll, inherit_bindings=False):
    """The lines of a form. It has no bindings of its own: up and down go from field to field."""

    DEFAULT_CSS = """
    FormLines { height: auto; scrollbar-size-vertical: 1; }
    """

    @property
    def lines(self) -> list[FormLine]:
        """The lines of fields, from the top."""
        return [line for line in self.children if isinstance(line, FormLine)]

    @property
    def stops(self) -> list[Widget]:
        """What up and down go through: the controls, and the line that others fold behind."""
        folds = [line for line in self.children if isinstance(line, FoldLine) and line.display]
        return [*(line.control for line in self.lines), *folds]

    def line_for(self, entry: Entry) -> FormLine | None:
        """The line that can show ``entry``."""
        at, kind = entry.path, entry.field.type
        return next((line for line in self.lines if line.entry.path == at and line.entry.field.type is kind), None)

    async def rebuild(self, wanted: Sequence[Entry], make: Callable[[Entry], FormLine]) -> None:
        """Remove stale lines and mount new ones; lines that stay keep cursor and focus."""
        lines = [self.line_for(entry) or make(entry) for entry in wanted]
        await self.remove_children([line for line in self.lines if line not in lines])
        before: FormLine | None = None
        mounting: list[AwaitMount] = []
        for line, entry in zip(lines, wanted, strict=True):
            if line.is_attached:
                line.show(entry)
            elif before:
                mounting.append(self.mount(line, after=before))
            else:
                mounting.append(self.mount(line, before=0))
            before = line
        await gather(*mounting)

    def align(self) -> int:
        """Start all values in the same column; gives the cells before it."""
        lines = self.lines
        column = max((line.caption_width for line in lines), default=0)
        for line in lines:
            line.column = column
        return column
