"""A one-line field for a value out of a list: it opens the list, and steps through it with left and right."""

from collections.abc import Callable

from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.reactive import reactive
from textual.widget import Widget

from core.sanitize import is_printable
from tui.forms.option_menu import OptionMenu
from tui.widgets.text import fitted
from tui.widgets.typed_keys import character_of

__all__ = ["Choice"]

ARROW = "\u25be"


class Choice(Widget, can_focus=True):
    """Shows one of ``options``, or a text that ``check`` accepts. A click opens the list and changes nothing."""

    HELP = """
    ## List
    **enter**, **space** or a click opens the list; **a letter** opens it filtered by that letter.
    **left / right** step through the values.
    """

    BINDINGS = [
        Binding("enter,space", "open", "List", id="choice.open", tooltip="Open the list of values"),
        Binding("left", "step(-1)", "Previous", id="choice.previous", tooltip="Choose the value before", show=False),
        Binding("right", "step(1)", "Next", id="choice.next", tooltip="Choose the next value", show=False),
    ]

    DEFAULT_CSS = """
    Choice { height: 1; width: 1fr; background: $surface; color: $foreground; }
    Choice:focus { background: $accent 25%; text-style: bold; }
    """

    value: reactive[str] = reactive("")
    """The selected option, or the text that was typed."""

    def __init__(
        self,
        name: str,
        options: tuple[str, ...],
        value: str,
        check: Callable[[str], str] | None = None,
    ) -> None:
        """``check`` says why a typed text is invalid, and nothing about a valid one; None: only options are valid."""
        super().__init__()
        self.options = options
        self._title = name
        self._check = check
        self.set_reactive(Choice.value, value)

    def render(self) -> Text:
        return Text(fitted(self.value, self.size.width - 2) + f"{ARROW} ")

    def action_step(self, by: int) -> None:
        """Choose the option ``by`` places further, wrapping around."""
        here = self.options.index(self.value) if self.value in self.options else -(by > 0)
        self.value = self.options[(here + by) % len(self.options)]

    def action_open(self, typed: str = "") -> None:
        """Open the list under this field, filtered by ``typed``."""
        menu = OptionMenu(self, self._title, self.options, self.value, typed=typed, check=self._check)
        self.app.push_screen(menu, self._take)

    def on_click(self) -> None:
        self.action_open()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        typed = character_of(key, character)
        return typed is not None and is_printable(typed) and typed not in " ?"

    def on_key(self, event: events.Key) -> None:
        if event.character is not None and self.check_consume_key(event.key, event.character):
            event.stop()  # it is for this field; the tab's keys must not act
            self.action_open(event.character)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.action_open(event.text)

    def _take(self, value: str | None) -> None:
        if value is not None and self.is_attached:
            self.value = value
