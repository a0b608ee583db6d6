"""Imports Keras models: ``.keras`` and ``.h5`` files, and the output of ``model.to_json()``, of Keras 2 and 3.

Unlike with ``keras.models.load_model``, only the JSON is read, and classes are matched by name. Neither weights, nor
code in a file, nor Keras are loaded.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile
from zlib import error as ZlibError  # noqa: N812  # zlib spells its one exception as a function

from msgspec import Struct
from msgspec.structs import replace

from core.fields.types import FieldError, quoted, quoted_name
from core.files import MODEL, open_regular
from core.importing import hdf5, objects, sniffing
from core.importing.chain import KERAS_1, chain, is_model, located
from core.importing.compiled import plan_of
from core.importing.json_text import parsed
from core.importing.objects import ZeroPadding1D
from core.keras_call import Call
from core.network.architecture import Architecture
from core.network.layers import Layer, ZeroPadding2D
from core.presets import Preset, PresetError, unreadable
from core.sanitize import one_line, printable_path
from core.zip_files import TableTooLarge, open_zip

__all__ = ["MOST_BYTES", "load", "loads", "read"]

MOST_BYTES = 16 * 2**20
"""Size limit of the JSON; the largest models in keras.applications have a tenth of it."""
_MOST_OF_A_DIRECTORY = 4 * 2**20
"""Size limit in bytes of the zip directory of a .keras file, which has three entries."""
_LONGEST_NAME = 100
_ENCRYPTED = 1
"""The flag of an encrypted file in a zip archive."""


class _Document(Struct, frozen=True):
    """A model's JSON, its compile arguments and the Keras version that wrote it."""

    model: object
    compiled: object = None
    keras_version: object = None


def load(path: Path) -> Preset:
    """The model in the file at ``path``, as a preset. Raises `PresetError`; see `loads`."""
    try:
        with open_regular(path, MODEL) as file:
            return read(file, path.name or str(path))
    except PresetError:
        raise
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error


def read(file: IO[bytes], source: str, *, named_by_itself: bool = False) -> Preset:
    """The model in an open, seekable ``file`` of any supported format.

    Raises `PresetError` and OSError; see `loads`.
    """
    with _preset_errors(source):
        return _preset(_document(file), source, named_by_itself=named_by_itself)


def loads(text: str, source: str, *, named_by_itself: bool = False) -> Preset:
    """The model that ``text``, the JSON of ``model.to_json()``, describes, as a preset named after ``source``.

    With ``named_by_itself`` the preset gets the model's name instead, for a source without a useful name.

    The architecture has every argument of the model's layers. The plan has the optimizer and the loss that the model
    was compiled with if LayerLab supports them, and LayerLab's defaults otherwise; the preset's description says what
    was imported. Raises `PresetError`, which names the layer and the argument, if the model is not a plain chain of
    layers that LayerLab supports.
    """
    with _preset_errors(source):
        return _preset(_unwrapped(parsed(text)), source, named_by_itself=named_by_itself)


@contextmanager
def _preset_errors(source: str) -> Iterator[None]:
    """Turn errors in a file into a `PresetError` that names it."""
    try:
        yield
    except RecursionError as error:
        raise PresetError(f"{printable_path(source)}: nested too deeply for a model") from error
    except FieldError as error:
        raise PresetError(f"{printable_path(source)}: {error}") from error


def _preset(document: _Document, source: str, *, named_by_itself: bool) -> Preset:
    version = document.keras_version
    if isinstance(version, str) and version.startswith(("0.", "1.")):
        raise FieldError(KERAS_1)
    found = chain(document.model)
    architecture = Architecture(found.input_shape, _layers(found.layers))
    plan, notes = plan_of(document.compiled)
    notes += _changed_meaning(version, found.layers)
    source = printable_path(source)
    name = _own_name(document.model) if named_by_itself else printable_path(Path(source).stem)
    return Preset(name, architecture, plan, " ".join(notes), source)


def _own_name(model: object) -> str:
    name = _table(_table(model).get("config")).get("name")
    return one_line(name, _LONGEST_NAME) if isinstance(name, str) and name.strip() else "imported model"


# Files.


def _document(file: IO[bytes]) -> _Document:
    head = file.read(sniffing.HEAD)
    file.seek(0)
    if sniffing.is_hdf5(head):
        return _from_hdf5(file)
    if sniffing.is_zip(head):
        return _unwrapped(parsed(_text(_from_zip(file))))
    if not sniffing.is_json(head) and (description := sniffing.what_is(head)):
        raise FieldError(description)
    return _unwrapped(parsed(_text(_bounded(file))))


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FieldError("neither a .keras file nor JSON") from error


def _from_hdf5(file: IO[bytes]) -> _Document:
    found = hdf5.attributes(file, ("model_config", "training_config", "keras_version"), MOST_BYTES)
    if "model_config" not in found:
        raise FieldError(
            "an HDF5 file without a model's layers, probably only weights; save the model as .keras, or save "
            "model.to_json()"
        )
    compiled = parsed(_text(found["training_config"])) if found.get("training_config") else None
    version = _text(found.get("keras_version", b""))
    return _Document(parsed(_text(found["model_config"])), compiled, version)


