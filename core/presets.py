"""Presets, read from TOML files and saved to them: an architecture and a plan, from LayerLab or the user."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomli_w
from msgspec import Struct

from core import storage, toml_text
from core.fields.struct import did_you_mean, read, write
from core.fields.types import FieldError, ShapeField, quoted, quoted_name
from core.files import PRESET, FileKind, NotAFile, TooLarge, read_bytes
from core.network.architecture import Architecture
from core.network.layers import Input, Layer
from core.network.names import network_name
from core.plan.plan import Plan
from core.sanitize import printable_path

__all__ = [
    "UNTITLED",
    "Listed",
    "Preset",
    "PresetError",
    "dumps",
    "exists",
    "find",
    "is_shipped",
    "listed",
    "load",
    "loads",
    "own_folder",
    "path_for",
    "printable_path",
    "save",
    "unreadable",
]

UNTITLED = "untitled"
"""The name of a preset that has been given none."""
SHIPPED = Path(__file__).resolve().parent.parent / "presets"
_LONGEST_NAME = 200
"""Maximum length in UTF-8 bytes of a file name that LayerLab chooses; file systems allow 255."""
_KEYS = ("name", "description", "origin", "lesson", "input_shape", "layers", "plan")
_TEXTS = ("name", "description", "origin", "lesson")


class PresetError(ValueError):
    """A preset that cannot be read or written: a one-line message with the place, the problem and how to fix it."""


class Preset(Struct, frozen=True):
    """The contents of a preset file."""

    name: str
    architecture: Architecture
    plan: Plan = Plan()
    description: str = ""
    origin: str = ""
    lesson: str = ""
    """The id of the lesson that it is the broken network of; empty: of none."""

    @property
    def title(self) -> str:
        """Its name; without one, that of its network: ``784-256-10``."""
        return self.name if self.name.strip() not in ("", UNTITLED) else network_name(self.architecture) or UNTITLED


class Listed(Struct, frozen=True):
    """A preset that can be loaded by its id."""

    id: str
    path: Path
    own: bool


def listed() -> list[Listed]:
    """All presets: the user's own first, then the shipped ones; an own one hides a shipped one with the same id."""
    found: dict[str, Listed] = {}
    for folder, own in ((storage.presets_folder(), True), (SHIPPED, False)):
        for path in _toml_files(folder):
            found.setdefault(path.stem, Listed(path.stem, path, own))
    return list(found.values())


def own_folder() -> Path:
    """The folder of the user's own presets."""
    return storage.presets_folder()


def is_shipped(path: Path) -> bool:
    """Whether the file at ``path`` is shipped with LayerLab and must not be overwritten."""
    return SHIPPED in path.resolve().parents


def path_for(name: str) -> Path:
    """The file to save ``name`` to: a path ending in .toml as it is, any other name among the user's own presets.

    Raises `PresetError` for an invalid path.
    """
    if name.endswith(".toml"):
        path = _expanded(name)
        exists(path)
        return path
    stem = re.sub(r"[\W_]+", "-", name.casefold()).strip("-")
    most = _LONGEST_NAME - len(".toml")
    stem = stem.encode()[:most].decode(errors="ignore").rstrip("-")
    return own_folder() / f"{stem or 'untitled'}.toml"


