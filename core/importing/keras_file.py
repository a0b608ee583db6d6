"""Keras models brought in: ``.keras`` and ``.h5`` files, and files of what ``model.to_json()`` gives, of Keras 2 and 3.

Only the JSON is read, by names alone. No weights are loaded, no code that a file names or holds is, and no Keras.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile
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

__all__ = ["MOST_BYTES", "load", "loads", "read"]

MOST_BYTES = 16 * 2**20
"""Of JSON that is read; the largest models of Keras itself have a tenth of it."""
_MOST_OF_A_DIRECTORY = 4 * 2**20
"""Bytes of the table of contents of a .keras file, which has three entries."""
_LONGEST_NAME = 100
_ENCRYPTED = 1
"""The flag of a file in a zip archive that a password is needed for."""


class _Document(Struct, frozen=True):
    """What a file holds of a model."""

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
    """The model in an open ``file`` that can be read at any place, of whichever of the formats.

    Raises `PresetError` and OSError; see `loads`.
    """
    with _about(source):
        return _preset(_document(file), source, named_by_itself=named_by_itself)


def loads(text: str, source: str, *, named_by_itself: bool = False) -> Preset:
    """The model that ``text``, the JSON of ``model.to_json()``, describes, as a preset named after ``source``.

    With ``named_by_itself`` it is called as the model is, for a source that has no name worth keeping.

    The architecture has every argument of the model's layers. The plan has the optimizer and the loss that the model
    was compiled with where LayerLab can express them, and is LayerLab's default in all else; the preset's description
    says what was taken. Raises `PresetError`, which names the layer and the argument, for a model that is no plain
    chain of layers that LayerLab has.
    """
    with _about(source):
        return _preset(_unwrapped(parsed(text)), source, named_by_itself=named_by_itself)


@contextmanager
def _about(source: str) -> Iterator[None]:
    """Turn what is wrong with a file into a `PresetError` that names it."""
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
    if not sniffing.is_json(head) and (what := sniffing.what_is(head)):
        raise FieldError(what)
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
            "an HDF5 file without a model's layers, of weights alone it seems; save the model as .keras, or take "
            "model.to_json()"
        )
    compiled = parsed(_text(found["training_config"])) if found.get("training_config") else None
    version = _text(found.get("keras_version", b""))
    return _Document(parsed(_text(found["model_config"])), compiled, version)


class _Bounded:
    """A file of which no more than ``most`` bytes are read at a time: zip files say themselves how much that is to be.

    ``read`` raises `FieldError`.
    """

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file = file
        self.most = most
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, count: int = -1) -> bytes:
        if count > self.most:
            raise FieldError("damaged, or no .keras file: its table of contents is too large")
        return self._file.read(count if count >= 0 else self.most)


def _from_zip(file: IO[bytes]) -> bytes:
    try:
        bounded = _Bounded(file, _MOST_OF_A_DIRECTORY)
        with ZipFile(cast("IO[bytes]", bounded)) as archive:
            bounded.most = MOST_BYTES + 1
            names = archive.namelist()
            if "config.json" not in names:
                raise FieldError(sniffing.in_zip(names))
            entry = archive.getinfo("config.json")
            if entry.flag_bits & _ENCRYPTED:
                raise FieldError("encrypted with a password; unpack it and name the config.json in it")
            if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise FieldError("config.json is compressed as Keras does not; save the model again")
            with archive.open(entry) as packed:
                return _bounded(packed)
    except FieldError:
        raise
    except (BadZipFile, ZlibError, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise FieldError("damaged, or no .keras file: get it again, or save the model again") from error


def _bounded(file: IO[bytes]) -> bytes:
    found = file.read(MOST_BYTES + 1)
    if len(found) > MOST_BYTES:
        raise FieldError(f"more than {MOST_BYTES // 2**20} MiB of JSON; no model that LayerLab can show has so much")
    return found


# What a file says.


def _unwrapped(raw: object) -> _Document:
    """The model in a file's JSON: the whole of it, or what TensorFlow.js keeps in its model.json."""
    if not isinstance(raw, Mapping) or is_model(raw):
        held = raw if isinstance(raw, Mapping) else {}
        return _Document(raw, held.get("compile_config"), held.get("keras_version"))
    if raw.get("format") == "graph-model" or "node" in _table(raw.get("modelTopology")):
        raise FieldError(
            "a graph model of TensorFlow.js, whose layers are no longer Keras's; take the Keras model it was made from"
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
    """What the JSON of no model is."""
    if isinstance(raw.get("class_name"), str):
        return f"expected a Sequential or Functional model of Keras, not the class {quoted_name(raw['class_name'])}"
    if "nbformat" in raw:
        return "a notebook; LayerLab runs no code: save the model in it as .keras"
    if "keras_version" in raw and "date_saved" in raw:
        return "the metadata.json of a .keras file; the model is in config.json"
    if not raw or "class_name" in raw:
        return f"expected a Sequential or Functional model of Keras, not {quoted(raw)}"
    return (
        f"JSON, but no model of Keras: it has {', '.join(quoted_name(key) for key in list(raw)[:4])} and no class_name"
    )


def _layers(raws: tuple[Mapping[str, Any], ...]) -> tuple[Layer, ...]:
    """The layers, numbered from 1. Zeros that Keras wants in front of a layer become the layer's own padding."""
    _all_offered(raws)
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


def _all_offered(raws: tuple[Mapping[str, Any], ...]) -> None:
    """Raises `FieldError` that names all layers of Keras's that LayerLab does not offer, if there are several."""
    missing: dict[str, list[int]] = {}
    for number, raw in enumerate(raws, start=1):
        name = raw.get("class_name")
        if isinstance(name, str) and objects.is_absent(name):
            missing.setdefault(name, []).append(number)
    if len(missing) > 1:
        *first, last = [f"{name} (layer {', '.join(map(str, numbers))})" for name, numbers in missing.items()]
        raise FieldError(f"LayerLab does not offer these layers of Keras's: {', '.join(first)} and {last}")


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


def _changed_meaning(version: object, layers: tuple[Mapping[str, Any], ...]) -> Iterator[str]:
    """What is not quite the same in Keras 3 as it was in the Keras of that ``version``."""
    if not isinstance(version, str) or not version.startswith("2."):
        return
    names = [layer.get("class_name") for layer in layers]
    if any("hard_sigmoid" in _words(layer) for layer in layers):
        yield "hard_sigmoid is relu6(x + 3) / 6 in Keras 3; in Keras 2 it was 0.2 x + 0.5, cut to 0 and 1."
    if "CuDNNLSTM" in names:
        yield "Its CuDNNLSTM had two biases that were added; LSTM has their sum."


def _words(raw: object) -> set[str]:
    """The texts among the arguments of a layer and of the layers in it."""
    found: set[str] = set()
    if isinstance(raw, Mapping):
        for value in raw.values():
            found |= {value} if isinstance(value, str) else _words(value)
    return found
