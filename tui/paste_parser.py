"""What a terminal sends, told apart into keys and pastes.

Textual 8.2 looks for keys in a paste as soon as it holds an ESC, so that what was copied from anywhere acts as
commands; and it takes a paste apart letter by letter. Here everything between the two marks of a bracketed paste is
text, whatever it holds and however it comes in pieces; Textual's parser sees only what is outside.
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
"""Seconds after an end mark until what comes in small pieces, such as a key held down, is keys in any case."""
BURST = 512
"""Characters without a pause after an end mark that no person types."""
LAPSE = 2.0
"""Seconds of silence within a paste until what has come is handed on: the end mark may never come."""
KEY = 16
"""Characters that a key or a movement of the mouse sends at most."""

Phase = Literal["outside", "inside", "settling", "lapsed"]


class PasteParser(XTermParser):
    """Textual's parser for what a terminal sends, behind one that takes the pastes out."""

    def __init__(self, debug: bool = False, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._phase: Phase = "outside"
        self._pieces: list[str] = []
        self._room = PASTED
        self._rest = ""
        """Outside: what may be the beginning of a start mark. Inside: of an end mark. Settling: what follows one."""
        self._heard = self._ended = clock()
        super().__init__(debug)

    def feed(self, data: str) -> Iterable[Message]:
        """The keys, pastes and other events in ``data``; empty: there will be no more. May be called piece by piece."""
        silence = self._clock() - self._heard
        if self._phase == "settling" and silence >= SETTLE:
            yield from self._settle()
        self._heard = self._clock()
        if not data:
            if self._phase != "outside":
                yield from self._hand_on()
            yield from super().feed("")
            return
        while data:
            data = yield from self._step(data)

    def tick(self) -> Iterable[Message]:
        """What has become certain because nothing followed; to be called several times a second."""
        silence = self._clock() - self._heard
        if self._phase == "settling" and silence >= SETTLE:
            yield from self._settle()
        elif self._phase == "inside" and silence >= LAPSE:
            yield from self._hand_on()
            self._phase = "lapsed"
        elif self._phase == "outside" and (len(self._rest) < 3 or silence >= LAPSE):
            # ESC may be a key, and so may ESC [; more than that of a start mark is nothing that a person has pressed.
            events = list(super().tick())
            if events:
                self._rest = ""
            yield from events

    def _step(self, data: str) -> Generator[Message, None, str]:
        """Take in some of ``data``; gives back what is left of it."""
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
            self._rest = _beginning(text, START)
            yield from self._keys(data)
            return ""
        cut = at + len(START) - len(self._rest)
        yield from self._keys(data[:cut])
        # Textual has read the start mark and waits for the end: it gets that, and the paste it makes of it is empty.
        yield from (event for event in self._keys(END) if not isinstance(event, events.Paste))
        self._phase, self._rest = "inside", ""
        return data[cut:]

    def _inside(self, data: str) -> str:
        text = self._rest + data
        at = text.find(END)
        if at < 0:
            self._rest = _beginning(text, END)
            self._take(text[: len(text) - len(self._rest)])
            return ""
        self._take(text[:at])
        self._phase, self._rest, self._ended = "settling", "", self._clock()
        return text[at + len(END) :]

    def _settling(self, data: str) -> Generator[Message, None, str]:
        text = self._rest + data
        start, end = text.find(START), text.find(END)
        self._rest = ""
        if end >= 0 and not 0 <= start < end:
            # The end mark before this one had been pasted: a terminal sends just one after a paste.
            self._take(text[:end])
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
        """The paste is over: hand it on, then what came after it."""
        rest = self._rest
        yield from self._hand_on()
        while rest:
            rest = yield from self._step(rest)

    def _hand_on(self) -> Iterable[Message]:
        text = "".join(self._pieces)
        self._pieces.clear()
        self._phase, self._rest, self._room = "outside", "", PASTED
        if text:
            yield events.Paste(text)

    def _take(self, text: str) -> None:
        """Keep ``text`` as pasted, as far as any field could hold it."""
        if text and self._room:
            self._pieces.append(text[: self._room])
            self._room -= len(self._pieces[-1])

    def _keys(self, data: str) -> Iterable[Message]:
        """What Textual makes of ``data``."""
        try:
            yield from super().feed(data)
        except (ValueError, OverflowError):  # the number of a key that is no character: what a terminal never sends
            self._gen = self.parse(self._tokens.append)
            self._awaiting = next(self._gen)


def _beginning(text: str, mark: str) -> str:
    """The longest end of ``text`` that ``mark`` begins with, short of all of it."""
    return next((mark[:size] for size in range(len(mark) - 1, 0, -1) if text.endswith(mark[:size])), "")
