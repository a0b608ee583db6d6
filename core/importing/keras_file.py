"""Keras models brought in: ``.keras`` files, and files of what ``model.to_json()`` gives.

Only the JSON is read, by names alone. No weights are loaded, no code that a file names or holds is, and no Keras.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812  # zlib spells its one exception as a function

from msgspec.structs import replace

from core.architecture import Architecture
from core.files import MODEL, NotAFile, TooLarge, open_regular
from core.importing import objects
from core.importing.chain import chain, located
from core.importing.objects import ZeroPadding1D
from core.keras_call import Call
from core.kinds import FieldError
from core.layers import Layer, ZeroPadding2D
from core.plan import Plan
from core.presets import Preset, PresetError
from core.sanitize import one_line, visible

__all__ = ["MOST_BYTES", "load", "loads", "read"]

MOST_BYTES = 16 * 2**20
"""Of JSON that is read; the largest models of Keras itself have a tenth of it."""
_MOST_OF_A_DIRECTORY = 4 * 2**20
"""Bytes of the table of contents of a .keras file, which has three entries."""
_LONGEST_NAME = 100
_ZIP, _HDF5 = b"PK", b"\x89HDF\r\n\x1a\n"


def load(path: Path) -> Preset:
    """The model in the file at ``path``, a ``.keras`` file or JSON, as a preset. Raises `PresetError`; see `loads`."""
    name = path.name or str(path)
    place = path.name if path.suffix else str(path)
    try:
        with open_regular(path, MODEL) as file:
            return read(file, name)
    except PresetError:
        raise
    except (NotAFile, TooLarge) as error:
        raise PresetError(f"{visible(place)}: cannot be read: {error.advice}") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise PresetError(f"{visible(name)}: cannot be read: {reason}") from error


def read(file: IO[bytes], source: str, *, named_by_itself: bool = False) -> Preset:
    """The model in an open ``file``, which can be read to and fro. Raises `PresetError` and OSError; see `loads`."""
    try:
        text = _json_bytes(file).decode("utf-8-sig")
    except FieldError as error:
        raise PresetError(f"{visible(source)}: {error}") from error
    except UnicodeDecodeError as error:
        raise PresetError(f"{visible(source)}: neither a .keras file nor JSON") from error
    return loads(text, source, named_by_itself=named_by_itself)


def loads(text: str, source: str, *, named_by_itself: bool = False) -> Preset:
    """The model that ``text``, the JSON of ``model.to_json()``, describes, as a preset named after ``source``.

    With ``named_by_itself`` it is called as the model is, for a source that has no name worth keeping.

    The architecture has every argument of the model's layers. The plan has the optimizer and the loss that the model
    was compiled with where LayerLab can express them, and is LayerLab's default in all else; the preset's description
    says what was taken. Raises `PresetError`, which names the layer and the argument, for a model that is no plain
    chain of layers that LayerLab has.
    """
    source = visible(source)
    try:
        raw = json.loads(text, object_pairs_hook=_without_doubles)
        found = chain(raw)
        architecture = Architecture(found.input_shape, _layers(found.layers))
        plan, taken = _plan(raw.get("compile_config"))
    except json.JSONDecodeError as error:
        raise PresetError(f"{source}: neither a .keras file nor JSON: {error}") from error
    except RecursionError as error:
        raise PresetError(f"{source}: nested too deeply for a model") from error
    except ValueError as error:
        raise PresetError(f"{source}: {error}") from error
    name = _own_name(raw) if named_by_itself else visible(Path(source).stem)
    return Preset(name, architecture, plan, taken, source)


def _own_name(raw: Mapping[str, Any]) -> str:
    config = raw.get("config")
    name = config.get("name") if isinstance(config, Mapping) else None
    return one_line(name, _LONGEST_NAME) if isinstance(name, str) and name.strip() else "imported model"


# Files.


def _json_bytes(file: IO[bytes]) -> bytes:
    head = file.read(len(_HDF5))
    file.seek(0)
    if head == _HDF5:
        raise FieldError("an HDF5 file of old; load it in Keras and save it as .keras")
    return _from_zip(file) if head.startswith(_ZIP) else _bounded(file)


class _Bounded:
    """A file of which no more than ``most`` bytes are read at a time: zip files say themselves how much that is to be.

    ``read`` raises ValueError.
    """

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file = file
        self.most = most
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, count: int = -1) -> bytes:
        if count > self.most:
            raise ValueError("its table of contents is too large")
        return self._file.read(count if count >= 0 else self.most)


def _from_zip(file: IO[bytes]) -> bytes:
    try:
        bounded = _Bounded(file, _MOST_OF_A_DIRECTORY)
        with ZipFile(cast("IO[bytes]", bounded)) as archive:
            bounded.most = MOST_BYTES + 1
            entry = archive.getinfo("config.json")
            if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise FieldError("config.json is compressed as Keras does not; save the model again")
            with archive.open(entry) as packed:
                return _bounded(packed)
    except KeyError as error:
        raise FieldError("a zip file without config.json, so no .keras file") from error
    except FieldError:
        raise
    except (BadZipFile, ZlibError, EOFError, RuntimeError, ValueError) as error:
        raise FieldError(f"damaged, or no .keras file: {visible(str(error))}") from error


def _bounded(file: IO[bytes]) -> bytes:
    read = file.read(MOST_BYTES + 1)
    if len(read) > MOST_BYTES:
        raise FieldError(f"more than {MOST_BYTES // 2**20} MiB of JSON; no model that LayerLab can show has so much")
    return read


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise FieldError("stands there twice", (twice,))
    return made


# What a file says.


def _layers(raws: tuple[Mapping[str, Any], ...]) -> tuple[Layer, ...]:
    """The layers, numbered from 1. Zeros that Keras wants in front of a layer become the layer's own padding."""
    made: list[tuple[int, Layer | ZeroPadding1D]] = []
    for number, raw in enumerate(raws, start=1):
        with located(number, raw):
            layer = objects.layer(raw)
        padded = _padded(made[-1][1], layer) if made else None
        if padded:
            made.pop()
        made.append((number, padded or layer))
    layers = []
    for number, layer in made:
        if isinstance(layer, ZeroPadding1D):
            with located(number, raws[number - 1]):
                raise FieldError("LayerLab takes it in front of a Conv1D with padding='valid' only")
        layers.append(layer)
    return tuple(layers)


