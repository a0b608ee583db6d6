"""The runs on disk: listed, found, named, thrown away and taken back. Loads neither numpy nor TensorFlow."""

import re
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from os import DirEntry, scandir
from pathlib import Path
from secrets import choice

from msgspec.structs import replace

from core import storage
from core.presets import printable_path
from core.runs import folder as files
from core.runs.index import Index, Row
from core.runs.labels import clean_label
from core.runs.record import Label, NewerFormat, Run, RunDetails, RunError, RunState
from core.runs.resolve import resolve_run
from core.sanitize import is_printable

__all__ = ["Store"]

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Of a run's key: without those that are taken for one another."""
KEY_LENGTH = 5
ABANDONED_AFTER = 3600.0
"""Seconds after which a run that is being made can be taken for abandoned; it takes some thousandths."""
SLUG_LENGTH = 30

NO_RUN = "there is no such run"
NOT_IN_TRASH = "is not in the trash"


class Store:
    """The runs under ``home``, a person's own folder by default: folders in runs/, discarded ones in trash/ beside it.

    Several processes may use them at a time, and several threads one store.
    """

    def __init__(self, home: Path | None = None) -> None:
        home = home or storage.home()
        self._runs = home / "runs"
        self._trash = home / "trash"
        self._index = Index(self._runs)

    def listed(self) -> tuple[Run, ...]:
        """The runs as they were when last looked at, newest first. No folder is read but to see whether it is held."""
        return _newest_first([self._with_current_state(row.run) for row in self._index.rows().values()])

    def refresh(self, wanted: Callable[[], bool] = lambda: True) -> tuple[Run, ...]:
        """Look at what has changed on disk, as long as it is ``wanted``; the runs as they are now, newest first.

        A run said to be training, or one that cannot be read, is looked at each time: it may have ended without a word,
        or been mended by nothing but a newer LayerLab.
        """
        known = self._index.rows()
        rows: dict[str, Row] = {}
        changed: list[str] = []
        for path in _folders(self._runs):
            if not wanted():
                rows = known | rows  # the others stay as they are known
                break
            cached = known.get(path.name)
            if row := _row(path, cached):
                rows[path.name] = row
                if row is not cached and row != cached:
                    changed.append(path.name)
        changed += known.keys() - rows.keys()
        if changed:
            self._index.save(rows, changed)
        return _newest_first([row.run for row in rows.values()])

    def rebuild(self) -> int:
        """Forget the index, look at every file of every run, and how many runs there are."""
        _remove_unfinished(self._runs)
        self._index.clear()
        # One that is trained may lose a file while it is looked at.
        checked = ((path.name, _row(path, None, files.check) or _row(path, None)) for path in _folders(self._runs))
        rows = {name: row for name, row in checked if row}
        if rows:
            self._index.save(rows, rows)
        return len(rows)

    def path(self, id: str) -> Path:
        """The folder of a run. Raises `RunError` if there is none."""
        return _existing_paths(self._runs, [id], NO_RUN)[0]

    def details(self, id: str) -> RunDetails:
        """All of a run but its weights. Raises `RunError`."""
        return files.read(self.path(id))

    def find(self, text: str) -> Run:
        """The run meant by ``text``: its id, key or name, or how no other id or key begins; "last" is the newest.

        Raises `RunError` if there is none, or more than one.
        """
        runs = self.refresh()
        if not runs:
            raise RunError("there are no runs yet: train a preset first")
        return resolve_run(text, runs, "no run is called so", "`layerlab runs` lists them")

    def relabel(self, id: str, label: Label) -> Run:
        """Give a run another name, note and tags. Raises `RunError`, also for a label that `clean_label` refuses."""
        path = self.path(id)
        files.write_label(path, clean_label(label))
        self._update_index([path])
        return files.read_listing(path)

    def new(self, name: str) -> Path:
        """Make a folder for a run that begins now and is called ``name`` at first. Raises OSError."""
        self._runs.mkdir(parents=True, exist_ok=True)
        taken = {path.name.rpartition("-")[2] for place in (self._runs, self._trash) for path in _folders(place)}
        while True:
            key = "".join(choice(LETTERS) for _ in range(KEY_LENGTH))
            path = self._runs / f"{time.strftime('%Y%m%d-%H%M%S')}-{_slug(name)}-{key}"
            if key in taken:
                continue
            try:
                path.mkdir()
            except FileExistsError:
                continue  # another process was quicker
            return path

    def discard(self, ids: Sequence[str]) -> None:
        """Put runs into the trash. Raises `RunError`, before any is moved if one is being trained."""
        paths = _existing_paths(self._runs, ids, NO_RUN)
        for path in paths:
            if files.is_locked(path):
                raise RunError(f"{printable_path(path.name)}: is being trained: stop it first")
            _refuse_newer(path)
        self._move(paths, self._trash)

    def restore(self, ids: Sequence[str]) -> None:
        """Take runs back out of the trash. Raises `RunError` for one that is not in it."""
        paths = _existing_paths(self._trash, ids, NOT_IN_TRASH)
        for path in paths:
            _refuse_newer(path)
        self._move(paths, self._runs)

    def discarded(self) -> tuple[Run, ...]:
        """The runs in the trash, newest first."""
        runs = [_read_run(path, files.read_listing) for path in _folders(self._trash)]
        return _newest_first([run for run in runs if run])

    def purge(self, ids: Sequence[str] | None = None) -> int:
        """Delete runs in the trash for good, all of them by default, and how many. Raises `RunError`.

        What a newer LayerLab wrote stays.
        """
        if ids is None:
            paths = [path for path in _folders(self._trash) if not _is_newer(path)]
        else:
            paths = _existing_paths(self._trash, ids, NOT_IN_TRASH)
            for path in paths:
                _refuse_newer(path)
        for path in paths:
            try:
                shutil.rmtree(path)
            except OSError as error:
                raise RunError(f"{printable_path(path.name)}: cannot be deleted: {error.strerror or error}") from error
        return len(paths)

    def _move(self, paths: Sequence[Path], to: Path) -> None:
        try:
            for path in paths:
                try:
                    to.mkdir(parents=True, exist_ok=True)
                    _remove_empty(to / path.name)
                    path.rename(to / path.name)
                except OSError as error:
                    raise RunError(
                        f"{printable_path(path.name)}: cannot be moved: {error.strerror or error}"
                    ) from error
        finally:
            self._update_index([self._runs / path.name for path in paths])

    def _update_index(self, paths: Sequence[Path]) -> None:
        """Bring the index up to date with a few folders, which may be gone."""
        rows = self._index.rows()
        for path in paths:
            if row := _row(path, rows.pop(path.name, None)):
                rows[path.name] = row
        self._index.save(rows, [path.name for path in paths])

    def _with_current_state(self, run: Run) -> Run:
        if run.state != "running" or files.is_locked(self._runs / run.id):
            return run
        return replace(run, state="interrupted")


