"""Name matching: which spellings are equal, and which known names an unknown one may misspell."""

import re
from collections.abc import Iterable

from core.fields.types.base import quoted_name

__all__ = ["did_you_mean", "normalize_name"]

_LONGEST = 100
"""Characters of an unknown name that are compared."""
_TIES = 3
"""At most this many equally similar names are suggested."""


def normalize_name(name: str) -> str:
    """``name`` without what Keras, Python and users write differently: case, underscores, hyphens, whitespace."""
    return re.sub(r"[-_\s]", "", name).lower()


def did_you_mean(name: object, known: Iterable[str], others: Iterable[str] = (), *, numbered: bool = True) -> str:
    """The end of a message about an unknown ``name``: the ``known`` names it may misspell, or all of them.

    A misspelling has a letter or two added, missing, changed or swapped. A ``name`` as similar to one of ``others``,
    which exist but are not available, is not corrected. Names that users choose, of files and runs, are ``numbered``;
    for all others the limits are stricter and digits must match: Conv3D is not a misspelling of Conv2D.
    """
    wanted, choices = normalize_name(str(name)[:_LONGEST]), list(known)
    found = _closest(wanted, [*choices, *others], numbered)
    if found and len(found) <= _TIES and set(found) <= set(choices):
        *first, last = map(quoted_name, found)
        return f"; did you mean {', '.join(first)}{' or ' if first else ''}{last}?"
    return f"; available: {', '.join(choices)}"


def _closest(wanted: str, choices: Iterable[str], numbered: bool) -> list[str]:
    """The ``choices`` with the fewest edits from ``wanted``; empty if even those have too many."""
    most = sum(len(wanted) >= length for length in ((3, 6, 16) if numbered else (3, 8, 16)))
    found: dict[str, None] = {}
    for choice in choices:
        other = normalize_name(choice)
        if abs(len(other) - len(wanted)) > most or (not numbered and _digits(other) != _digits(wanted)):
            continue
        edits = _edits(wanted, other)
        if edits < most:
            found, most = {}, edits
        if edits == most:
            found[choice] = None
    return list(found)


def _edits(one: str, other: str) -> int:
    """Letters added, removed, changed or swapped with their neighbour (restricted Damerau-Levenshtein distance)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, wanted in enumerate(other, start=1):
            edits = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                edits = min(edits, earlier[j - 2] + 1)
            row.append(edits)
    return row[-1]


def _digits(word: str) -> str:
    return re.sub(r"\D", "", word)
