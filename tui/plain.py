"""Text from people and files, made harmless for a terminal."""

import re

__all__ = ["one_line", "printable"]

_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line and paragraph separators, what turns the direction of writing, lone surrogates."""


def printable(text: str) -> str:
    """``text`` with every character that could steer a terminal replaced by a visible mark."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str) -> str:
    """``text`` on one line, printable."""
    return printable(" ".join(text.split()))
