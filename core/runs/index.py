"""The index: a cache of what was last read from the runs' folders, so that thousands can be listed at once.

It holds nothing that is not in the folders: a damaged database is deleted, and where none can be created, the rows stay
in memory. Several processes may use it at the same time.
"""

import sqlite3
from collections.abc import Callable, Collection, Mapping
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from core.files import INDEX, NotAFile, TooLarge, check_file
from core.runs.record import Run

__all__ = ["Index", "Row"]

VERSION = 2
"""Of the database schema. Each version has its own file, so no LayerLab ever reads one that it does not know."""

LOCK_TIMEOUT = 5.0
"""Seconds to wait for another process, which needs a few milliseconds."""

TABLE = "CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, signature TEXT NOT NULL, run BLOB NOT NULL)"

_SQLITE_SUFFIXES = ("-wal", "-shm", "-journal")
"""Suffixes of the files that SQLite keeps beside a database."""

T = TypeVar("T")

_encode, _decode = msgspec.json.Encoder().encode, msgspec.json.Decoder(Run).decode


class Row(Struct, frozen=True):
    """What is cached of a run: the signature of its folder, and the run as shown in lists."""

    signature: str
    run: Run


class Index:
    """The rows of the runs in ``folder``, by id. Never raises; creates nothing while the folder does not exist."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"index-{VERSION}.db"
        self._memory: dict[str, Row] | None = None
        """The rows, if the database cannot be used."""

    def rows(self) -> dict[str, Row]:
        """All rows."""
        if not self._folder.is_dir():
            return {}
        rows = self._run(_read, _read) if self._memory is None else None
        return rows if rows is not None else dict(self._memory or {})

    def update(self, rows: Mapping[str, Row], changed: Collection[str]) -> None:
        """Store ``rows``, which differ from the current ones only in ``changed``: added, updated or removed."""
        saved = self._memory is None and self._run(partial(_write, rows, changed), partial(_write, rows, rows))
        if not saved:
            self._memory = dict(rows)

    def clear(self) -> None:
        """Delete all rows."""
        if self._memory is None:
            try:
                self._remove()
            except OSError:
                self._memory = {}
        else:
            self._memory = {}

    def _run(self, work: Callable[[sqlite3.Connection], T], recreate: Callable[[sqlite3.Connection], T]) -> T | None:
        """The result of ``work`` on the database, or of ``recreate`` on a new one; None if neither can be used."""
        try:
            try:
                return self._connect(work)
            except (sqlite3.Error, msgspec.DecodeError, NotAFile, TooLarge) as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                    raise
                self._remove()
                return self._connect(recreate)
        except (sqlite3.Error, OSError):
            self._memory = {}
            return None

    def _connect(self, work: Callable[[sqlite3.Connection], T]) -> T:
        for file in (self._path, *(self._path.with_name(self._path.name + name) for name in _SQLITE_SUFFIXES)):
            with suppress(FileNotFoundError):
                check_file(file, INDEX)
        # One connection per call: calls come from many threads, and none is left open.
        connection = sqlite3.connect(self._path, timeout=LOCK_TIMEOUT, isolation_level="IMMEDIATE")
        with closing(connection), connection:
            connection.execute("PRAGMA synchronous=OFF")  # what a power cut destroys can be read from the folders
            with suppress(sqlite3.OperationalError):  # another process may be creating the same file
                connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(TABLE)
            return work(connection)

    def _remove(self) -> None:
        for name in (*_SQLITE_SUFFIXES, ""):
            self._path.with_name(self._path.name + name).unlink(missing_ok=True)


def _read(connection: sqlite3.Connection) -> dict[str, Row]:
    # Decoded one by one: all at once would block every other thread.
    return {
        name: Row(signature, _decode(run))
        for name, signature, run in connection.execute("SELECT id, signature, run FROM runs")
    }


def _write(rows: Mapping[str, Row], changed: Collection[str], connection: sqlite3.Connection) -> bool:
    put = [(name, rows[name].signature, _encode(rows[name].run)) for name in changed if name in rows]
    connection.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", put)
    connection.executemany("DELETE FROM runs WHERE id = ?", [(name,) for name in changed if name not in rows])
    return True
