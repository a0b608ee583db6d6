"""Arrays in a safetensors file: numbers and nothing that could be executed.

The format: 8 bytes for the length of a table, the table as JSON (for each array its type, its shape and where its bytes
lie; under ``__metadata__`` texts of one's own), then the bytes. https://huggingface.co/docs/safetensors
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from core.storage import write_atomically

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Tensors", "check", "read", "write"]

LARGEST_TABLE = 2**26
"""Bytes of a table, at most: that of thousands of arrays is far below."""
NOTE = "standing"

Arrays = Sequence["NDArray[Any]"]


class Tensors(Struct, frozen=True, eq=False):
    """What a file holds: groups of arrays by name, each in its order, and a text."""

    groups: Mapping[str, Arrays]
    note: str = ""


class _Place(Struct):
    data_offsets: tuple[int, int]


def write(path: Path, tensors: Tensors, *, durably: bool = True) -> None:
    """Write ``tensors`` to ``path``, wholly or not at all. Raises OSError."""
    from safetensors.numpy import save  # noqa: PLC0415  # brings numpy, which listing runs does without

    arrays = {
        f"{group}.{index:05}": array for group, held in tensors.groups.items() for index, array in enumerate(held)
    }
    write_atomically(path, save(arrays, {NOTE: tensors.note}), durably=durably)


def read(path: Path) -> Tensors:
    """What the file at ``path`` holds. Raises OSError, and ValueError if it is no such file or not the whole of one."""
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415  # as above

    check(path)
    try:
        with safe_open(path, framework="numpy") as file:
            groups: dict[str, list[Any]] = {}
            for name in sorted(file.keys()):
                groups.setdefault(name.rpartition(".")[0], []).append(file.get_tensor(name))
            return Tensors(groups, (file.metadata() or {}).get(NOTE, ""))
    except SafetensorError as error:
        raise ValueError(str(error)) from error


def check(path: Path) -> None:
    """Look whether the file at ``path`` is whole. Raises OSError and ValueError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > min(LARGEST_TABLE, size):
            raise ValueError("it is no safetensors file")
        table = msgspec.json.decode(file.read(length), type=dict[str, msgspec.Raw])
    ends = [
        msgspec.json.decode(place, type=_Place).data_offsets[1]
        for name, place in table.items()
        if not name.startswith("_")
    ]
    if 8 + length + max(ends, default=0) != size:
        raise ValueError("it is not the whole file")
