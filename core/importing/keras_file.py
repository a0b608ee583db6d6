"""Keras models brought in: ``.keras`` files, and files of what ``model.to_json()`` gives.

Only the JSON is read, by names alone. No weights are loaded, no code that a file names or holds is, and no Keras.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812  # zlib spells its one exception as a function

from msgspec.structs import replace

from core.architecture import Architecture
from core.importing import objects
from core.importing.chain import chain, located
from core.importing.objects import ZeroPadding1D
from core.keras_call import Call
from core.kinds import FieldError
from core.layers import Layer, ZeroPadding2D
from core.plan import Plan
from core.presets import Preset, PresetError, visible

__all__ = ["load", "loads"]

_MOST_BYTES = 16 * 2**20
"""Of JSON that is read; the largest models of Keras itself have a tenth of it."""
_ZIP, _HDF5 = b"PK", b"\x89HDF\r\n\x1a\n"


def load(path: Path) -> Preset:
    """The model in the file at ``path``, a ``.keras`` file or JSON, as a preset. Raises `PresetError`; see `loads`."""
    name = visible(path.name or path)
    try:
        with path.open("rb") as file:
            text = _json_bytes(file).decode("utf-8-sig")
    except FieldError as error:
        raise PresetError(f"{name}: {error}") from error
    except UnicodeDecodeError as error:
        raise PresetError(f"{name}: neither a .keras file nor JSON") from error
    except OSError as error:
        raise PresetError(f"{name}: cannot be read: {error.strerror or error}") from error
    return loads(text, path.name)


def loads(text: str, source: str) -> Preset:
    """The model that ``text``, the JSON of ``model.to_json()``, describes, as a preset named after ``source``.

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
    return Preset(visible(Path(source).stem), architecture, plan, taken, source)


# Files.


def _json_bytes(file: IO[bytes]) -> bytes:
    head = file.read(len(_HDF5))
    file.seek(0)
    if head == _HDF5:
        raise FieldError("an HDF5 file of old; load it in Keras and save it as .keras")
    return _from_zip(file) if head.startswith(_ZIP) else _bounded(file)


def _from_zip(file: IO[bytes]) -> bytes:
    try:
        with ZipFile(file) as archive:
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
    read = file.read(_MOST_BYTES + 1)
    if len(read) > _MOST_BYTES:
        raise FieldError(f"more than {_MOST_BYTES // 2**20} MiB of JSON; no model that LayerLab can show has so much")
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
