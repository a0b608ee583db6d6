"""Runs of one sweep as one row of the list of runs. Pure functions of the runs as listed."""

import re
from collections.abc import Iterable

from msgspec import Struct

from core.runs.record import Run

__all__ = ["SWEEP_TAG", "RunGroup", "folded", "sweep_key"]

SWEEP_TAG = "sweep-"
"""The tag of a sweep's runs begins with it; the sweep's key follows."""
_KEYED = re.compile(r"sweep-([a-z0-9]{1,20})")


class RunGroup(Struct, frozen=True):
    """The runs of a sweep."""

    key: str
    """The sweep's."""
    runs: tuple[Run, ...]
    """In the order of the list; none if the first has not begun."""
    title: str = ""
    """The sweep's name, while it has no runs."""
    live: bool = False
    """Whether it is being trained here."""

    @property
    def id(self) -> str:
        """What tells it from runs and other groups."""
        return f"{SWEEP_TAG}{self.key}"

    @property
    def name(self) -> str:
        """The sweep's name: what the names of its runs begin with."""
        return self.runs[0].name.partition(": ")[0] if self.runs else self.title


def sweep_key(run: Run) -> str | None:
    """The key of the sweep that ``run`` is a trial of; None if it is none."""
    found = (_KEYED.fullmatch(tag) for tag in run.label.tags)
    return next((match[1] for match in found if match), None)


def folded(runs: Iterable[Run]) -> tuple[Run | RunGroup, ...]:
    """``runs`` with a group in place of the first run of each sweep, and without its other runs."""
    rows: list[Run | str] = []
    by_key: dict[str, list[Run]] = {}
    for run in runs:
        key = sweep_key(run)
        if key is None:
            rows.append(run)
        else:
            if key not in by_key:
                rows.append(key)
            by_key.setdefault(key, []).append(run)
    return tuple(RunGroup(row, tuple(by_key[row])) if isinstance(row, str) else row for row in rows)
