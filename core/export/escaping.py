"""Escapes text from users and files for HTML, XML, Markdown and CSV."""

import re
from html import escape
from unicodedata import normalize

from core.sanitize import one_line

__all__ = ["cell", "code", "escape_unprintable", "inline", "line", "markup"]

_INLINE = re.compile(
    r"""
      [\\`*<\[\]|~$#]            # code, emphasis, HTML, links, cells of a table, formulas, headings
    | (?<![^\W_])_ | _(?![^\W_]) # emphasis, which no single underscore inside a word begins
    | &(?=\#?\w+;)               # entities
    | :(?=//|[\w+-]+:)           # addresses and emoji
    | (?<=www)\.                 # addresses
    """,
    re.VERBOSE,
)
_FIRST = re.compile(r"[-+>=]|(?P<number>\d{1,9})[.)](?!\S)")
"""What starts a list, a quotation or a rule at the beginning of a line."""

_COMPUTED = frozenset("=+-@")
"""What a formula of a spreadsheet begins with, in letters of any width."""


def escape_unprintable(text: str) -> str:
    """``text`` on one line, unprintable characters escaped."""
    return one_line(text)


def markup(text: str) -> str:
    """``text`` for HTML and XML, inside elements and in quoted attributes."""
    return escape(escape_unprintable(text))


def inline(text: str) -> str:
    """``text`` for GitHub's Markdown inside a line: in cells, between asterisks, in the text of a link."""
    return _INLINE.sub(r"\\\g<0>", escape_unprintable(text))


def line(text: str) -> str:
    """``text`` for GitHub's Markdown as a line of its own: a paragraph, a list item, a heading."""
    escaped = inline(text)
    first = _FIRST.match(escaped)
    if not first:
        return escaped
    place = first.end("number") if first["number"] else 0
    return f"{escaped[:place]}\\{escaped[place:]}"


def code(text: str) -> str:
    """``text`` as a code span of GitHub's Markdown, safe in table cells."""
    text = escape_unprintable(text)
    if not text:
        return ""
    fence = "`" * (1 + max((len(ticks) for ticks in re.findall("`+", text)), default=0))
    room = " " if "`" in (text[0], text[-1]) else ""
    return f"{fence}{room}{text}{room}{fence}".replace("|", "\\|")


def cell(text: str) -> str:
    """``text`` for a cell of CSV: on one line, with an apostrophe before what a spreadsheet would compute."""
    text = escape_unprintable(text)
    return f"'{text}" if text and normalize("NFKC", text[0]) in _COMPUTED else text
