"""Arrays in a safetensors file: numbers and nothing that could be executed.

The format: 8 bytes for the length of a table, the table as JSON (for each array its type, its shape and where its bytes
lie; under ``__metadata__`` texts of one's own), then the bytes. https://huggingface.co/docs/safetensors
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
"""Bytes of a table, at most: that of thousands of arrays is far below."""
NOTE = "standing"

Size = Annotated[int, msgspec.Meta(ge=0)]


class _Type(Struct, frozen=True):
    numpy: str
    size: int
    """Bytes of one number."""


_DTYPES = {
    "BOOL": _Type("?", 1),
    **{f"I{8 * size}": _Type(f"<i{size}", size) for size in (1, 2, 4, 8)},
    **{f"U{8 * size}": _Type(f"<u{size}", size) for size in (1, 2, 4, 8)},
    **{f"F{8 * size}": _Type(f"<f{size}", size) for size in (2, 4, 8)},
}
"""Types of numbers by their names in a table."""

Arrays = Sequence["NDArray[Any]"]


class Tensors(Struct, frozen=True, eq=False):
    """What a file holds: groups of arrays by name, each in its order, and a text."""

    groups: Mapping[str, Arrays]
    note: str = ""


class _ArrayEntry(Struct):
    dtype: str
    shape: tuple[Size, ...]
    data_offsets: tuple[Size, Size]


class _Table(Struct):
    """What a file says that it holds, once its size agrees."""

    entries: dict[str, _ArrayEntry]
    note: str
    start: int
    """Where the bytes of the arrays begin."""


def write(path: Path, tensors: Tensors, *, durably: bool = True) -> None:
    """Write ``tensors`` to ``path`` in a folder that is there, wholly or not at all. Raises OSError."""
    from safetensors.numpy import save  # noqa: PLC0415  # brings numpy, which listing runs does without

    arrays = {
        f"{group}.{index:05}": array for group, held in tensors.groups.items() for index, array in enumerate(held)
    }
    content = save(arrays, {NOTE: tensors.note})
    write_atomically(path, content, durably=durably, follow=False, parents=False)


def read(path: Path) -> Tensors:
    """What the file at ``path`` holds. Raises OSError, and ValueError if it is no such file or not the whole of one."""
    with open_regular(path, TENSORS, follow=False) as file:
        table = _table(file)
        groups: dict[str, list[Any]] = {}
        for name in sorted(table.entries):
            groups.setdefault(name.rpartition(".")[0], []).append(_array(file, table.start, table.entries[name]))
    return Tensors(groups, table.note)


def check(path: Path) -> None:
    """Look whether the file at ``path`` is whole. Raises OSError and ValueError."""
    with open_regular(path, TENSORS, follow=False) as file:
        _table(file)


def _table(file: BinaryIO) -> _Table:
    """The table of an opened file: its arrays lie one behind the other, and fill the file. Raises ValueError."""
    size = os.fstat(file.fileno()).st_size
    length = int.from_bytes(file.read(8), "little")
    if length > min(MAX_TABLE, size):
        raise ValueError("it is no safetensors file")
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
            raise ValueError(f"{quoted(name)} is not where it should be")
    if 8 + length + end != size:
        raise ValueError("it is not the whole file")
    return _Table(entries, note, 8 + length)


def _array(file: BinaryIO, start: int, entry: _ArrayEntry) -> "NDArray[Any]":
    import numpy as np  # noqa: PLC0415  # as above

    file.seek(start + entry.data_offsets[0])
    array = np.fromfile(file, _DTYPES[entry.dtype].numpy, prod(entry.shape))
    return array.reshape(entry.shape)  # raises ValueError where the file has been cut meanwhile