def _from_zip(file: IO[bytes]) -> bytes:
    try:
        with open_zip(file, _MOST_OF_A_DIRECTORY) as archive:
            names = archive.namelist()
            if "config.json" not in names:
                raise FieldError(sniffing.in_zip(names))
            entry = archive.getinfo("config.json")
            if entry.flag_bits & _ENCRYPTED:
                raise FieldError("encrypted with a password; unpack it and choose the config.json in it")
            if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise FieldError("config.json uses a compression that Keras does not; save the model again")
            with archive.open(entry) as packed:
                return _bounded(packed)
    except FieldError:
        raise
    except TableTooLarge as error:
        raise FieldError("damaged, or not a .keras file: its table of contents is too large") from error
    except (BadZipFile, ZlibError, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise FieldError("damaged, or not a .keras file: get a new copy, or save the model again") from error


def _bounded(file: IO[bytes]) -> bytes:
    found = file.read(MOST_BYTES + 1)
    if len(found) > MOST_BYTES:
        raise FieldError(f"more than {MOST_BYTES // 2**20} MiB of JSON; no model that LayerLab can show is that large")
    return found


# The JSON in a file.


def _unwrapped(raw: object) -> _Document:
    """The model in a file's JSON: either all of it, or a part of TensorFlow.js's model.json."""
    if not isinstance(raw, Mapping) or is_model(raw):
        table = raw if isinstance(raw, Mapping) else {}
        return _Document(raw, table.get("compile_config"), table.get("keras_version"))
    if raw.get("format") == "graph-model" or "node" in _table(raw.get("modelTopology")):
        raise FieldError(
            "a TensorFlow.js graph model, which no longer has Keras layers; use the Keras model it was converted from"
        )
    if "modelTopology" in raw:
        inner = _unwrapped(raw["modelTopology"])
        compiled = inner.compiled or _table(raw["modelTopology"]).get("training_config") or raw.get("trainingConfig")
        return replace(inner, compiled=compiled)
    if "model_config" in raw:
        model = raw["model_config"]
        if isinstance(model, str):
            model = parsed(model)
        return _Document(model, raw.get("training_config"), raw.get("keras_version"))
    raise FieldError(_other_json(raw))


def _table(raw: object) -> Mapping[str, Any]:
    return raw if isinstance(raw, Mapping) else {}


def _other_json(raw: Mapping[str, Any]) -> str:
    """A description of JSON that is not a model."""
    if isinstance(raw.get("class_name"), str):
        return f"expected a Keras Sequential or Functional model, not the class {quoted_name(raw['class_name'])}"
    if "nbformat" in raw:
        return "a notebook; LayerLab does not run code: save its model as .keras"
    if "keras_version" in raw and "date_saved" in raw:
        return "the metadata.json of a .keras file; the model is in config.json"
    if not raw or "class_name" in raw:
        return f"expected a Keras Sequential or Functional model, not {quoted(raw)}"
    return f"JSON, but not a Keras model: it has {', '.join(quoted_name(key) for key in list(raw)[:4])}, no class_name"


def _layers(raws: tuple[Mapping[str, Any], ...]) -> tuple[Layer, ...]:
    """The layers, numbered from 1. A zero-padding layer in front of a layer becomes that layer's padding."""
    _check_all_offered(raws)
    numbered: list[tuple[int, Layer | ZeroPadding1D]] = []
    for number, raw in enumerate(raws, start=1):
        with located(number, raw):
            layer = objects.layer(raw)
        padded = _padded(numbered[-1][1], layer) if numbered else None
        if padded:
            numbered.pop()
        numbered.append((number, padded or layer))
    layers = []
    for number, layer in numbered:
        if isinstance(layer, ZeroPadding1D):
            with located(number, raws[number - 1]):
                raise FieldError("LayerLab supports it only in front of a Conv1D with padding='valid'")
        layers.append(layer)
    return tuple(layers)


def _check_all_offered(raws: tuple[Mapping[str, Any], ...]) -> None:
    """Raises a `FieldError` with all Keras layers that LayerLab does not offer, if there are several."""
    missing: dict[str, list[int]] = {}
    for number, raw in enumerate(raws, start=1):
        name = raw.get("class_name")
        if isinstance(name, str) and objects.is_absent(name):
            missing.setdefault(name, []).append(number)
    if len(missing) > 1:
        *first, last = [f"{name} (layer {', '.join(map(str, numbers))})" for name, numbers in missing.items()]
        raise FieldError(f"LayerLab does not offer these Keras layers: {', '.join(first)} and {last}")


def _padded(zeros: Layer | ZeroPadding1D, layer: Layer | ZeroPadding1D) -> Layer | None:
    """``layer`` with the ``zeros`` in front of it as its padding in pixels, if it supports that; else None."""
    if isinstance(zeros, ZeroPadding2D):
        sides = {side for axis in zeros.padding for side in axis}
        pixels = sides.pop() if len(sides) == 1 else 0
    else:
        pixels = zeros.padding if isinstance(zeros, ZeroPadding1D) else 0
    if not pixels or isinstance(layer, ZeroPadding1D) or getattr(layer, "padding", None) != "valid":
        return None
    padded = replace(layer, padding=pixels)
    padding_call = Call(f"layers.{type(zeros).__name__}", (("padding", pixels),))
    return padded if padded.calls()[:-1] == (padding_call,) else None


def _changed_meaning(version: object, layers: tuple[Mapping[str, Any], ...]) -> Iterator[str]:
    """Sentences on what differs in Keras 3 from the Keras ``version`` that wrote the model."""
    if not isinstance(version, str) or not version.startswith("2."):
        return
    names = [layer.get("class_name") for layer in layers]
    if any("hard_sigmoid" in _strings(layer) for layer in layers):
        yield "hard_sigmoid is relu6(x + 3) / 6 in Keras 3; in Keras 2 it was 0.2 x + 0.5, clipped to 0 and 1."
    if "CuDNNLSTM" in names:
        yield "Its CuDNNLSTM had two biases that were added; LSTM has their sum."


def _strings(raw: object) -> set[str]:
    """All strings in the arguments of a layer and of the layers nested in it."""
    found: set[str] = set()
    if isinstance(raw, Mapping):
        for value in raw.values():
            found |= {value} if isinstance(value, str) else _strings(value)
    return found