def _folders(place: Path) -> Iterator[Path]:
    """What may be runs in ``place``: no files or links, nothing hidden, no name that could not be shown."""
    try:
        with scandir(place) as entries:
            names = [entry.name for entry in entries if _is_folder(entry)]
    except OSError:
        return
    for name in names:
        yield place / name


def _remove_unfinished(place: Path) -> None:
    """Take away what is left in ``place`` of runs that were never there: their process died while it made them."""
    for path in place.glob(f"{storage.UNFINISHED}*"):
        with suppress(OSError):
            if path.is_dir() and time.time() - path.stat().st_mtime > ABANDONED_AFTER:
                shutil.rmtree(path)


def _is_folder(entry: DirEntry[str]) -> bool:
    return _may_be_shown(entry.name) and entry.is_dir(follow_symlinks=False)


def _may_be_shown(name: str) -> bool:
    return is_printable(name) and not name.startswith(".")


def _existing_paths(place: Path, ids: Sequence[str], missing: str) -> list[Path]:
    """The folders called ``ids`` in ``place`` itself. Raises `RunError` for one that is none."""
    paths = {name: place / name for name in ids}
    for name, path in paths.items():
        inside = path.parent == place and path.name == name and _may_be_shown(name)
        if not inside or path.is_symlink() or not path.is_dir():
            raise RunError(f"{printable_path(name)}: {missing}")
    return list(paths.values())


def _remove_empty(path: Path) -> None:
    """Take away an empty folder, with or without a lock, that a training left whose run was moved meanwhile."""
    with suppress(OSError):
        if [found.name for found in path.iterdir()] == [files.LOCK]:
            (path / files.LOCK).unlink()
        path.rmdir()


def _row(path: Path, cached: Row | None, read: Callable[[Path], Run] | None = None) -> Row | None:
    """What is to be remembered of the folder at ``path``, of which ``known`` was; None if there is no run in it.

    The signature is taken first: what changes after it is seen the next time.
    """
    try:
        signature = files.signature(path)
    except FileNotFoundError:
        return cached if path.is_dir() else None  # a file went while its folder was looked through
    except OSError:
        signature = "not to be read"
    if not signature:
        return None  # nothing has been written yet
    if cached and cached.signature == signature and cached.run.readable and cached.run.state != "running":
        return cached
    if cached and cached.run.state == "damaged":
        read = read or files.check  # what a glance would not see may be damaged
    run = _read_run(path, read or files.read_listing)
    return Row(signature, run) if run else None


def _read_run(path: Path, read: Callable[[Path], Run]) -> Run | None:
    """The run in the folder at ``path``, be it damaged or newer; None if it is only being made, or gone."""
    try:
        return read(path)
    except RunError as error:
        if not path.is_dir() or files.is_locked(path):
            return None
        state: RunState = "newer" if isinstance(error, NewerFormat) else "damaged"
        return Run(path.name, Label(path.name), "", state, 0.0, message=str(error))


def _is_newer(path: Path) -> bool:
    """Whether a newer LayerLab wrote the run."""
    try:
        files.read_header(path)
    except NewerFormat:
        return True
    except RunError:
        return False
    return False


def _refuse_newer(path: Path) -> None:
    if _is_newer(path):
        files.read_listing(path)  # raises, saying so


def _newest_first(runs: Sequence[Run]) -> tuple[Run, ...]:
    return tuple(sorted(runs, key=lambda run: (run.begun, run.id), reverse=True))


def _slug(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:SLUG_LENGTH].strip("-") or "run"
