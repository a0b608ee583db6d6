"""Finds the run that the user means."""

from collections.abc import Sequence

from core.fields.struct import did_you_mean
from core.presets import printable_path
from core.runs.record import Run, RunError

__all__ = ["resolve_run"]

MOST_NAMED = 5
"""How many candidates an error message lists."""
SUGGESTED_FROM = 1_000
"""How many of the newest runs are searched for a suggestion."""


def resolve_run(text: str, runs: Sequence[Run], missing: str, hint: str) -> Run:
    """The one of ``runs``, newest first, whose id, key or name is ``text``, or whose id or key starts with it.

    "last" is the newest. Raises `RunError` if several match, or none: then with ``missing``, and a suggestion or else
    the ``hint``.
    """
    query = text.strip().casefold()
    if query == "last" and runs:
        return runs[0]
    for names, prefix in ((_ids, False), (_name, False), (_ids, True)):
        found = [run for run in runs if _matches(names(run), query, prefix=prefix)] if query else []
        if len(found) == 1:
            return found[0]
        if found:
            keys = ", ".join(run.key for run in found[:MOST_NAMED]) + (", ..." if len(found) > MOST_NAMED else "")
            raise RunError(f"{printable_path(text)}: {len(found)} runs match: use one of their keys: {keys}")
    known = dict.fromkeys(name for run in runs[:SUGGESTED_FROM] for name in (run.name, run.key))
    near = did_you_mean(query, known)
    raise RunError(f"{printable_path(text)}: {missing}{near if near.startswith('; did') else f'; {hint}'}")


def _ids(run: Run) -> tuple[str, ...]:
    return run.id, run.key


def _name(run: Run) -> tuple[str, ...]:
    return (run.name,)


def _matches(names: Sequence[str], query: str, *, prefix: bool) -> bool:
    folded = [name.casefold() for name in names]
    return any(name.startswith(query) for name in folded) if prefix else query in folded
