"""Opens the glossary: at what has the focus, at an entry, or at its beginning."""

from typing import TYPE_CHECKING

from tui.conversation import conversation
from tui.forms.line import FormLine

if TYPE_CHECKING:
    from core.glossary.entry import Entry
    from tui.app import LayerLabApp

__all__ = ["GlossaryOpener"]


class GlossaryOpener:
    """Opens the glossary for the app's document, and goes where it leads to."""

    def __init__(self, app: "LayerLabApp") -> None:
        self.app = app

    def explains(self) -> bool:
        """Whether what has the focus has an entry of its own: a field, a layer of the stack."""
        return self._field is not None or self._in_stack

    @conversation
    async def explain(self) -> None:
        """Open the entry of what has the focus."""
        from core.glossary.lookup import entry_for_field, entry_for_layer  # noqa: PLC0415  # start-up does without

        if line := self._field:
            await self._show(entry_for_field(line.entry), line)
        elif self._in_stack:
            pane = self.app.build_pane
            await self._show(entry_for_layer(self.app.preset.architecture.stack[pane.selected]))

    @conversation
    async def show(self, entry: "Entry | None" = None) -> None:
        """Open it at ``entry``, or at its beginning."""
        await self._show(entry)

    async def _show(self, entry: "Entry | None", line: FormLine | None = None) -> None:
        from core.glossary.article import Context  # noqa: PLC0415  # start-up does without the glossary
        from tui.screens.glossary import Glossary, destination  # noqa: PLC0415

        row = self.app.build_pane.selected if self.app.tab == "build" else None
        dialog = Glossary(Context(self.app.preset, row, line.entry if line else None), entry)
        answer = await self.app.push_screen_wait(dialog)
        if answer is not None:
            self._go(destination(answer).row)

    def _go(self, row: int | None) -> None:
        if row is None:
            self.app.action_show("train")
            self.app.train_pane.action_plan()
        else:
            self.app.action_show("build")
            self.app.build_pane.action_leave()
            self.app.build_pane.selected = row

    @property
    def _field(self) -> FormLine | None:
        line = self.app.focused.parent if self.app.focused else None
        return line if isinstance(line, FormLine) else None

    @property
    def _in_stack(self) -> bool:
        return self.app.focused is self.app.build_pane.stack
