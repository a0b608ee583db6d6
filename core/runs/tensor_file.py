"""Arrays in a safetensors file: only numbers, nothing executable.

The format: 8 bytes for the length of a table, the table as JSON (the type, shape and byte range of each array; custom
texts under ``__metadata__``), then the bytes. https://huggingface.co/docs/safetensors
"""

import os
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import msgspec
from msgspec import Struct

from core.files import TENSORS, open_regular
from core.sanitize import quoted
from core.storage import write_atomically

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Tensors", "check", "read", "write"]

MAX_TABLE = 2**24
"""Maximum size of a table in bytes; thousands of arrays need far less."""
NOTE = "standing"

Size = Annotated[int, msgspec.Meta(ge=0)]


class _Type(Struct, frozen=True):
    numpy: str
    size: int
    """Bytes per number."""


_DTYPES = {
    "BOOL": _Type("?", 1),
    **{f"I{8 * size}": _Type(f"<i{size}", size) for size in (1, 2, 4, 8)},
    **{f"U{8 * size}": _Type(f"<u{size}", size) for size in (1, 2, 4, 8)},
    **{f"F{8 * size}": _Type(f"<f{size}", size) for size in (2, 4, 8)},
}
"""Number types by their names in a table."""

Arrays = Sequence["NDArray[Any]"]


class Tensors(Struct, frozen=True, eq=False):
    """The contents of a file: named groups of arrays in order, and a text."""

    groups: Mapping[str, Arrays]
    note: str = ""


class _ArrayEntry(Struct):
    dtype: str
    shape: tuple[Size, ...]
    data_offsets: tuple[Size, Size]


class _Table(Struct):
    """The table of a file, checked against its size."""

    entries: dict[str, _ArrayEntry]
    note: str
    start: int
    """The offset of the arrays' bytes."""


def write(path: Path, tensors: Tensors, *, durably: bool = True) -> None:
    """Write ``tensors`` to ``path`` atomically, in an existing folder. Raises OSError."""
    from safetensors.numpy import save  # noqa: PLC0415  # imports numpy, which listing runs does not need

    arrays = {
        f"{group}.{index:05}": array for group, members in tensors.groups.items() for index, array in enumerate(members)
    }
    content = save(arrays, {NOTE: tensors.note})
    write_atomically(path, content, durably=durably, follow=False, parents=False)


def read(path: Path) -> Tensors:
    """Read the file at ``path``. Raises OSError, and ValueError if it is invalid or incomplete."""
    with open_regular(path, TENSORS, follow=False) as file:
        table = _table(file)
        groups: dict[str, list[Any]] = {}
        for name in sorted(table.entries):
            groups.setdefault(name.rpartition(".")[0], []).append(_array(file, table.start, table.entries[name]))
    return Tensors(groups, table.note)


def check(path: Path) -> None:
    """Check that the file at ``path`` is complete. Raises OSError and ValueError."""
    with open_regular(path, TENSORS, follow=False) as file:
        _table(file)


def _table(file: BinaryIO) -> _Table:
    """The table of an open file, whose arrays must be contiguous and fill the file. Raises ValueError."""
    size = os.fstat(file.fileno()).st_size
    length = int.from_bytes(file.read(8), "little")
    if length > min(MAX_TABLE, size):
        raise ValueError("it is not a safetensors file")
    raw = msgspec.json.decode(file.read(length), type=dict[str, msgspec.Raw])
    note = msgspec.json.decode(raw.pop("__metadata__", b"{}"), type=dict[str, str]).get(NOTE, "")
    entries = {name: msgspec.json.decode(entry, type=_ArrayEntry) for name, entry in raw.items()}
    end = 0
    for name, entry in sorted(entries.items(), key=lambda item: item[1].data_offsets):
        begin = end
        if entry.dtype not in _DTYPES:
            raise ValueError(f"{quoted(name)} has numbers of an unknown type, {quoted(entry.dtype)}")
        end += _DTYPES[entry.dtype].size * prod(entry.shape)
        if entry.data_offsets != (begin, end):
            raise ValueError(f"{quoted(name)} is at the wrong offset")
    if 8 + length + end != size:
        raise ValueError("the file is incomplete")
    return _Table(entries, note, 8 + length)


def _array(file: BinaryIO, start: int, entry: _ArrayEntry) -> "NDArray[Any]":
    import numpy as np  # noqa: PLC0415  # as above

    file.seek(start + entry.data_offsets[0])
    array = np.fromfile(file, _DTYPES[entry.dtype].numpy, prod(entry.shape))
    return array.reshape(entry.shape)  # raises ValueError if the file has been truncated meanwhile