def exists(path: Path) -> bool:
    """Whether anything exists at ``path``. Raises `PresetError` if that cannot be determined."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise PresetError(
            f"{printable_path(path)}: cannot be a preset file: {_reason(error)}; choose another"
        ) from error
    return True


def find(name: str) -> Path:
    """The file that ``name`` refers to: the path of an existing file, else the id of a preset.

    Raises `PresetError` with a similar id if it is neither, and for an invalid path.
    """
    path = _expanded(name)
    if exists(path) and not (path.is_dir() and _is_plain(path)):
        return path  # anything but a regular file is reported when it is read
    if not _is_plain(path):
        raise PresetError(f"{printable_path(name)}: there is no such file")
    known = {preset.id: preset.path for preset in listed()}
    if name not in known:
        raise PresetError(f"{printable_path(name)}: no such preset or file{_suggest(name, known)}")
    return known[name]


def load(path: Path, kind: FileKind = PRESET, *, follow: bool = True) -> Preset:
    """The preset in the file at ``path``, which must not be a link unless ``follow``. Raises `PresetError`."""
    try:
        text = read_bytes(path, kind, follow=follow).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    return loads(text, path.name)


def unreadable(path: Path, error: Exception) -> PresetError:
    """The `PresetError` for a file at ``path`` that cannot be read because of ``error``, an OSError or ValueError."""
    return PresetError(f"{printable_path(path.name if path.suffix else path)}: cannot be read: {_reason(error)}")


def loads(text: str, source: str) -> Preset:
    """The preset in ``text``; ``source`` names it in messages. Raises `PresetError`."""
    source = printable_path(source)
    try:
        raw = toml_text.parse(text)
    except toml_text.TomlError as error:
        raise PresetError(f"{source}: {error}") from error
    try:
        return _preset(raw)
    except FieldError as error:
        raise PresetError(f"{source}: {_located(error, raw)}") from error


def dumps(preset: Preset) -> str:
    """``preset`` as TOML that `loads` reads back."""
    head = {key: getattr(preset, key) for key in _TEXTS}
    head = {key: text for key, text in head.items() if text or key == "name"}
    blocks = [_block("", {**head, "input_shape": list(preset.architecture.input_shape)})]
    blocks += [_block("[[layers]]", {"type": layer.type, **write(layer)}) for layer in preset.architecture.layers]
    blocks.append(_block("[plan]", write(preset.plan, every=True)))
    return "\n".join(blocks)


def save(preset: Preset, path: Path, *, replaces: bool = True) -> None:
    """Write ``preset`` to ``path`` atomically.

    Raises `PresetError`, also for a shipped preset's file, for a preset too large to be read again, and if ``path``
    exists unless it ``replaces`` the file.
    """
    try:
        if is_shipped(path):
            raise PresetError(
                f"{printable_path(path)}: this preset is shipped with LayerLab and read-only; choose another name"
            )
        content = dumps(preset).encode()
        if len(content) > PRESET.most:
            raise PresetError(
                f"{printable_path(path)}: larger than {PRESET.most:,} bytes, so it could not be read again"
            )
        storage.write_atomically(path, content, replaces=replaces)
    except PresetError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        raise PresetError(f"{printable_path(path)}: cannot be written: {_reason(error)}; save it elsewhere") from error


def _block(heading: str, values: Mapping[str, object]) -> str:
    lines = [heading] if heading else []
    return "\n".join([*lines, *(f"{key} = {_inline(value)}" for key, value in values.items())]) + "\n"


def _inline(value: object) -> str:
    """``value`` on one line: tomli_w would spread a layer's arguments over many lines."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_inline(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    return tomli_w.dumps({"value": value}).removeprefix("value = ").rstrip("\n")


def _preset(raw: Mapping[str, object]) -> Preset:
    for key in raw:
        if key not in _KEYS:
            raise FieldError(f"unknown key{did_you_mean(key, _KEYS)}", (key,))
    for key in ("name", "input_shape"):
        if key not in raw:
            raise FieldError("is missing", (key,))
    texts = {key: _text(key, raw.get(key, "")) for key in _TEXTS}
    with FieldError.at("input_shape"):
        shape = ShapeField().read(raw["input_shape"])
    layers = raw.get("layers", [])
    if not isinstance(layers, list):
        raise FieldError("expected [[layers]] tables", ("layers",))
    table = raw.get("plan", {})
    with FieldError.at("plan"):
        if not isinstance(table, Mapping):
            raise FieldError("expected a [plan] table")
        plan = read(Plan, table)
    architecture = Architecture(shape, tuple(_layer(index, layer) for index, layer in enumerate(layers, start=1)))
    return Preset(architecture=architecture, plan=plan, **texts)


def _layer(index: int, table: object) -> Layer:
    with FieldError.at("layers"), FieldError.at(str(index)):
        if not isinstance(table, Mapping) or not isinstance(table.get("type"), str):
            raise FieldError("expected a table with a type, such as Dense", ("type",))
        layer_type = Layer.from_name(table["type"])
        if layer_type is Input:
            raise FieldError("Input is not a layer here: set input_shape", ("type",))
        return read(layer_type, {key: value for key, value in table.items() if key != "type"})


def _text(key: str, raw: object) -> str:
    if not isinstance(raw, str):
        raise FieldError(f"expected text, not {quoted(raw)}", (key,))
    return raw


def _located(error: FieldError, raw: Mapping[str, Any]) -> str:
    path = error.path
    if path[:1] != ("layers",) or len(path) < 2:
        return str(error)
    table = raw["layers"][int(path[1]) - 1]
    layer_type = table.get("type") if isinstance(table, Mapping) else None
    place = f"layer {path[1]}" + (f" ({quoted_name(layer_type)})" if isinstance(layer_type, str) else "")
    field = ".".join(path[2:])
    return f"{place}, {field}: {error.message}" if field else f"{place}: {error.message}"


def _suggest(name: str, known: Mapping[str, object]) -> str:
    near = did_you_mean(name, known)
    return near if near.startswith("; did") else "; `layerlab presets` lists them"


def _toml_files(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except OSError:
        return


def _is_plain(path: Path) -> bool:
    """Whether ``path`` may be a preset id."""
    return path.suffix != ".toml" and path.parent == Path()


def _expanded(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise PresetError(f"{printable_path(name)}: there is no such home folder") from error


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return "it is not UTF-8 text"
    if isinstance(error, NotAFile | TooLarge):
        return error.advice
    return error.strerror or "it cannot be opened" if isinstance(error, OSError) else "not a valid file name"
