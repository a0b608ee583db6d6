r"""Text from people and files made safe to show: the one place that decides what a reader may see of it.

Control characters steer a terminal; format characters (Unicode's Cf, such as U+061C or U+202E) turn the direction of
writing or are seen by nobody; separators break lines; lone surrogates cannot be encoded; and of what has no character,
by Unicode or by private agreement, no terminal knows the width. All of them are shown as Python escapes them:
``\x1b``, ``\u061c``, ``\U000e0001``. Text is also cut, so that no file can have megabytes of it laid out.

Joiners are escaped too, though they belong to some scripts and emoji: a name that reads like another must not be
another. JSON has the characters themselves, as JSON escapes them: see `core.strict_json.to_json`.
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
"""Characters of one text that are shown at most: as many as a note of a run may have."""
_QUOTED = 60
"""Characters of a refused value that a message quotes."""
_NAME = 1_000
"""Characters of a name or a path that a message gives."""
PASTED = 100_000
"""Characters of a paste that are looked at, at least."""
_TOO_MANY_DIGITS = 10**_QUOTED


def is_printable(text: str) -> bool:
    """Whether ``text`` is safe to show as it is, and has no space but the common one."""
    return text.isprintable()


def escaped(text: str) -> str:
    """``text`` with every character that is not safe to show as its escape; spaces of whatever width stay."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or category(each) == "Zs" else _escape(each) for each in text)


def without_unsafe(text: str) -> str:
    """``text`` without the characters that `escaped` would show as escapes."""
    if text.isprintable():
        return text
    return "".join(each for each in text if each.isprintable() or category(each) == "Zs")


def truncated(text: str, most: int = LONGEST) -> str:
    """``text``, or its first characters and an ellipsis: ``most`` in all."""
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"


def one_line(text: str, most: int = LONGEST) -> str:
    """``text`` on one line that is safe to show, its white space as single spaces, cut to ``most`` characters."""
    return escaped(" ".join(truncated(text, most).split()))


def pasted_line(text: str, most: int) -> str:
    """``text`` as it goes into a field of one line: its lines joined by blanks, what steers a terminal left out.

    At most ``most`` characters; of a text of megabytes only the beginning is looked at.
    """
    head = text[: max(PASTED, 2 * most)]
    lines = (line.strip() for line in head.replace("\t", " ").splitlines())
    return without_unsafe(" ".join(filter(None, lines)))[:most]


def printable_path(name: str | Path) -> str:
    """``name`` as a message gives it, quoted if it has characters that are not safe to show; a long one without its
    middle, as a path ends in what tells it from others.
    """
    text = str(name)
    if len(text) > _NAME:
        text = f"{text[: _NAME // 2]}...{text[-_NAME // 4 :]}"
    return text if text.isprintable() else repr(text)


def quoted(raw: object) -> str:
    """``raw`` as a message quotes it: on one line, cut where it is long."""
    if isinstance(raw, int) and abs(raw) >= _TOO_MANY_DIGITS:
        return "a number of more than 60 digits"  # Python refuses to write out very long ones
    try:
        text = repr(list(raw) if isinstance(raw, tuple) else raw[: _QUOTED + 1] if isinstance(raw, str) else raw)
    except (ValueError, RecursionError):
        return f"a {type(raw).__name__}"
    return text if len(text) <= _QUOTED else f"{text[: _QUOTED - 3]}..."


def quoted_name(name: str) -> str:
    """``name`` as a message gives it: as it is if that is one short safe line, else quoted."""
    return name if name.isprintable() and len(name) <= _QUOTED else quoted(name)


def _escape(each: str) -> str:
    return each.encode("unicode_escape").decode("ascii")
