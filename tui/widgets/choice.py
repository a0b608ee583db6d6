"""A one-line control for a value out of a few: arrow keys step through them, each step applies at once."""

from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

__all__ = ["Choice"]


class Choice(Widget, can_focus=True):
    """Shows one of ``options``; left and right step, a letter jumps to the next option that begins with it."""

    HELP = """
    ## Choice
    **left / right** step through the values, **a letter** jumps to the next that begins with it,
    **space** or a click selects the next one.
    """

    BINDINGS = [
        Binding("left", "step(-1)", "Previous", id="choice.previous", tooltip="Choose the value before", show=False),
        Binding("right,space", "step(1)", "Next", id="choice.next", tooltip="Choose the next value", show=False),
    ]

    DEFAULT_CSS = """
    Choice { height: 1; width: 1fr; padding: 0; background: $surface; color: $foreground; }
    Choice:focus { background: $primary 40%; text-style: bold; }
    """

    value: reactive[str] = reactive("")
    """The selected option."""

    @dataclass
    class Changed(Message):
        """The user chose another value."""

        choice: "Choice"
        value: str

        @property
        def control(self) -> "Choice":
            return self.choice

    def __init__(self, options: tuple[str, ...], value: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.options = options
        self.set_reactive(Choice.value, value)

    def render(self) -> Text:
        if self.options == ("false", "true"):
            return Text(f"[{'x' if self.value == 'true' else ' '}] {'yes' if self.value == 'true' else 'no'}")
        return Text.assemble(self.value, ("  < >" if self.has_focus else "", "dim"))

    def action_step(self, by: int) -> None:
        """Choose the option ``by`` places further, wrapping around."""
        here = self.options.index(self.value) if self.value in self.options else -by
        self._choose(self.options[(here + by) % len(self.options)])

    def on_click(self) -> None:
        self.action_step(1)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return character is not None and character.isalpha()

    def on_key(self, event: events.Key) -> None:
        if event.character is None or not self.check_consume_key(event.key, event.character):
            return
        event.stop()  # a letter is for this field; the tab's keys must not act
        if self.options == ("false", "true"):
            self._choose({"y": "true", "t": "true", "n": "false", "f": "false"}.get(event.character, self.value))
            return
        here = self.options.index(self.value) if self.value in self.options else -1
        for option in self.options[here + 1 :] + self.options[: here + 1]:
            if option.startswith(event.character):
                self._choose(option)
                return

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def _choose(self, value: str) -> None:
        if value != self.value:
            self.value = value
            self.post_message(self.Changed(self, value))
