"""Textual's command palette, made robust against fast typing."""

from contextlib import suppress
from typing import Any

from textual import work
from textual.app import ComposeResult
from textual.command import Command, CommandInput, CommandList, CommandPalette
from textual.css.query import NoMatches

from tui.screens.modal import HELP_KEYS, DismissOnce
from tui.widgets.option_list import PagesOnceLaidOut
from tui.widgets.text_input import SEARCH, PastesOneLine

__all__ = ["Palette"]


class PaletteInput(PastesOneLine, CommandInput):
    """The search field."""


class PaletteList(PagesOnceLaidOut, CommandList):
    """The commands found."""


class Palette(DismissOnce[None], CommandPalette):
    """Finds a command by part of its name and runs it, once."""

    HELP = """
    ## Command palette
    Everything that LayerLab can do: type part of a name, **up / down** select, **enter** runs it, **escape** closes.
    """

    BINDINGS = HELP_KEYS

    def glossary_term(self) -> str:
        """What the marked command is about, if it adds a layer or opens a term."""
        marked = self.query_one(CommandList).highlighted_option
        text = (marked.hit.text if isinstance(marked, Command) else None) or ""
        return text.removeprefix("Add ").removeprefix("Glossary: ")

    def compose(self) -> ComposeResult:
        """Textual's widgets, with our own input and list."""
        for widget in super().compose():
            if isinstance(widget, CommandInput):
                yield PaletteInput(placeholder=widget.placeholder, select_on_focus=False, max_length=SEARCH)
            elif isinstance(widget, CommandList):
                yield PaletteList()
            else:
                yield widget

    @work(exclusive=True, group=CommandPalette._GATHER_COMMANDS_GROUP)
    async def _gather_commands(self, search_value: str) -> None:
        """Gather the commands that match; none for a palette that has been closed in the meantime."""
        gather: Any = CommandPalette._gather_commands
        with suppress(NoMatches):  # the list has gone
            await gather.__wrapped__(self, search_value)
