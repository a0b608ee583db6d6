"""Hand-ins: the answers and runs of a student in a zip file. What is read from one is not trusted."""

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import msgspec
from msgspec import Struct

from core.files import HAND_IN, open_regular
from core.formatting import show_bytes
from core.marking.assignment import Assignment
from core.presets import printable_path
from core.runs import transfer
from core.runs.folder import KERAS_FILES
from core.runs.record import RunError
from core.sanitize import quoted
from core.storage import atomic_file
from core.zip_files import open_zip

__all__ = ["HandIn", "HandInError", "Manifest", "manifest", "read", "write"]

FORMAT = 1
MANIFEST = "hand-in.json"
MOST_MANIFEST = 1_000_000
MOST_RUNS = 50
MOST_ENTRIES = 10_000
MOST_TABLE = 2 * 2**20
"""Bytes of the table of contents of an archive, which is read whole before its entries can be counted."""
LONGEST_NAME = 200
_RUN_FILE = re.compile(r"runs/([A-Za-z0-9._-]{1,200})/([A-Za-z0-9._-]{1,80})")
_ENCRYPTED = 0x1
_UNREADABLE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError, OSError, ValueError)
"""What zipfile raises for files that are none, damaged, encrypted or compressed otherwise."""


class HandInError(ValueError):
    """A hand-in cannot be written or read; one line that says where and why."""


class Manifest(Struct, frozen=True):
    """What a hand-in says of itself."""

    format: int
    name: str
    """Of who hands it in, as typed."""
    assignment: str
    """Its title."""
    digest: str
    """SHA-256 of the assignment's file, in hexadecimal."""
    answers: dict[str, str]
    """By the ids of their tasks."""
    layerlab: str = ""
    """The version that wrote it."""


class HandIn(Struct, frozen=True):
    """A hand-in as read."""

    manifest: Manifest
    runs: Mapping[str, Mapping[str, bytes]]
    """The files of each run by their names, by the run's id."""


def manifest(name: str, assignment: Assignment, answers: Mapping[str, str]) -> Manifest:
    """What a hand-in of ``assignment`` that is written now says of itself."""
    name = name.strip()[:LONGEST_NAME]
    return Manifest(FORMAT, name, assignment.title, assignment.digest, dict(answers), version("layerlab"))


def write(path: Path, about: Manifest, runs: Mapping[str, Path], *, replaces: bool = False) -> int:
    """Write the hand-in of ``runs``, folders by id, to ``path``; returns its size in bytes.

    Raises `RunError`, `HandInError` for too many of them, and OSError; FileExistsError unless it ``replaces``.
    """
    if len(runs) > MOST_RUNS:
        raise HandInError(f"{len(runs)} runs; at most {MOST_RUNS} are handed in")
    with atomic_file(path, replaces=replaces) as file:
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            archive.writestr(ZipInfo(MANIFEST), msgspec.json.encode(about))
            for run, folder in runs.items():
                for name, data in _files(folder).items():
                    archive.writestr(ZipInfo(f"runs/{run}/{name}"), data, ZIP_DEFLATED)
        return file.tell()


def read(path: Path) -> HandIn:
    """The hand-in in the file at ``path``. Raises `HandInError` for anything else, and for what is too large."""
    with _reading(path), open_regular(path, HAND_IN, follow=False) as file, open_zip(file, MOST_TABLE) as archive:
        return _read(archive)


def _files(folder: Path) -> dict[str, bytes]:
    """What is handed in of the run in ``folder``: all but its Keras files, which follow from it. Raises `RunError`."""
    return {name: data for name, data in transfer.read_files(folder).items() if name not in KERAS_FILES.values()}


def _read(archive: ZipFile) -> HandIn:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or len({entry.filename for entry in entries}) != len(entries):
        raise HandInError("has too many files, or several of one name")
    named = {entry.filename: entry for entry in entries if not entry.is_dir()}
    if MANIFEST not in named:
        raise HandInError(f"is no hand-in: there is no {MANIFEST} in it; `layerlab hand-in` writes one")
    about = _manifest(_content(archive, named.pop(MANIFEST), MOST_MANIFEST))
    runs: dict[str, dict[str, bytes]] = {}
    left = transfer.MOST_BYTES
    for name, entry in named.items():
        found = _RUN_FILE.fullmatch(name)
        if found is None:
            continue  # what programs that pack add, such as __MACOSX: it is not read
        data = _content(archive, entry, left)
        left -= len(data)
        runs.setdefault(found[1], {})[found[2]] = data
    if len(runs) > MOST_RUNS:
        raise HandInError(f"has {len(runs)} runs; at most {MOST_RUNS}")
    return HandIn(about, runs)


def _manifest(raw: bytes) -> Manifest:
    try:
        about = msgspec.json.decode(raw, type=Manifest)
    except (ValueError, RecursionError) as error:
        raise HandInError(f"{MANIFEST} is damaged: {error}") from error
    if about.format > FORMAT:
        raise HandInError(f"was written by a newer LayerLab, {quoted(about.layerlab)}")
    return about


def _content(archive: ZipFile, entry: ZipInfo, most: int) -> bytes:
    """The bytes of ``entry``, ``most`` at most: the size that it claims may be a lie."""
    if entry.flag_bits & _ENCRYPTED or entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise HandInError(f"{quoted(entry.filename)} is encrypted, or compressed in a way that is not read")
    with archive.open(entry) as file:
        return _bounded(file, entry.filename, most)


def _bounded(file: IO[bytes], name: str, most: int) -> bytes:
    data = file.read(most + 1)
    if len(data) > most:
        raise HandInError(f"{quoted(name)} is larger than {show_bytes(most)}")
    return data


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Names the file at ``path`` in what is wrong with it."""
    try:
        yield
    except (HandInError, RunError) as error:
        raise HandInError(f"{printable_path(path.name)}: {error}") from error
    except _UNREADABLE as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
        raise HandInError(f"{printable_path(path.name)}: cannot be read: {printable_path(why)}") from error