def _padded(zeros: Layer | ZeroPadding1D, layer: Layer | ZeroPadding1D) -> Layer | None:
    """``layer`` with the ``zeros`` in front of it as its own padding in pixels, if it has such a padding."""
    if isinstance(zeros, ZeroPadding2D):
        sides = {side for axis in zeros.padding for side in axis}
        pixels = sides.pop() if len(sides) == 1 else 0
    else:
        pixels = zeros.padding if isinstance(zeros, ZeroPadding1D) else 0
    if not pixels or isinstance(layer, ZeroPadding1D) or getattr(layer, "padding", None) != "valid":
        return None
    padded = replace(layer, padding=pixels)
    in_front = Call(f"layers.{type(zeros).__name__}", (("padding", pixels),))
    return padded if padded.calls()[:-1] == (in_front,) else None


def _plan(raw: object) -> tuple[Plan, str]:
    """The plan with what the model was compiled with, and a sentence or two on what that is."""
    compiled = raw if isinstance(raw, Mapping) else {}
    plan, taken, left = Plan(), [], ""
    for name, read in (("optimizer", objects.optimizer), ("loss", objects.loss)):
        if compiled.get(name) is None:
            continue
        try:
            plan = replace(plan, **{name: read(compiled[name])})
            taken.append(name)
        except FieldError as error:
            left += f" Its {name} is not taken along: {error}."
    with_what = f", with its {' and '.join(taken)}" if taken else ""
    return plan, f"Brought in from a Keras file{with_what}.{left}"
