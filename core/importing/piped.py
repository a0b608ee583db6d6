"""Reads a Keras model from a pipe: ``-``, ``/dev/stdin``, ``/dev/fd/63`` of ``<(...)``, or a named pipe.

A pipe may never end, so reading stops at a size limit, or as soon as the data cannot be a model.
"""

import os
import re
import stat
import sys
from contextlib import suppress
from errno import EBADF, EINVAL
from pathlib import Path
from select import select
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from core.files import NotAFile, TooLarge, open_pipe, what_is
from core.importing import keras_file
from core.presets import Preset, PresetError
from core.sanitize import printable_path

__all__ = ["is_piped", "load"]

STDIN = "-"
MOST = 500 * 10**6
"""Size limit in bytes: a model's architecture and its weights, which are ignored."""
IN_MEMORY = 2**24
BLOCK = 2**20
PATIENCE = 10.0
"""Seconds to wait for data from the writer of a named pipe; pipes set up by a shell have no timeout."""

_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/(\d{1,9})")
_TEXT = (b"{", b"\xef\xbb\xbf")
_BEGINNINGS = (b"PK", b"\x89HDF", *_TEXT)
"""First bytes of a .keras file, of HDF5, and of JSON with or without a byte order mark."""
_HEAD = 4
"""Bytes, after leading whitespace, that decide whether it is one of these."""


def is_piped(name: str) -> bool:
    """Whether ``name`` is a pipe or an open descriptor. Opens nothing."""
    if _descriptor(name) is not None:
        return True
    try:
        return stat.S_ISFIFO(Path(name).stat().st_mode)
    except (OSError, ValueError):
        return False


def load(name: str) -> Preset:
    """The model read from ``name``, as a preset with the model's own name. Raises `PresetError`."""
    source = "standard input" if _descriptor(name) == 0 else printable_path(name)
    try:
        with _opened(name) as file:
            return keras_file.read(file, source, named_by_itself=True)
    except NotAFile as error:
        raise PresetError(f"{source}: {error.strerror}; pipe a model into it, or name a file") from error
    except OSError as error:
        raise PresetError(f"{source}: cannot be read: {error.strerror or error}") from error


def _descriptor(name: str) -> int | None:
    """The open file descriptor that ``name`` refers to, if any."""
    if name in (STDIN, "/dev/stdin"):
        return 0
    found = _DESCRIPTOR.fullmatch(name)
    return int(found[1]) if found else None


def _opened(name: str) -> IO[bytes]:
    """The data from ``name`` as a seekable file. Raises OSError."""
    number = _descriptor(name)
    if number is None:
        descriptor, patience = open_pipe(Path(name)), PATIENCE
    else:
        if number == 0 and sys.stdin is None:
            raise OSError(EBADF, "it is closed")
        descriptor, patience = os.dup(number), None
    with os.fdopen(descriptor, "rb", buffering=0):
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISREG(mode):
            return os.fdopen(os.dup(descriptor), "rb")
        if os.isatty(descriptor):
            raise NotAFile(EINVAL, "the terminal")
        if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
            raise NotAFile(EINVAL, what_is(mode))
        return _spooled(descriptor, patience)


def _spooled(descriptor: int, patience: float | None) -> IO[bytes]:
    """All the data, or only its beginning if that cannot be a model."""
    spool = cast("IO[bytes]", SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115  # the caller closes it
    try:
        size, head = 0, b""
        while block := _block(descriptor, patience):
            spool.write(block)
            size += len(block)
            if len(head) < _HEAD:
                head = (head + block).lstrip()[:_HEAD]
                if len(head) == _HEAD and not head.startswith(_BEGINNINGS):
                    break
            most = MOST if head and not head.startswith(_TEXT) else keras_file.MOST_BYTES
            if size > most:
                raise TooLarge(EINVAL, f"more than {most // 10**6} MB, so it is not a Keras model")
        if not size:
            raise NotAFile(EINVAL, "an empty pipe")
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    return spool


def _block(descriptor: int, patience: float | None) -> bytes:
    if patience is not None:
        with suppress(BlockingIOError):  # a writer has opened it but not written yet
            return os.read(descriptor, BLOCK)
        if not select([descriptor], [], [], patience)[0]:
            raise TimeoutError(EINVAL, f"no data for {patience:.0f} seconds")
    return os.read(descriptor, BLOCK)
