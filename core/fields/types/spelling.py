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
    limit = sum(len(wanted) >= length for length in ((3, 6, 16) if numbered else (3, 8, 16)))
    found: dict[str, None] = {}
    for choice in choices:
        other = normalize_name(choice)
        if abs(len(other) - len(wanted)) > limit or (not numbered and _digits(other) != _digits(wanted)):
            continue
        edits = _edits(wanted, other)
        if edits < limit:
            found, limit = {}, edits
        if edits == limit:
            found[choice] = None
    return list(found)


def _edits(first: str, second: str) -> int:
    """Letters added, removed, changed or swapped with their neighbour (restricted Damerau-Levenshtein distance)."""
    previous: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, start=1):
        before_previous, previous, row = previous, row, [i]
        for j, other_letter in enumerate(second, start=1):
            edits = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (letter != other_letter))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other_letter:
                edits = min(edits, before_previous[j - 2] + 1)
            row.append(edits)
    return row[-1]


def _digits(word: str) -> str:
    return re.sub(r"\D", "", word)
