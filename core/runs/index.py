"""The index: what was read from the runs' folders when they were last looked at, so that thousands are listed at once.

It holds nothing that is not in the folders: a database that is damaged is thrown away, and where there can be none,
this process remembers by itself. Several processes may use one at a time.
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
"""Of the database's form. Another version is another file: none is ever read by a LayerLab that does not know it."""

LOCK_TIMEOUT = 5.0
"""Seconds to wait for another process, which needs some thousandths."""

TABLE = "CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, signature TEXT NOT NULL, run BLOB NOT NULL)"

_SQLITE_SUFFIXES = ("-wal", "-shm", "-journal")
"""How the names of the files go on that SQLite has beside a database."""

T = TypeVar("T")

_encode, _decode = msgspec.json.Encoder().encode, msgspec.json.Decoder(Run).decode


class Row(Struct, frozen=True):
    """What is remembered of a run: the signature its folder had, and what a list shows of it."""

    signature: str
    run: Run


class Index:
    """The rows of the runs in ``folder``, by id. Nothing is raised, and nothing made while there is no folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"index-{VERSION}.db"
        self._memory: dict[str, Row] | None = None
        """The rows, once there can be no database."""

    def rows(self) -> dict[str, Row]:
        """All rows."""
        if not self._folder.is_dir():
            return {}
        rows = self._run(_read, _read) if self._memory is None else None
        return rows if rows is not None else dict(self._memory or {})

    def save(self, rows: Mapping[str, Row], changed: Collection[str]) -> None:
        """Remember ``rows`` from now on, which differ from the present ones only in ``changed``: put, or gone."""
        saved = self._memory is None and self._run(partial(_write, rows, changed), partial(_write, rows, rows))
        if not saved:
            self._memory = dict(rows)

    def clear(self) -> None:
        """Forget all rows."""
        if self._memory is None:
            try:
                self._remove()
            except OSError:
                self._memory = {}
        else:
            self._memory = {}

    def _run(self, work: Callable[[sqlite3.Connection], T], recreate: Callable[[sqlite3.Connection], T]) -> T | None:
        """What ``work`` makes of the database, or ``anew`` of an empty one in its place; None if there can be none."""
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
        # A connection for each call: calls come from many threads, and none is left to be closed.
        connection = sqlite3.connect(self._path, timeout=LOCK_TIMEOUT, isolation_level="IMMEDIATE")
        with closing(connection), connection:
            connection.execute("PRAGMA synchronous=OFF")  # what a power cut takes is in the folders
            with suppress(sqlite3.OperationalError):  # it may be locked by another who makes the same file
                connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(TABLE)
            return work(connection)

    def _remove(self) -> None:
        for name in (*_SQLITE_SUFFIXES, ""):
            self._path.with_name(self._path.name + name).unlink(missing_ok=True)


def _read(connection: sqlite3.Connection) -> dict[str, Row]:
    # Decoded one by one: all at once would keep every other thread waiting.
    return {
        name: Row(signature, _decode(run))
        for name, signature, run in connection.execute("SELECT id, signature, run FROM runs")
    }


def _write(rows: Mapping[str, Row], changed: Collection[str], connection: sqlite3.Connection) -> bool:
    put = [(name, rows[name].signature, _encode(rows[name].run)) for name in changed if name in rows]
    connection.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", put)
    connection.executemany("DELETE FROM runs WHERE id = ?", [(name,) for name in changed if name not in rows])
    return True
