"""The help page: what the focused widget is, and the keys that work there. Imports Markdown: import it late."""

from collections.abc import Mapping
from inspect import cleandoc
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Markdown

from tui.screens.modal import Modal

__all__ = ["Explaining", "Help", "HelpPage", "KeyHelp", "help_for"]

INTRODUCTION = """
# LayerLab
Stack layers on the **Build** tab (key **1**), train the network on the **Train** tab (**2**), look inside it on the
**Inspect** tab (**3**), find and compare all saved runs on the **Runs** tab (**4**).
**p** opens a preset, **t** trains, **ctrl+p** lists all commands, **q** quits. **?** shows help wherever you are,
and **F1** even where a question mark would be text; on a field or a layer **F1** explains it in the glossary, which
**ctrl+g** opens anywhere.
"""


@runtime_checkable
class Explaining(Protocol):
    """Around a field: knows what it means."""

    def explain(self) -> tuple[str, Mapping[str, str]]:
        """The name of the field, and what is known about it: trusted text, by what it is."""
        ...


class KeyHelp(Struct, frozen=True):
    """A key that works, as it is called."""

    key: str
    """Or several of them, as ``up k``."""
    action: str
    what: str
    """What it does."""


class Help(Struct, frozen=True):
    """What a help page says."""

    text: str
    """Trusted Markdown."""
    keys: tuple[KeyHelp, ...] = ()


def help_for(screen: Screen[Any], focused: Widget | None) -> Help:
    """The help of the focused widget and of those around it, and all keys that work now."""
    helps = _explained(focused)
    helps += [] if screen.is_modal else [INTRODUCTION]  # for a dialog, its own help is enough
    if focused is None and screen.is_modal:
        focused = screen
    helps += _around(focused)
    if isinstance(screen, Modal) and screen.HELPS_BELOW:
        stack = screen.app.screen_stack
        helps += _around(stack[stack.index(screen) - 1].focused)
    return Help("\n\n".join(cleandoc(text) for text in helps), _keys(screen))


def _keys(screen: Screen[Any]) -> tuple[KeyHelp, ...]:
    """The keys that work on ``screen`` now, those in the footer first; sorting keeps the order among the others."""
    keys: dict[tuple[str, str], list[str]] = {}
    for active in sorted(screen.active_bindings.values(), key=lambda active: not active.binding.show):
        binding, tooltip = active.binding, active.tooltip or active.binding.tooltip
        # Textual's own keys have no tooltip: a text field alone has thirty of them, and they work as everywhere.
        if binding.description and tooltip and not binding.system and active.enabled:
            known = keys.setdefault((binding.description, tooltip), [])
            known += [key for key in [screen.app.get_key_display(binding)] if key not in known]
    return tuple(KeyHelp(" ".join(known), action, what) for (action, what), known in keys.items())


def _around(focused: Widget | None) -> list[str]:
    """The help of ``focused`` and of the widgets around it."""
    around = focused.ancestors_with_self if focused is not None else ()
    return [node.HELP for node in around if isinstance(node, Widget) and node.HELP]


def _explained(focused: Widget | None) -> list[str]:
    """What is known about the field in focus, if one is."""
    line: object = focused.parent if focused is not None else None
    if not isinstance(line, Explaining):
        return []
    name, facts = line.explain()
    return [f"# {name}\n\n" + "\n".join(f"- **{what}**: {text}" for what, text in facts.items())]


class KeyTable(Widget):
    """Keys, and what each does: one widget, as a table of Markdown has one for each cell."""

    COMPONENT_CLASSES = {"key-table--header", "key-table--key"}

    DEFAULT_CSS = """
    KeyTable { height: auto; }
    KeyTable > .key-table--header { color: $foreground-muted; text-style: bold; }
    KeyTable > .key-table--key { color: $accent; }
    """

    def __init__(self, keys: tuple[KeyHelp, ...]) -> None:
        super().__init__()
        self._keys = keys

    def render(self) -> Table:
        """The table, as wide as there is room."""
        header, key = (self.get_component_rich_style(f"key-table--{part}", partial=True) for part in ("header", "key"))
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(style=key, no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(ratio=1)
        table.add_row("key", "action", "what it does", style=header)
        for each in self._keys:
            table.add_row(*map(Text, (each.key, each.action, each.what)))
        return table


class HelpPage(Modal[None]):
    """A help page."""

    BINDINGS = [
        Binding("escape,question_mark,f1,q,enter", "close", "Close", id="help.close", tooltip="Close the help"),
    ]

    def __init__(self, help: Help) -> None:
        super().__init__()
        self.content = help

    def compose(self) -> ComposeResult:
        with Vertical(id="help", classes="dialog"), VerticalScroll():
            yield Markdown(f"{self.content.text}\n\n## Keys that work here")
            yield KeyTable(self.content.keys)

    def on_mount(self) -> None:
        self.query_one("#help").border_title = "Help   escape: close"

    def action_close(self) -> None:
        """Close the help."""
        self.dismiss(None)
