"""The help page: what the focused widget is, and the keys that work there. Imports Markdown: import it late."""

from collections.abc import Mapping
from inspect import cleandoc
from typing import Any, Protocol, runtime_checkable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Markdown

from tui.screens.modal import Modal

__all__ = ["Explaining", "HelpPage", "help_for"]

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


def help_for(screen: Screen[Any], focused: Widget | None) -> str:
    """Markdown: the help of the focused widget and of those around it, then all keys that work now."""
    helps = _explained(focused)
    helps += [] if screen.is_modal else [INTRODUCTION]  # for a dialog, its own help is enough
    if focused is None and screen.is_modal:
        focused = screen
    helps += _around(focused)
    if isinstance(screen, Modal) and screen.HELPS_BELOW:
        stack = screen.app.screen_stack
        helps += _around(stack[stack.index(screen) - 1].focused)
    rows = []
    # Those in the footer first; sorting keeps the order among the others.
    for active in sorted(screen.active_bindings.values(), key=lambda active: not active.binding.show):
        binding, tooltip = active.binding, active.tooltip or active.binding.tooltip
        # Textual's own keys have no tooltip: a text field alone has thirty of them, and they work as everywhere.
        if binding.description and tooltip and not binding.system and active.enabled:
            key = screen.app.get_key_display(binding).replace("|", "\\|")
            rows.append(f"| {key} | {binding.description} | {tooltip} |")
    keys = ["## Keys that work here", "", "| key | action | what it does |", "|---|---|---|", *dict.fromkeys(rows)]
    return "\n\n".join([*(cleandoc(text) for text in helps), "\n".join(keys)])


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


class HelpPage(Modal[None]):
    """A help page of trusted Markdown."""

    BINDINGS = [
        Binding("escape,question_mark,f1,q,enter", "close", "Close", id="help.close", tooltip="Close the help"),
    ]

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self._markdown = markdown

    def compose(self) -> ComposeResult:
        with Vertical(id="help", classes="dialog"), VerticalScroll():
            yield Markdown(self._markdown)

    def on_mount(self) -> None:
        self.query_one("#help").border_title = "Help   escape: close"

    def action_close(self) -> None:
        """Close the help."""
        self.dismiss(None)
