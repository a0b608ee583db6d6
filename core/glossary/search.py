"""Finds entries of the glossary by any of their names."""

import re
from functools import cache

from core.fields.types import did_you_mean
from core.glossary.entry import Entry
from core.glossary.index import entries, named

__all__ = ["search", "suggestion"]


def search(query: str) -> list[tuple[Entry, str]]:
    """The entries that have all words of ``query`` in one of their names, with that name; the best first."""
    wanted = _spelled(query)
    words, joined = wanted.split(), wanted.replace(" ", "")
    found = []
    for place, (entry, name, spelled) in enumerate(_names()):
        if all(word in spelled for word in words) or joined in spelled.replace(" ", ""):
            begins = f" {spelled}".find(f" {wanted}")
            rank = (spelled != wanted, begins != 0, begins < 0, place)
            found.append((rank, entry, name))
    best: dict[str, tuple[Entry, str]] = {}
    for _, entry, name in sorted(found, key=lambda each: each[0]):
        best.setdefault(entry.id, (entry, name))
    return list(best.values())


def suggestion(query: str) -> str:
    """What ``query``, which finds nothing, may misspell: ``did you mean sigmoid?``; empty if nothing is like it."""
    near = did_you_mean(query, (name for _, name, _ in _names()))
    return near.removeprefix("; ") if near.startswith("; did") else ""


@cache
def _names() -> tuple[tuple[Entry, str, str], ...]:
    """Every name of every entry, and how it is compared."""
    return tuple((entry, name, _spelled(name)) for entry in entries().values() for name in named(entry))


def _spelled(name: str) -> str:
    return re.sub(r"[-_\s]+", " ", name).strip().casefold()
