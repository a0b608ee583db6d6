"""Names as people spell them: what is the same name, and which one a misspelled name stands for."""

import re
from collections.abc import Iterable

from core.fields.types.base import quoted_name

__all__ = ["did_you_mean", "normalize_name"]

_LONGEST = 100
"""Characters of an unknown name that are compared."""
_TIES = 3
"""So many names may be suggested at once, where they are all as near."""


def normalize_name(name: str) -> str:
    """``name`` without what Keras, Python and people write differently: case, underscores, hyphens, blanks."""
    return re.sub(r"[-_\s]", "", name).lower()


def did_you_mean(name: object, known: Iterable[str], others: Iterable[str] = (), *, numbered: bool = True) -> str:
    """The end of a message about an unknown ``name``: which of ``known`` it misspells, or all of them.

    Only a misspelling is put right: a letter or two too many, missing, wrong or in the wrong order. A name that is as
    near to one of the ``others``, names of things there are not, means that. Unless things are ``numbered``, as files
    and runs are that people give names, less is a misspelling, and one digit for another is none: Conv3D is not Conv2D.
    """
    wanted, choices = normalize_name(str(name)[:_LONGEST]), list(known)
    found = _closest(wanted, [*choices, *others], numbered)
    if found and len(found) <= _TIES and set(found) <= set(choices):
        *first, last = map(quoted_name, found)
        return f"; did you mean {', '.join(first)}{' or ' if first else ''}{last}?"
    return f"; there are {', '.join(choices)}"


def _closest(wanted: str, choices: Iterable[str], numbered: bool) -> list[str]:
    """All of ``choices`` that are as near to ``wanted`` as any, if that is near at all."""
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
    """Letters added, left out, changed or swapped with their neighbour between two words (Damerau, restricted)."""
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
