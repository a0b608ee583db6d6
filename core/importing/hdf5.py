"""Reads text attributes of an HDF5 file's root group: all that LayerLab needs from a Keras model saved as .h5.

Parses the bytes as laid out in the HDF5 File Format Specification 3.0 instead of using the HDF5 library, which may hang
on a damaged file and cannot be interrupted. Every length in the file is checked against a limit, and no block is
followed twice.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import IO

from msgspec import Struct

from core.fields.types import FieldError

__all__ = ["SIGNATURE", "attributes"]

SIGNATURE = b"\x89HDF\r\n\x1a\n"

_MOST_MESSAGES = 1_000
"""Header messages of the root group; Keras writes about ten."""
_MOST_TEXTS = 100
"""Texts in one attribute; Keras writes none of the attributes read here as a list."""
_MOST_BLOCK = 2**20
"""Bytes of a block of header messages."""
_MOST_HEAP = 64 * 2**20
"""Bytes of a heap with texts; HDF5 makes it as large as the largest text."""
_ATTRIBUTE, _ATTRIBUTES_ELSEWHERE, _CONTINUED = 0x0C, 0x15, 0x10
_NOWHERE = b"\xff" * 8
_DAMAGED = "a damaged HDF5 file: get a new copy, or save the model again"
_ELSEWHERE = "an HDF5 file with a layout that Keras does not write; load the model in Keras and save it as .keras"

_Heaps = dict[int, Mapping[int, tuple[int, int]]]


class _Attribute(Struct, frozen=True):
    kind: int
    """3: text of fixed length; 9: text in a heap; 0: not text."""
    size: int
    """Bytes of one text, or of the reference to it in the heap."""
    count: int
    data: bytes


def attributes(file: IO[bytes], names: Collection[str], most: int) -> Mapping[str, bytes]:
    """The text attributes of the root group with these ``names``; a list of texts is joined.

    Raises `FieldError` for a damaged file, and for a text of more than ``most`` bytes.
    """
    found: dict[str, bytes] = {}
    heaps: _Heaps = {}
    for name, attribute in _all(file):
        if name not in names:
            continue
        texts = list(_texts(file, attribute, heaps, most))
        if sum(map(len, texts)) > most:
            raise FieldError(f"{name} is over {most // 2**20} MiB; no model that LayerLab can show is that large")
        if texts:
            found[name] = b"".join(texts)
    return found


def _all(file: IO[bytes]) -> Iterator[tuple[str, _Attribute]]:
    for kind, data in _messages(file, _root(file)):
        if kind == _ATTRIBUTES_ELSEWHERE and _NOWHERE not in (data[2:10], data[4:12]):
            raise FieldError(_ELSEWHERE)
        if kind == _ATTRIBUTE:
            yield _attribute(data)


def _root(file: IO[bytes]) -> int:
    """The file offset of the root group's header."""
    start = _bytes(file, 0, 120, short=True)
    version = start[8] if len(start) >= 60 else 99
    if version in (0, 1):
        sizes, place = start[13:15], 64 if version == 0 else 68
    elif version in (2, 3):
        sizes, place = start[9:11], 36
    else:
        raise FieldError(_DAMAGED)
    if sizes != b"\x08\x08":
        raise FieldError(_ELSEWHERE)
    return _number(start, place, 8)


def _messages(file: IO[bytes], place: int) -> Iterator[tuple[int, bytes]]:
    """The type and the bytes of each message in the header at ``place``."""
    first = _bytes(file, place, 16)
    version_2 = first[:4] == b"OHDR"
    flags = first[5] if version_2 else 0
    if version_2:
        at = place + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
        width = 1 << (flags & 3)
        blocks = [(at + width, _number(_bytes(file, at, width), 0, width))]
    else:
        if first[0] != 1:
            raise FieldError(_DAMAGED)
        blocks = [(place + 16, _number(first, 8, 4))]
    seen: set[int] = set()
    left = _MOST_MESSAGES
    for start, length in blocks:
        if start in seen or length > _MOST_BLOCK:
            raise FieldError(_DAMAGED)
        seen.add(start)
        for kind, data in _in_block(_bytes(file, start, length), flags if version_2 else None):
            left -= 1
            if not left:
                raise FieldError(_DAMAGED)
            if kind == _CONTINUED:
                where, size = _number(data, 0, 8), _number(data, 8, 8)
                # a version 2 block starts with a signature and ends with a checksum
                blocks.append((where + 4, size - 8) if version_2 else (where, size))
            else:
                yield kind, data


