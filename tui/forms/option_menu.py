"""The list of a form's field, right under it: filtered while one types."""

from collections.abc import Callable
from contextlib import suppress

from msgspec.structs import replace
from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from core.fields.forms import Entry
from core.fields.types import FieldError
from core.sanitize import one_line, pasted_line
from tui.glossary_term import NamesTerm, Term
from tui.screens.modal import Modal
from tui.widgets.option_list import SafeOptionList
from tui.widgets.text_input import VALUE, TextInput

__all__ = ["OptionMenu"]

MOST_ROWS = 12
"""Options shown at once."""
LEAST_WIDTH = 30
MARK = "\u2022 "
AROUND = 6
"""Cells of the frame, the padding and a scrollbar."""


class OptionMenu(Modal[str | None]):
    """Returns the option that was taken, or a typed text that is valid; None leaves the field as it is."""

    HELP = """
    ## List of values
    Type to filter; **up / down** move, **enter** takes the marked value, **escape** leaves the field as it was.
    Where a field accepts other values too, a value that was typed is the last of the list.
    """

    BINDINGS = [
        Binding("escape", "cancel", "Cancel", id="menu.cancel", tooltip="Leave the field as it was"),
        Binding("down", "move(1)", "Down", id="menu.down", tooltip="Next", show=False, priority=True),
        Binding("up", "move(-1)", "Up", id="menu.up", tooltip="Previous", show=False, priority=True),
        Binding("pagedown", "move(8)", "Page down", id="menu.page_down", tooltip="Further", show=False, priority=True),
        Binding("pageup", "move(-8)", "Page up", id="menu.page_up", tooltip="Back", show=False, priority=True),
        Binding("enter", "take", "Take", id="menu.take", tooltip="Take the marked value", priority=True),
    ]

    filter = query_one("#menu-filter", Input)
    listed = query_one("#menu-options", OptionList)
    box = query_one("#menu", Vertical)

    def __init__(
        self,
        field: Widget | None,
        title: str,
        options: tuple[str, ...],
        value: str,
        *,
        typed: str = "",
        check: Callable[[str], str] | None = None,
    ) -> None:
        """The list opens at ``field``; ``typed`` is its filter; ``check`` says why a text is invalid."""
        super().__init__()
        self._field = field
        self._heading = title
        self._options = options
        self._value = value
        self._typed = pasted_line(typed, VALUE)
        self._check = check
        self._taken: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="menu"):
            prompt = "type to filter" if self._check is None else "filter, or another value"
            yield TextInput(
                self._typed,
                placeholder=prompt,
                id="menu-filter",
                compact=True,
                max_length=VALUE,
                select_on_focus=False,
            )
            yield SafeOptionList(id="menu-options", compact=True, markup=False)

    def on_mount(self) -> None:
        self.box.border_title = Content(one_line(self._heading))
        self.box.border_subtitle = "enter: take  escape: leave"
        self.listed.can_focus = False
        self._show()
        self._place()
        self.filter.focus()
        self.filter.cursor_position = len(self._typed)

    def on_resize(self) -> None:
        self.call_after_refresh(self._place)

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:  # beside the list
            self.dismiss(None)

    def glossary_term(self) -> Term | None:
        """The marked value, as the one that its field would have; without a field by its name."""
        marked = self.listed.highlighted
        option = self._taken[marked] if marked is not None and marked < len(self._taken) else ""
        line: object = self._field.parent if self._field is not None else None
        found = line.glossary_term() if isinstance(line, NamesTerm) else None
        if not isinstance(found, Entry):
            return option or None
        with suppress(FieldError):
            return replace(found, value=found.field.type.parse(option)) if option else found
        return found

    @on(Input.Changed)
    def _filtered(self) -> None:
        self._show()

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self.listed.highlighted = event.option_index
        self.action_take()

    def action_move(self, by: int) -> None:
        """Mark the value ``by`` lines further."""
        step = self.listed.action_cursor_down if by > 0 else self.listed.action_cursor_up
        for _ in range(abs(by)):
            step()

    def action_take(self) -> None:
        """Take the marked value."""
        marked = self.listed.highlighted
        if marked is None or marked >= len(self._taken):
            self.app.bell()
        else:
            self.dismiss(self._taken[marked])

    def action_cancel(self) -> None:
        """Leave the field as it was."""
        self.dismiss(None)

    def _show(self) -> None:
        """List what contains the filter, and last the filter itself, if it is a value."""
        text = self.filter.value.strip()
        found = [option for option in self._options if text.lower() in option.lower()]
        found.sort(key=lambda option: not option.lower().startswith(text.lower()))
        error = "no match"
        if text and text not in self._options and self._check is not None:
            error = self._check(text)
            if not error:
                found.append(text)
        self._taken = found
        self.listed.clear_options()
        self.listed.add_options([Option(Content(self._line(option))) for option in found])
        if not found:
            self.listed.add_option(Option(Content(f"! {error}"), disabled=True))
        elif not text and self._value in found:
            self.listed.highlighted = found.index(self._value)
        else:
            self.listed.highlighted = 0

    def _line(self, option: str) -> str:
        return (MARK if option == self._value else "  ") + one_line(option)

    def _place(self) -> None:
        """Put the filter where the field is, or as near as the screen allows."""
        screen, field = self.app.size, self._field
        at = field.region if field is not None and field.is_attached else screen.region
        rows = min(MOST_ROWS, len(self._options) + (self._check is not None), screen.height - 3)
        longest = max((cell_len(self._line(option)) for option in self._options), default=0)
        width = min(max(LEAST_WIDTH, at.width + 4, longest + AROUND), screen.width)
        self.listed.styles.max_height = rows
        self.box.styles.width = width
        self.box.styles.offset = (
            max(0, min(at.x - 1, screen.width - width)),
            max(0, min(at.y - 1, screen.height - rows - 3)),
        )
