"""ASCII for terminals whose encoding has no other signs: each sign that LayerLab draws has one of the same width.

It is put in place where text is written to the terminal, so nothing else needs to know of it.
"""

import os
from typing import TextIO

__all__ = ["COUNTERPARTS", "AsciiStream", "ascii_only", "in_ascii"]

_SIGNS = {
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{SUPERSCRIPT TWO}": "^",  # not a digit: 28²×6 would be 282x6
    "\N{MIDDLE DOT}\N{BULLET}": ".",
    "\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}": "-",
    "\N{PLUS-MINUS SIGN}": "~",
    "\N{INFINITY}": "8",
    "\N{HORIZONTAL ELLIPSIS}": "~",
    # Gauss's brackets, older than those of the floor.
    "\N{LEFT FLOOR}": "[",
    "\N{RIGHT FLOOR}": "]",
    "\N{LEFT CEILING}": "{",
    "\N{RIGHT CEILING}": "}",
    "\N{RIGHTWARDS ARROW}\N{BLACK RIGHT-POINTING SMALL TRIANGLE}\N{BLACK RIGHT-POINTING TRIANGLE}": ">",
    "\N{LEFTWARDS ARROW}\N{BLACK LEFT-POINTING SMALL TRIANGLE}\N{RETURN SYMBOL}": "<",
    "\N{UPWARDS ARROW}\N{BLACK UP-POINTING SMALL TRIANGLE}": "^",
    "\N{DOWNWARDS ARROW}\N{BLACK DOWN-POINTING SMALL TRIANGLE}\N{BLACK DOWN-POINTING TRIANGLE}": "v",
    "\N{CHECK MARK}": "+",
    "\N{BALLOT X}": "x",
    "\N{SQUARED PLUS}": "+",
    "\N{BLACK CIRCLE}\N{WHITE CIRCLE}": "o",
    "\N{BLACK UP-POINTING TRIANGLE}\N{WHITE UP-POINTING TRIANGLE}": "A",
    "\N{BLACK SQUARE}\N{WHITE SQUARE}": "#",
    "\N{BLACK DIAMOND}\N{WHITE DIAMOND}": "%",
    "\N{BLACK STAR}\N{WHITE STAR}": "*",
    "\N{DOUBLE VERTICAL LINE}": "|",
    "\N{LIGHT SHADE}\N{MEDIUM SHADE}": ":",
    "\N{DARK SHADE}": "#",
    # Blocks: what is at least half of a cell is a full one.
    "\u2580": '"',
    "\u2581\u2582\u2583": "_",
    "\u2584": "_",
    "\u2585\u2586\u2587\u2588\u2589\u258a\u258b\u258c\u2590": "#",
    "\u258d\u258e\u258f\u2595": "|",
    "\u2594": '"',
    "\u2596\u2597": ".",
    "\u2598\u259d": "'",
    "\u2599\u259a\u259b\u259c\u259e\u259f": "#",
}
_LINES = {
    "\u2500\u2501\u2504\u2505\u2508\u2509\u254c\u254d\u2574\u2576\u2578\u257a\u257c\u257e": "-",
    "\u2550": "=",
    "\u2502\u2503\u2506\u2507\u250a\u250b\u254e\u254f\u2551\u2575\u2577\u2579\u257b\u257d\u257f": "|",
}
_CORNERS = range(0x250C, 0x254C), range(0x2552, 0x2574)
"""Corners and crossings."""


def _braille(dots: int) -> str:
    """Where the dots stand in the cell: at the top, at the bottom, or both."""
    upper, lower = dots & 0b0001_1011, dots & 0b1110_0100
    return " " if not dots else "'" if not lower else "." if not upper else ":"


COUNTERPARTS: dict[int, str] = {
    **{number: "+" for corners in _CORNERS for number in corners},
    **{ord(sign): plain for signs, plain in {**_SIGNS, **_LINES}.items() for sign in signs},
    **{0x2800 + dots: _braille(dots) for dots in range(256)},
}
"""Signs, by their numbers, with their counterparts."""


def ascii_only(stream: TextIO) -> bool:
    """Whether ``stream`` has no signs but ASCII: its encoding is not UTF-8, or a terminal's locale is C by ``LC_ALL``.

    ``LANG=C`` says nothing: systems have it where nobody has set anything, and Python takes it for UTF-8.
    """
    encoding = (getattr(stream, "encoding", None) or "utf-8").lower().replace("_", "-")
    return encoding not in {"utf-8", "utf8"} or (os.environ.get("LC_ALL") in {"C", "POSIX"} and stream.isatty())


def in_ascii(text: str, encoding: str = "ascii") -> str:
    """``text`` in signs of ASCII, as wide as before; letters stay if ``encoding`` has them, and else are ``?``."""
    text = text.translate(COUNTERPARTS)
    return text if text.isascii() else "".join(_letter(letter, encoding) for letter in text)


def _letter(letter: str, encoding: str) -> str:
    try:
        letter.encode(encoding)
    except UnicodeEncodeError:
        from rich.cells import cell_len  # noqa: PLC0415  # the command line needs nothing else of Rich in a pipe

        return "?" * cell_len(letter)
    return letter


class AsciiStream:
    """A stream on which only ASCII is written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.encoding = "ascii"
        """What Rich chooses the frames of tables by."""
        own = getattr(stream, "encoding", None) or "ascii"
        self._letters = "ascii" if own.lower().startswith("utf") else own

    def write(self, text: str) -> int:
        """Write ``text`` in ASCII."""
        return self._stream.write(in_ascii(text, self._letters))

    def flush(self) -> None:
        """Flush the stream."""
        self._stream.flush()

    def isatty(self) -> bool:
        """Whether the stream is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """The stream's descriptor."""
        return self._stream.fileno()