def _in_block(block: bytes, flags: int | None) -> Iterator[tuple[int, bytes]]:
    """The messages of one block of a version 2 header with these ``flags``; of version 1 if they are None."""
    head = 8 if flags is None else 6 if flags & 4 else 4
    at = 0
    while at + head <= len(block):
        wide = 2 if flags is None else 1
        kind, size = _number(block, at, wide), _number(block, at + wide, 2)
        data = block[at + head : at + head + size]
        if len(data) < size:
            raise FieldError(_DAMAGED)
        at += head + size
        yield kind, data


def _attribute(data: bytes) -> tuple[str, _Attribute]:
    version = _number(data, 0, 1)
    if version not in (1, 2, 3):
        raise FieldError(_DAMAGED)
    lengths = [_number(data, at, 2) for at in (2, 4, 6)]
    at, parts = 9 if version == 3 else 8, []
    for length in lengths:
        parts.append(data[at : at + length])
        at += -(-length // 8) * 8 if version == 1 else length
    name, kind, space = parts
    decoded_name = name.rstrip(b"\0").decode("utf-8", "replace")
    shared = version > 1 and data[1] & 1
    if shared or len(kind) < 8:
        return decoded_name, _Attribute(0, 0, 0, b"")
    is_variable_length_text = kind[0] & 15 == 9 and kind[1] & 15 == 1
    number = kind[0] & 15 if kind[0] & 15 == 3 or is_variable_length_text else 0
    return decoded_name, _Attribute(number, _number(kind, 4, 4), _count(space), data[at:])


def _count(space: bytes) -> int:
    """How many values an attribute has."""
    version, rank = _number(space, 0, 1), _number(space, 1, 1)
    start, count = 8 if version == 1 else 4, 1
    if version == 2 and _number(space, 3, 1) == 2:
        return 0
    for axis in range(rank):
        count *= _number(space, start + 8 * axis, 8)
    return count


def _texts(file: IO[bytes], attribute: _Attribute, heaps: "_Heaps", most: int) -> Iterator[bytes]:
    size, count, data = attribute.size, attribute.count, attribute.data
    if not attribute.kind or not size:
        return
    if size * count > len(data) or count > _MOST_TEXTS:
        raise FieldError(_DAMAGED)
    for at in range(0, size * count, size):
        if attribute.kind == 3:
            yield data[at : at + size].rstrip(b"\0")
        elif length := _number(data, at, 4):
            if length > most:
                raise FieldError(_DAMAGED)
            heap, number = _number(data, at + 4, 8), _number(data, at + 12, 4)
            if heap not in heaps:
                heaps[heap] = _heap(file, heap)
            if number not in heaps[heap]:
                raise FieldError(_DAMAGED)
            place, size_there = heaps[heap][number]
            yield _bytes(file, place, min(length, size_there))


def _heap(file: IO[bytes], place: int) -> Mapping[int, tuple[int, int]]:
    """The offset and the length of each object in the heap at ``place``, by number."""
    head = _bytes(file, place, 16)
    size = _number(head, 8, 8)
    if head[:4] != b"GCOL" or not 16 <= size <= _MOST_HEAP:
        raise FieldError(_DAMAGED)
    found: dict[int, tuple[int, int]] = {}
    at, end = place + 16, place + size
    while at + 16 <= end:
        entry = _bytes(file, at, 16)
        number, length = _number(entry, 0, 2), _number(entry, 8, 8)
        if not number:  # free space
            break
        if number in found or at + 16 + length > end:
            raise FieldError(_DAMAGED)
        found[number] = (at + 16, length)
        at += 16 + -(-length // 8) * 8
    return found


def _bytes(file: IO[bytes], place: int, length: int, *, short: bool = False) -> bytes:
    if place >= 2**62 or length > _MOST_HEAP:
        raise FieldError(_DAMAGED)
    file.seek(place)
    read = file.read(length)
    if len(read) < length and not short:
        raise FieldError(_DAMAGED)
    return read


def _number(data: bytes, at: int, width: int) -> int:
    if len(data) < at + width:
        raise FieldError(_DAMAGED)
    return int.from_bytes(data[at : at + width], "little")
