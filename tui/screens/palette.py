"""The screen of the command palette: Textual's, which fast keys do not bring down."""

from textual.app import ComposeResult
from textual.command import CommandInput, CommandList, CommandPalette

from tui.screens.modal import HELP_KEYS, DismissOnce
from tui.widgets.option_list import PagesOnceLaidOut
from tui.widgets.text_input import SEARCH, PastesOneLine

__all__ = ["Palette"]


class PaletteInput(PastesOneLine, CommandInput):
    """The field for what is searched for."""


class PaletteList(PagesOnceLaidOut, CommandList):
    """The commands found."""


class Palette(DismissOnce[None], CommandPalette):
    """Finds a command by part of its name and runs it, once."""

    HELP = """
    ## Command palette
    Everything that LayerLab can do: type part of a name, **up / down** choose, **enter** does it, **escape** closes.
    """

    BINDINGS = [HELP_KEYS]

    def compose(self) -> ComposeResult:
        """Textual's own parts, with a field and a list of ours in their places."""
        for widget in super().compose():
            if isinstance(widget, CommandInput):
                yield PaletteInput(placeholder=widget.placeholder, select_on_focus=False, max_length=SEARCH)
            elif isinstance(widget, CommandList):
                yield PaletteList()
            else:
                yield widget
