"""The line that shows the status, or why something was refused."""

from collections.abc import Callable
from typing import Literal

from textual.widgets import Static

from core.sanitize import one_line

__all__ = ["StatusLine", "Tone"]

Tone = Literal["", "warning", "error", "done"]

_SIGNS: dict[Tone, str] = {"warning": "! ", "error": "! ", "done": "\u2713 "}


class StatusLine(Static):
    """Shows one message at a time; a symbol and a colour show its tone."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)
        self.message = ""
        """The message, without the symbol."""
        self._refusal: Callable[[], str] | None = None

    def say(self, message: str, tone: Tone = "") -> None:
        """Show ``message``, without control characters."""
        self._refusal = None
        self.message = one_line(message)
        self.set_classes(f"-{tone}" if tone else "")
        self.update(_SIGNS.get(tone, "") + self.message)

    def refuse(self, refusal: Callable[[], str]) -> bool:
        """Show what ``refusal`` says, until `recheck` finds that it says something else; False if it says nothing."""
        why = refusal()
        if why:
            self.say(why, "warning")
            self._refusal = refusal
        return bool(why)

    def recheck(self) -> None:
        """Clear a refusal that no longer holds."""
        if self._refusal and one_line(self._refusal()) != self.message:
            self.say("")
