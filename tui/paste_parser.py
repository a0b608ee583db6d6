"""Separates a terminal's input into keys and pastes.

Textual 8.2 looks for keys in a paste as soon as it contains an ESC, so that copied text can act as commands, and it
parses a paste letter by letter. Here everything between the two marks of a bracketed paste is
text, whatever it contains and however it is split; Textual's parser sees only what is outside.
"""

from collections.abc import Callable, Generator, Iterable
from time import monotonic
from typing import Literal

from textual import events
from textual._xterm_parser import BRACKETED_PASTE_END as END
from textual._xterm_parser import BRACKETED_PASTE_START as START
from textual._xterm_parser import XTermParser
from textual.message import Message

from core.sanitize import PASTED

__all__ = ["BURST", "KEY", "LAPSE", "SETTLE", "PasteParser"]

SETTLE = 0.025
"""Seconds of silence after an end mark until the paste is over: an end mark that was pasted is followed by more."""
LONGEST_SETTLE = 0.25
"""Seconds after an end mark until input in small pieces, such as a key held down, counts as keys."""
BURST = 512
"""Characters without a pause after an end mark that nobody types."""
LAPSE = 2.0
"""Seconds of silence within a paste until it is passed on: the end mark may never come."""
KEY = 16
"""Maximum characters that a key or a mouse movement sends."""

Phase = Literal["outside", "inside", "settling", "lapsed"]


class PasteParser(XTermParser):
    """Textual's parser, behind a filter that extracts pastes."""

    def __init__(self, debug: bool = False, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._phase: Phase = "outside"
        self._pieces: list[str] = []
        self._room = PASTED
        self._rest = ""
        """Outside: a possible prefix of a start mark. Inside: of an end mark. Settling: what follows one."""
        self._last_input = self._ended = clock()
        super().__init__(debug)

    def feed(self, data: str) -> Iterable[Message]:
        """The keys, pastes and other events in ``data``; empty means end of input. May be called piece by piece."""
        silence = self._clock() - self._last_input
        if self._phase == "settling" and silence >= SETTLE:
            yield from self._settle()
        self._last_input = self._clock()
        if not data:
            if self._phase != "outside":
                yield from self._pass_on()
            yield from super().feed("")
            return
        while data:
            data = yield from self._step(data)

    def tick(self) -> Iterable[Message]:
        """The events that are certain because nothing followed; call it several times a second."""
        silence = self._clock() - self._last_input
        if self._phase == "settling" and silence >= SETTLE:
            yield from self._settle()
        elif self._phase == "inside" and silence >= LAPSE:
            yield from self._pass_on()
            self._phase = "lapsed"
        elif self._phase == "outside" and (len(self._rest) < 3 or silence >= LAPSE):
            # ESC may be a key, and so may ESC [; a longer prefix of a start mark is no key.
            events = list(super().tick())
            if events:
                self._rest = ""
            yield from events

    def _step(self, data: str) -> Generator[Message, None, str]:
        """Process some of ``data``; return the rest."""
        if self._phase == "outside":
            return (yield from self._outside(data))
        if self._phase == "inside":
            return self._inside(data)
        if self._phase == "settling":
            return (yield from self._settling(data))
        self._phase = "outside" if len(data) <= KEY and END not in data else "inside"
        return data

    def _outside(self, data: str) -> Generator[Message, None, str]:
        text = self._rest + data
        at = text.find(START)
        if at < 0:
            self._rest = _partial_mark(text, START)
            yield from self._keys(data)
            return ""
        cut = at + len(START) - len(self._rest)
        yield from self._keys(data[:cut])
        # Textual has read the start mark and waits for the end: feed it one, and drop the empty paste it makes.
        yield from (event for event in self._keys(END) if not isinstance(event, events.Paste))
        self._phase, self._rest = "inside", ""
        return data[cut:]

    def _inside(self, data: str) -> str:
        text = self._rest + data
        at = text.find(END)
        if at < 0:
            self._rest = _partial_mark(text, END)
            self._collect(text[: len(text) - len(self._rest)])
            return ""
        self._collect(text[:at])
        self._phase, self._rest, self._ended = "settling", "", self._clock()
        return text[at + len(END) :]

    def _settling(self, data: str) -> Generator[Message, None, str]:
        text = self._rest + data
        start, end = text.find(START), text.find(END)
        self._rest = ""
        if end >= 0 and not 0 <= start < end:
            # The previous end mark was part of the paste: a terminal sends just one after a paste.
            self._collect(text[:end])
            self._ended = self._clock()
            return text[end + len(END) :]
        if len(text) > BURST and start < 0:
            self._phase = "inside"
            return text
        self._rest = text
        if start >= 0 or self._clock() - self._ended >= LONGEST_SETTLE:
            yield from self._settle()
        return ""

    def _settle(self) -> Iterable[Message]:
        """The paste is over: pass it on, then what came after it."""
        rest = self._rest
        yield from self._pass_on()
        while rest:
            rest = yield from self._step(rest)

    def _pass_on(self) -> Iterable[Message]:
        text = "".join(self._pieces)
        self._pieces.clear()
        self._phase, self._rest, self._room = "outside", "", PASTED
        if text:
            yield events.Paste(text)

    def _collect(self, text: str) -> None:
        """Collect ``text`` as pasted, up to the longest that any field can hold."""
        if text and self._room:
            self._pieces.append(text[: self._room])
            self._room -= len(self._pieces[-1])

    def _keys(self, data: str) -> Iterable[Message]:
        """Textual's events for ``data``."""
        try:
            yield from super().feed(data)
        except (ValueError, OverflowError):  # a key code that is not a character, which no terminal sends
            self._gen = self.parse(self._tokens.append)
            self._awaiting = next(self._gen)


def _partial_mark(text: str, mark: str) -> str:
    """The longest suffix of ``text`` that is a proper prefix of ``mark``."""
    return next((mark[:size] for size in range(len(mark) - 1, 0, -1) if text.endswith(mark[:size])), "")
