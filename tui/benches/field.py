"""A field of a bench: its name and, in brackets, a line of text; numbers also change by keys."""

from typing import Literal

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.geometry import Size
from textual.getters import query_one
from textual.reactive import Reactive
from textual.widgets import Static

from core.learn.typed_numbers import nudged
from tui.widgets.text_input import VALUE, TextInput

__all__ = ["BenchField"]

Kind = Literal["text", "rows", "number", "whole"]


class BenchInput(TextInput):
    """A text field of fixed width: typing moves nothing else, so no new layout is needed."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)


class RowsInput(BenchInput):
    """A table of numbers on one line: the lines of what is pasted are its rows."""

    def on_paste(self, event: events.Paste) -> None:
        """Insert what was pasted, with slashes between its lines."""
        event.stop()
        event.prevent_default()
        self._insert_line(" / ".join(filter(None, map(str.strip, event.text[:VALUE].splitlines()))))


class WholeInput(BenchInput):
    """A whole number, which up and down change by 1."""

    BINDINGS = [
        Binding("up", "nudge(1)", "More", id="bench.more", tooltip="Make the number larger by 1"),
        Binding("down", "nudge(-1)", "Less", id="bench.less", tooltip="Make the number smaller by 1"),
    ]

    def action_nudge(self, by: float) -> None:
        """Change the number by ``by``."""
        self.value = nudged(self.value, by)
        self.cursor_position = len(self.value)


class NumberInput(WholeInput):
    """A number, which up and down change by 1, with shift by 0.1."""

    BINDINGS = [
        Binding("shift+up", "nudge(0.1)", "A bit more", id="bench.bit_more", tooltip="Make it larger by 0.1"),
        Binding("shift+down", "nudge(-0.1)", "A bit less", id="bench.bit_less", tooltip="Make it smaller by 0.1"),
    ]


class BenchField(Horizontal):
    """The field ``name``, called ``caption``; a single number is narrow and changes by keys too."""

    DEFAULT_CSS = """
    BenchField { width: 1fr; height: 1; margin-right: 2; }
    BenchField.-number { width: auto; }
    BenchField Static { width: auto; color: $text-muted; }
    BenchField Input { width: 1fr; background: $surface; }
    BenchField.-number Input { width: 8; }
    BenchField Input:focus { background: $accent 25%; }
    BenchField:focus-within Static { color: $accent; text-style: bold; }
    """

    control = query_one(BenchInput)

    def __init__(self, name: str, caption: str, value: str, kind: Kind = "text") -> None:
        super().__init__(name=name, classes="-number" if kind in ("number", "whole") else "")
        self._caption = caption
        self._initial = value
        self._kind = {"text": BenchInput, "rows": RowsInput, "number": NumberInput, "whole": WholeInput}[kind]

    def glossary_term(self) -> str:
        """The term that it is called by."""
        return self._caption.strip()

    def compose(self) -> ComposeResult:
        yield Static(f"{self._caption} [", markup=False)
        yield self._kind(self._initial, compact=True, select_on_focus=False, max_length=VALUE)
        yield Static("]", markup=False)
