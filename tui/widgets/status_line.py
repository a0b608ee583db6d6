"""The line that says what goes on, or why something does not."""

from typing import Literal

from textual.widgets import Static

from core.sanitize import one_line

__all__ = ["StatusLine", "Tone"]

Tone = Literal["", "warning", "error", "done"]

_SIGNS: dict[Tone, str] = {"warning": "! ", "error": "! ", "done": "\u2713 "}


class StatusLine(Static):
    """Says one thing at a time; a sign and a colour tell its tone."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)
        self.message = ""
        """What it says, without the sign."""

    def say(self, message: str, tone: Tone = "") -> None:
        """Say ``message``, whoever wrote it: what could steer a terminal is taken out."""
        self.message = one_line(message)
        self.set_classes(f"-{tone}" if tone else "")
        self.update(_SIGNS.get(tone, "") + self.message)
