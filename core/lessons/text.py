"""The text of a step as it is shown: paragraphs on one line each, to be wrapped where it is shown."""

from core.sanitize import escaped
from core.typography import typeset

__all__ = ["shown"]

FIXED = "    "
"""What a line begins with that stays as it is."""


def shown(text: str) -> str:
    """``text`` with the lines of a paragraph joined, and signs in place of ASCII; nothing in it steers a terminal."""
    blocks = [_block(block.splitlines()) for block in text.expandtabs(4).split("\n\n")]
    return "\n\n".join(filter(None, blocks))


def _block(lines: list[str]) -> str:
    """A paragraph: lines that stay as they are, and those between them joined."""
    done, open_line = list[str](), ""
    for line in lines:
        if line.startswith(FIXED):
            done += [open_line, _line(line.rstrip())]
            open_line = ""
        elif line.strip():
            open_line = f"{open_line} {_line(line.strip())}".strip()
    return "\n".join(filter(None, [*done, open_line]))


def _line(line: str) -> str:
    return typeset(escaped(line))
