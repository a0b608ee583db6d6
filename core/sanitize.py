r"""Makes text from users and files safe to display: the only place that decides what is shown of it.

Control characters act on the terminal; format characters (Unicode's Cf, such as U+061C or U+202E) change the writing
direction or are invisible; separators break lines; lone surrogates cannot be encoded; and no terminal knows the width
of unassigned and private-use characters. All of them are shown as Python escapes: ``\x1b``, ``\u061c``,
``\U000e0001``. Text is also truncated, so that no file can make the app lay out megabytes of it.

Joiners are escaped too, though some scripts and emoji need them: two different names must not look the same. JSON
output keeps the characters, escaped as JSON does: see `core.strict_json.to_json`.
"""

from pathlib import Path
from unicodedata import category

__all__ = [
    "LONGEST",
    "escaped",
    "is_printable",
    "one_line",
    "printable_path",
    "quoted",
    "quoted_name",
    "truncated",
    "without_unsafe",
]

LONGEST = 10_000
"""Maximum length of a displayed text, and of a run's note."""
_QUOTED = 60
"""Maximum length of a rejected value quoted in a message."""
_NAME = 1_000
"""Maximum length of a name or a path in a message."""
PASTED = 100_000
"""Characters of a paste that are read, or more if the field allows a longer text."""
_TOO_MANY_DIGITS = 10**_QUOTED


def is_printable(text: str) -> bool:
    """Whether ``text`` is safe to display as it is, with no whitespace but plain spaces."""
    return text.isprintable()


def escaped(text: str) -> str:
    """``text`` with unsafe characters escaped; spaces of any width are kept."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or category(char) == "Zs" else _escape(char) for char in text)


def without_unsafe(text: str) -> str:
    """``text`` without the characters that `escaped` would escape."""
    if text.isprintable():
        return text
    return "".join(char for char in text if char.isprintable() or category(char) == "Zs")


def truncated(text: str, most: int = LONGEST) -> str:
    """``text``, cut to ``most`` characters including an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"


def one_line(text: str, most: int = LONGEST) -> str:
    """``text`` on one line, safe to display, with whitespace collapsed, cut to ``most`` characters."""
    return escaped(" ".join(truncated(text, most).split()))


def pasted_line(text: str, most: int) -> str:
    """``text`` as pasted into a one-line field: lines joined by spaces, unsafe characters removed.

    At most ``most`` characters; only the beginning of a very long text is read.
    """
    head = text[: max(PASTED, 2 * most)]
    lines = (line.strip() for line in head.replace("\t", " ").splitlines())
    return without_unsafe(" ".join(filter(None, lines)))[:most]


def printable_path(name: str | Path) -> str:
    """``name`` for a message, quoted if it has unsafe characters, shortened in the middle if long.

    The end is kept, as it distinguishes a path from others.
    """
    text = str(name)
    if len(text) > _NAME:
        text = f"{text[: _NAME // 2]}...{text[-_NAME // 4 :]}"
    return text if text.isprintable() else repr(text)


def quoted(raw: object) -> str:
    """``raw`` quoted for a message: on one line, truncated if long."""
    if isinstance(raw, int) and abs(raw) >= _TOO_MANY_DIGITS:
        return "a number of more than 60 digits"  # Python refuses to convert very long ones
    try:
        text = repr(list(raw) if isinstance(raw, tuple) else raw[: _QUOTED + 1] if isinstance(raw, str) else raw)
    except (ValueError, RecursionError):
        return f"a {type(raw).__name__}"
    return text if len(text) <= _QUOTED else f"{text[: _QUOTED - 3]}..."


def quoted_name(name: str) -> str:
    """``name`` for a message: as it is if short and safe, else quoted."""
    return name if name.isprintable() and len(name) <= _QUOTED else quoted(name)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
