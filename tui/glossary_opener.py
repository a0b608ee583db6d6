"""Opens the glossary: at what has the focus, at an entry, or at its beginning."""

from typing import TYPE_CHECKING

from core.fields.forms import Entry as FormEntry
from tui.conversation import conversation
from tui.glossary_term import terms_at

if TYPE_CHECKING:
    from core.glossary.entry import Entry
    from tui.app import LayerLabApp
    from tui.screens.glossary import Glossary

__all__ = ["GlossaryOpener"]


class GlossaryOpener:
    """Opens the glossary for the app's document, and goes where it leads to."""

    def __init__(self, app: "LayerLabApp") -> None:
        self.app = app

    def explain(self) -> bool:
        """Open the entry of what has the focus, or of what is around it; False if none of them has one."""
        from core.glossary.lookup import entry_for  # noqa: PLC0415  # start-up does without the glossary

        for term in terms_at(self.app.screen, self.app.focused):
            if entry := entry_for(term):
                self._explain(entry, term if isinstance(term, FormEntry) else None)
                return True
        return False

    def _explain(self, entry: "Entry", field: FormEntry | None) -> None:
        if self.app.screen.is_modal:
            # The dialog below is one side of a conversation already, and it stays: nothing leads away from it.
            self.app.push_screen(self._glossary(entry, field, leads=False))
        else:
            self._converse(entry, field)

    @conversation
    async def _converse(self, entry: "Entry", field: FormEntry | None) -> None:
        await self._show(entry, field)

    @conversation
    async def show(self, entry: "Entry | None" = None) -> None:
        """Open it at ``entry``, or at its beginning."""
        await self._show(entry)

    async def _show(self, entry: "Entry | None", field: FormEntry | None = None) -> None:
        from tui.screens.glossary import destination  # noqa: PLC0415  # as above

        answer = await self.app.push_screen_wait(self._glossary(entry, field))
        if answer is not None:
            self._go(destination(answer).row)

    def _glossary(self, entry: "Entry | None", field: FormEntry | None, *, leads: bool = True) -> "Glossary":
        from core.glossary.article import Context  # noqa: PLC0415  # as above
        from tui.screens.glossary import Glossary  # noqa: PLC0415

        row = self.app.build_pane.selected if self.app.tab == "build" else None
        return Glossary(Context(self.app.preset, row, field), entry, leads=leads)

    def _go(self, row: int | None) -> None:
        if row is None:
            self.app.action_show("train")
            self.app.train_pane.action_plan()
        else:
            self.app.action_show("build")
            self.app.build_pane.action_leave()
            self.app.build_pane.selected = row
