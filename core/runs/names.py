"""Names of runs that are shown together: equal ones are told apart by the keys of their runs."""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from core.runs.record import Run

__all__ = ["RunName", "RunNames"]


class RunName(Struct, frozen=True):
    """The name of a run beside others."""

    name: str
    key: str = ""
    """The key of the run if others have the same name, else empty."""

    def __str__(self) -> str:
        return f"{self.name} ({self.key})" if self.key else self.name


class RunNames:
    """The names of ``runs``, which are shown together."""

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self._count = Counter(run.name for run in runs)

    def of(self, run: Run) -> RunName:
        """The name of one of the runs."""
        return RunName(run.name, run.key if self._count[run.name] > 1 else "")
