"""Marks hand-ins: what is met, by figures that were computed, trained and evaluated again. Blocks."""

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct
from msgspec.structs import replace

from core.marking import hand_in, verifying
from core.marking.assignment import Assignment
from core.marking.checking import CheckReport, check
from core.marking.expression import GROWING
from core.marking.hand_in import HandIn, HandInError
from core.marking.retrained import Order, Retrained
from core.marking.retrainer import Retrainer
from core.marking.verifying import Verified
from core.runs.environment import environment
from core.runs.folder import CHECKPOINT, HISTORY
from core.runs.record import RunDetails, RunError
from core.runs.store import KEY_LENGTH, Store

__all__ = ["Marker", "Marks", "hand_ins_in"]

SUFFIX = ".zip"
MOST_THREADS = 256
"""A run that says that it was trained with more, or with none, is trained again with as many as anything here."""


class Marks(Struct, frozen=True):
    """The marks of a hand-in: the output of `layerlab mark --json`."""

    file: str
    name: str
    """Of who handed it in, as typed."""
    report: CheckReport | None
    """None if it could not be read."""
    problem: str = ""
    """Why it could not be read, or what to know of it; or empty."""


def hand_ins_in(folder: Path) -> list[Path]:
    """The hand-ins in ``folder`` and the folders in it, in the order of their names. Raises OSError."""
    if not folder.is_dir():
        next(folder.iterdir())  # which says why
    found = (Path(place) / name for place, _, names in os.walk(folder) for name in names)
    return sorted(path for path in found if path.suffix.lower() == SUFFIX)


class Marker:
    """Marks hand-ins of ``assignment``.

    Runs of at most ``epochs`` epochs are trained again, of others as many from the first step up to one that ``choose``
    chooses, or ``epochs`` if a task asks for what all of them come to; each for at most ``seconds``.
    """

    def __init__(self, assignment: Assignment, epochs: int, seconds: float, choose: Callable[[int], int]) -> None:
        self._assignment = assignment
        self._epochs = epochs
        self._seconds = seconds
        self._choose = choose
        self._all = any(task.demanded.field in GROWING for task in assignment.tasks)
        """Whether points depend on how many epochs are trained again, which is then not left to chance."""
        self._retrainer: Retrainer | None = None
        """One alone: how many processes there are is not for a hand-in to say."""
        self._seen: dict[bytes, str] = {}
        """The first hand-in with each run, by what its history and weights are."""

    def mark(self, path: Path, called: str = "") -> Marks:
        """The marks of the hand-in in the file at ``path``, by default ``called`` as it is; they say what is wrong."""
        name = called or path.name
        try:
            handed_in = hand_in.read(path)
        except HandInError as error:
            return Marks(name, "", None, str(error))
        with TemporaryDirectory(prefix="layerlab-") as home:
            report: CheckReport | None
            try:
                report = self._report(handed_in, Store(Path(home)))
            except (RunError, OSError) as error:
                report, why = None, (error.strerror if isinstance(error, OSError) else None) or str(error)
        unread = [] if report else [f"its runs cannot be read: {why}"]
        problem = "; ".join([*unread, *self._notes(handed_in, name)])
        return Marks(name, handed_in.manifest.name, report, problem)

    def close(self) -> None:
        """End the process that trains."""
        if self._retrainer:
            self._retrainer.close()
        self._retrainer = None

    def _report(self, handed_in: HandIn, store: Store) -> CheckReport:
        ids = [store.take_in(run, files) for run, files in handed_in.runs.items()]
        checked = [self._verified(store.details(run), store.path(run)) for run in ids]
        runs, verified = [run for run, _ in checked], [told for _, told in checked]
        return check(self._assignment, runs, handed_in.manifest.answers, verified)

    def _verified(self, details: RunDetails, folder: Path) -> tuple[RunDetails, Verified]:
        here = environment(details.environment.device)
        said = details.environment.threads
        threads = said if 0 < said <= MOST_THREADS else here.threads
        most = min(verifying.most_epochs(details), self._epochs)

        def train(epochs: int) -> Retrained:
            return self._trains_with(threads).train(Order(folder, epochs))

        whole = most == len(details.history.epochs)  # which confirms its weights too
        epochs = most if whole or not most or self._all else self._choose(most)
        return verifying.verify(details, epochs, replace(here, threads=threads), train)

    def _trains_with(self, threads: int) -> Retrainer:
        """The process that trains, with so many ``threads``."""
        if self._retrainer is None or self._retrainer.threads != threads:
            self.close()
            self._retrainer = Retrainer(threads, self._seconds)
        return self._retrainer

    def _notes(self, handed_in: HandIn, name: str) -> Iterator[str]:
        """What to know of a hand-in that was read."""
        if handed_in.manifest.digest != self._assignment.digest:
            yield "was handed in for another version of the assignment; marked by this one"
        for run, content in handed_in.runs.items():
            digest = sha256(content.get(HISTORY, b"") + content.get(CHECKPOINT, b"")).digest()
            first = self._seen.setdefault(digest, name)
            if first != name:
                yield f"its run {run[-KEY_LENGTH:]} is that of {first}"
