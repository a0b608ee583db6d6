"""A one-line switch in a form: on or off."""

from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.reactive import reactive
from textual.widget import Widget

from core.sanitize import is_printable
from tui.widgets.typed_keys import character_of

__all__ = ["Flag"]

ANSWERS = {"y": "true", "t": "true", "n": "false", "f": "false"}


class Flag(Widget, can_focus=True):
    """Shows ``[x]`` or ``[ ]``; its value is the text "true" or "false", as in any other field."""

    HELP = """
    ## Switch
    **space**, **left / right** or a click turns it over; **y** turns it on, **n** off.
    """

    BINDINGS = [
        Binding("space,left,right", "turn", "Switch", id="flag.turn", tooltip="Switch it on or off"),
    ]

    DEFAULT_CSS = """
    Flag { height: 1; width: 1fr; color: $foreground; }
    Flag:focus { color: $accent; text-style: bold; }
    """

    value: reactive[str] = reactive("")
    """ "true" or "false"."""

    def __init__(self, value: str) -> None:
        super().__init__()
        self.set_reactive(Flag.value, value)

    def render(self) -> Text:
        return Text("[x] yes" if self.value == "true" else "[ ] no")

    def check_consume_key(self, key: str, character: str | None) -> bool:
        typed = character_of(key, character)
        return typed is not None and is_printable(typed) and typed not in " ?"

    def on_key(self, event: events.Key) -> None:
        if event.character is not None and self.check_consume_key(event.key, event.character):
            event.stop()  # a letter is for this field; the tab's keys must not act
            self.value = ANSWERS.get(event.character, self.value)

    def on_click(self) -> None:
        self.action_turn()

    def action_turn(self) -> None:
        """Switch it on or off."""
        self.value = "false" if self.value == "true" else "true"
