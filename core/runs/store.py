"""The runs on disk: list, find, label, discard and restore them. Loads neither numpy nor TensorFlow."""

import re
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from os import DirEntry, scandir
from pathlib import Path
from secrets import choice

from msgspec.structs import replace

from core import storage
from core.presets import printable_path
from core.runs import folder as files
from core.runs import transfer
from core.runs.index import Index, Row
from core.runs.labels import clean_label
from core.runs.record import Label, NewerFormat, Run, RunDetails, RunError, RunState
from core.runs.resolve import resolve_run
from core.sanitize import is_printable, quoted

__all__ = ["KEY_LENGTH", "LETTERS", "Store", "slug"]

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""The characters of a run's key, without those that look alike."""
KEY_LENGTH = 5
ABANDONED_AFTER = 3600.0
"""Seconds after which a run still being created is considered abandoned; creation takes milliseconds."""
SLUG_LENGTH = 30
_ID = re.compile(rf"\d{{8}}-\d{{6}}-[a-z0-9-]{{1,{SLUG_LENGTH}}}-[{LETTERS}]{{{KEY_LENGTH}}}", re.ASCII)

NO_RUN = "no such run"
NOT_IN_TRASH = "is not in the trash"


class Store:
    """The runs under ``home``, by default the user's folder: folders in runs/, discarded ones in trash/ beside it.

    Safe to use from several processes and threads.
    """

    def __init__(self, home: Path | None = None) -> None:
        home = home or storage.home()
        self._runs = home / "runs"
        self._trash = home / "trash"
        self._index = Index(self._runs)

    def listed(self) -> tuple[Run, ...]:
        """The runs as last read, newest first. Reads no folder, only checks which runs are being trained."""
        return _newest_first([self._with_current_state(row.run) for row in self._index.rows().values()])

    def refresh(self, wanted: Callable[[], bool] = lambda: True) -> tuple[Run, ...]:
        """Read what has changed on disk, as long as it is ``wanted``; the runs as they are now, newest first.

        A run in training or one that cannot be read is read every time: it may have been interrupted, or become
        readable through a newer LayerLab.
        """
        known = self._index.rows()
        rows: dict[str, Row] = {}
        changed: list[str] = []
        for path in _folders(self._runs):
            if not wanted():
                rows = known | rows  # the others stay as cached
                break
            cached = known.get(path.name)
            if row := _row(path, cached):
                rows[path.name] = row
                if row is not cached and row != cached:
                    changed.append(path.name)
        changed += known.keys() - rows.keys()
        if changed:
            self._index.update(rows, changed)
        return _newest_first([row.run for row in rows.values()])

    def rebuild(self) -> int:
        """Rebuild the index from every file of every run; returns the number of runs."""
        _remove_unfinished(self._runs)
        self._index.clear()
        # A run in training may lose a file while it is checked.
        checked = ((path.name, _row(path, None, files.check) or _row(path, None)) for path in _folders(self._runs))
        rows = {name: row for name, row in checked if row}
        if rows:
            self._index.update(rows, rows)
        return len(rows)

    def path(self, id: str) -> Path:
        """The folder of a run. Raises `RunError` if there is none."""
        return _existing_paths(self._runs, [id], NO_RUN)[0]

    def details(self, id: str) -> RunDetails:
        """Everything about a run but its weights. Raises `RunError`."""
        return files.read(self.path(id))

    def find(self, text: str) -> Run:
        """The run whose id, key or name is ``text``, or a unique prefix of an id or key; "last" is the newest.

        Raises `RunError` if there is none, or more than one.
        """
        runs = self.refresh()
        if not runs:
            raise RunError("there are no runs yet: train a preset first")
        return resolve_run(text, runs, "no such run", "`layerlab runs` lists them")

    def relabel(self, id: str, label: Label) -> Run:
        """Change a run's name, note and tags. Raises `RunError`, also for a label that `clean_label` rejects."""
        path = self.path(id)
        files.write_label(path, clean_label(label))
        self._update_index([path])
        return files.read_listing(path)

    def new(self, name: str) -> Path:
        """Create a folder for a run that starts now, first called ``name``. Raises OSError."""
        return self._reserve(f"{time.strftime('%Y%m%d-%H%M%S')}-{slug(name)}")

    def take_in(self, id: str, content: Mapping[str, bytes]) -> str:
        """Save the files of a run that was trained elsewhere as ``id``, with another key if that is taken.

        Returns its id. Raises `RunError` for what is no run, with nothing saved, and OSError.
        """
        if not _ID.fullmatch(id):
            raise RunError(f"{quoted(id)} is no id of a run")
        folder = self._reserve(id[: -KEY_LENGTH - 1], id[-KEY_LENGTH:])
        try:
            transfer.create_from(folder, content)
        except BaseException:
            _remove_empty(folder)
            raise
        return folder.name

    def _reserve(self, beginning: str, key: str = "") -> Path:
        """An empty folder whose name is ``beginning`` and a ``key`` that no run has. Raises OSError."""
        self._runs.mkdir(parents=True, exist_ok=True)
        taken = {path.name.rpartition("-")[2] for place in (self._runs, self._trash) for path in _folders(place)}
        while True:
            path = self._runs / f"{beginning}-{key}"
            if key and key not in taken:
                with suppress(FileExistsError):  # another process was faster
                    path.mkdir()
                    return path
            key = "".join(choice(LETTERS) for _ in range(KEY_LENGTH))

    def discard(self, ids: Sequence[str]) -> None:
        """Move runs to the trash. Raises `RunError`, before moving any, if one is being trained."""
        paths = _existing_paths(self._runs, ids, NO_RUN)
        for path in paths:
            if files.is_locked(path):
                raise RunError(f"{printable_path(path.name)}: is being trained: stop it first")
            _refuse_newer(path)
        self._move(paths, self._trash)

    def restore(self, ids: Sequence[str]) -> None:
        """Move runs back from the trash. Raises `RunError` for one that is not there."""
        paths = _existing_paths(self._trash, ids, NOT_IN_TRASH)
        for path in paths:
            _refuse_newer(path)
        self._move(paths, self._runs)

    def discarded(self) -> tuple[Run, ...]:
        """The runs in the trash, newest first."""
        runs = [_read_run(path, files.read_listing) for path in _folders(self._trash)]
        return _newest_first([run for run in runs if run])

    def purge(self, ids: Sequence[str] | None = None) -> int:
        """Delete runs in the trash permanently, by default all; returns their number. Raises `RunError`.

        Runs written by a newer LayerLab stay.
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
        """Update the index for a few folders, which may be gone."""
        rows = self._index.rows()
        for path in paths:
            if row := _row(path, rows.pop(path.name, None)):
                rows[path.name] = row
        self._index.update(rows, [path.name for path in paths])

    def _with_current_state(self, run: Run) -> Run:
        if run.state != "running" or files.is_locked(self._runs / run.id):
            return run
        return replace(run, state="interrupted")


def _folders(place: Path) -> Iterator[Path]:
    """The folders in ``place`` that may be runs: no links, nothing hidden, no unprintable names."""
    try:
        with scandir(place) as entries:
            names = [entry.name for entry in entries if _is_folder(entry)]
    except OSError:
        return
    for name in names:
        yield place / name


def _remove_unfinished(place: Path) -> None:
    """Delete what processes that died while creating a run have left in ``place``."""
    for path in place.glob(f"{storage.UNFINISHED}*"):
        with suppress(OSError):
            if path.is_dir() and time.time() - path.stat().st_mtime > ABANDONED_AFTER:
                shutil.rmtree(path)


def _is_folder(entry: DirEntry[str]) -> bool:
    return _may_be_shown(entry.name) and entry.is_dir(follow_symlinks=False)


def _may_be_shown(name: str) -> bool:
    return is_printable(name) and not name.startswith(".")


def _existing_paths(place: Path, ids: Sequence[str], missing: str) -> list[Path]:
    """The folders named ``ids`` directly in ``place``. Raises `RunError` for any other."""
    paths = {name: place / name for name in ids}
    for name, path in paths.items():
        inside = path.parent == place and path.name == name and _may_be_shown(name)
        if not inside or path.is_symlink() or not path.is_dir():
            raise RunError(f"{printable_path(name)}: {missing}")
    return list(paths.values())


def _remove_empty(path: Path) -> None:
    """Delete an empty folder, with or without a lock, left by a training whose run was moved meanwhile."""
    with suppress(OSError):
        if [found.name for found in path.iterdir()] == [files.LOCK]:
            (path / files.LOCK).unlink()
        path.rmdir()


def _row(path: Path, cached: Row | None, read: Callable[[Path], Run] | None = None) -> Row | None:
    """The index row of the folder at ``path``, given its ``cached`` one; None if there is no run in it.

    The signature is taken first, so that later changes are noticed the next time.
    """
    try:
        signature = files.signature(path)
    except FileNotFoundError:
        return cached if path.is_dir() else None  # a file was deleted while its folder was being read
    except OSError:
        signature = "unreadable"
    if not signature:
        return None  # nothing has been written yet
    if cached and cached.signature == signature and cached.run.readable and cached.run.state != "running":
        return cached
    if cached and cached.run.state == "damaged":
        read = read or files.check  # a listing alone may not notice the damage
    run = _read_run(path, read or files.read_listing)
    return Row(signature, run) if run else None


def _read_run(path: Path, read: Callable[[Path], Run]) -> Run | None:
    """The run in the folder at ``path``, even if damaged or newer; None if it is being created, or gone."""
    try:
        return read(path)
    except RunError as error:
        if not path.is_dir() or files.is_locked(path):
            return None
        state: RunState = "newer" if isinstance(error, NewerFormat) else "damaged"
        return Run(path.name, Label(path.name), "", state, 0.0, message=str(error))


def _is_newer(path: Path) -> bool:
    """Whether the run was written by a newer LayerLab."""
    try:
        files.read_header(path)
    except NewerFormat:
        return True
    except RunError:
        return False
    return False


def _refuse_newer(path: Path) -> None:
    if _is_newer(path):
        files.read_listing(path)  # raises `NewerFormat`


def _newest_first(runs: Sequence[Run]) -> tuple[Run, ...]:
    return tuple(sorted(runs, key=lambda run: (run.begun, run.id), reverse=True))


def slug(name: str) -> str:
    """``name`` as a part of a folder's name."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:SLUG_LENGTH].strip("-") or "run"
