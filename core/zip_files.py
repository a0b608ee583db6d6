"""Reads zip files that are not trusted: their table of contents is bounded before it is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, cast
from zipfile import BadZipFile, ZipFile

from core.formatting import show_bytes

__all__ = ["TableTooLarge", "open_zip"]


class TableTooLarge(BadZipFile):
    """The table of contents of a zip file is larger than it may be."""


@contextmanager
def open_zip(file: IO[bytes], most: int) -> Iterator[ZipFile]:
    """The archive in ``file``, with a table of contents of at most ``most`` bytes.

    Its end says how large that table is, and `zipfile` reads it whole, with an object for each entry, before anybody
    can look. Raises `TableTooLarge`, and what `zipfile` raises.
    """
    bounded = _Bounded(file, most)
    with ZipFile(cast("IO[bytes]", bounded)) as archive:
        bounded.most = None  # entries are bounded by who reads them
        yield archive


class _Bounded:
    """A file of which at most ``most`` bytes are read at a time."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file = file
        self.most: int | None = most
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, count: int = -1) -> bytes:
        if self.most is None:
            return self._file.read(count)
        if count > self.most:
            raise TableTooLarge(f"its table of contents is larger than {show_bytes(self.most)}")
        return self._file.read(count if count >= 0 else self.most)
