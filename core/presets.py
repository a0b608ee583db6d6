"""Presets: an architecture and a plan in one TOML file, shipped with LayerLab or a person's own."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomli_w
from msgspec import Struct

from core import storage
from core.fields.struct import did_you_mean, read, write
from core.fields.types import FieldError, ShapeField, quoted, quoted_name
from core.files import PRESET, FileKind, NotAFile, TooLarge, read_bytes
from core.network.architecture import Architecture
from core.network.layers import Input, Layer
from core.plan.plan import Plan
from core.sanitize import printable_path

__all__ = [
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

SHIPPED = Path(__file__).resolve().parent.parent / "presets"
_LONGEST_NAME = 200
"""Bytes of UTF-8 in the name of a file that LayerLab chooses; file systems end at 255."""
_LONGEST_KEY = 64
_DOTTED = re.compile(r"""[\w"'-]+(?:[ \t]*\.[ \t]*[\w"'-]+)*""")
"""What may be a key of several parts, for which tomllib takes a time that grows with the square of their number."""
_KEYS = ("name", "description", "origin", "input_shape", "layers", "plan")

_TOML_FAULTS = {
    "Expected '='": "a key without = behind it",
    "Expected ']'": "a heading without its ]",
    "Cannot overwrite a value": "a key that stands there already",
    "Cannot declare": "a table that stands there already",
    "Cannot mutate": "a table that is closed already",
    "Duplicate inline table key": "a key that stands there already",
    "Invalid value": "no value that TOML knows; text wants quotes",
    "Invalid initial character for a key": "no key; text wants quotes, a remark wants #",
    "Invalid statement": "neither a key nor a [table]",
    "Unclosed array": "a list without its ]",
    "Unclosed inline table": "a table without its }",
    "Unterminated string": "text without its closing quote",
    "Expected newline or end of document": "something behind the value",
    "Illegal character": "a character that TOML forbids",
    "Unescaped": "a backslash that stands for nothing",
    "Invalid hex value": "a backslash that stands for nothing",
    "Invalid date": "no date",
}
"""How messages of Python's TOML parser begin, and what is said instead."""


class PresetError(ValueError):
    """A preset that cannot be read or written: one line that says where, what and how to fix it."""


class Preset(Struct, frozen=True):
    """What a preset file holds."""

    name: str
    architecture: Architecture
    plan: Plan = Plan()
    description: str = ""
    origin: str = ""


class Listed(Struct, frozen=True):
    """A preset that can be loaded by its id."""

    id: str
    path: Path
    own: bool


def listed() -> list[Listed]:
    """All presets by id: a person's own first, then the shipped ones; an own one hides a shipped one of its id."""
    found: dict[str, Listed] = {}
    for folder, own in ((storage.presets_folder(), True), (SHIPPED, False)):
        for path in _toml_files(folder):
            found.setdefault(path.stem, Listed(path.stem, path, own))
    return list(found.values())


def own_folder() -> Path:
    """Where a person's own presets are saved."""
    return storage.presets_folder()


def is_shipped(path: Path) -> bool:
    """Whether the file at ``path`` belongs to LayerLab and is not to be written."""
    return path.resolve().parent == SHIPPED


def path_for(name: str) -> Path:
    """The file to save under ``name``: a path ending in .toml as it is, a plain name among a person's own presets.

    Raises `PresetError` for a path that cannot be one.
    """
    if name.endswith(".toml"):
        path = _expanded(name)
        exists(path)
        return path
    words = re.sub(r"[\W_]+", "-", name.casefold()).strip("-")
    most = _LONGEST_NAME - len(".toml")
    words = words.encode()[:most].decode(errors="ignore").rstrip("-")
    return own_folder() / f"{words or 'untitled'}.toml"


def exists(path: Path) -> bool:
    """Whether there is something at ``path``. Raises `PresetError` where that cannot be told."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise PresetError(
            f"{printable_path(path)}: cannot be a preset's file: {_reason(error)}; choose another"
        ) from error
    return True


def find(name: str) -> Path:
    """The file meant by ``name``: a path if there is such a file, else the id of a preset.

    Raises `PresetError` with the nearest id if there is neither, and for a path that cannot be one.
    """
    path = _expanded(name)
    if exists(path) and not (path.is_dir() and _is_plain(path)):
        return path  # what is there and is no file is named when it is read
    if not _is_plain(path):
        raise PresetError(f"{printable_path(name)}: there is no such file")
    known = {preset.id: preset.path for preset in listed()}
    if name not in known:
        raise PresetError(f"{printable_path(name)}: no preset and no file is called so{_suggest(name, known)}")
    return known[name]


def load(path: Path, kind: FileKind = PRESET, *, follow: bool = True) -> Preset:
    """The preset in the file at ``path``, which without ``follow`` may be no link. Raises `PresetError`."""
    try:
        text = read_bytes(path, kind, follow=follow).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    return loads(text, path.name)


def unreadable(path: Path, error: Exception) -> PresetError:
    """What is said of the file at ``path`` that could not be read because of ``error``, an OSError or a ValueError."""
    return PresetError(f"{printable_path(path.name if path.suffix else path)}: cannot be read: {_reason(error)}")


def loads(text: str, source: str) -> Preset:
    """The preset that ``text`` holds; ``source`` names it in messages. Raises `PresetError`."""
    source = printable_path(source)
    if any(found[0].count(".") > _LONGEST_KEY for found in _DOTTED.finditer(text)):
        raise PresetError(f"{source}: not a preset: a key has more than {_LONGEST_KEY} parts")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PresetError(f"{source}: not a TOML file: {_broken(str(error), text)}") from error
    except RecursionError as error:
        raise PresetError(f"{source}: not a TOML file that LayerLab can read: nested too deeply") from error
    except ValueError as error:  # what Python says of a number or a date that it cannot convert
        raise PresetError(
            f"{source}: not a TOML file that LayerLab can read: a number or date is out of range"
        ) from error
    try:
        return _preset(raw)
    except FieldError as error:
        raise PresetError(f"{source}: {_located(error, raw)}") from error


def dumps(preset: Preset) -> str:
    """``preset`` as TOML, such that ``loads`` gives it back."""
    head = {"name": preset.name, "description": preset.description, "origin": preset.origin}
    head = {key: text for key, text in head.items() if text or key == "name"}
    blocks = [_block("", {**head, "input_shape": list(preset.architecture.input_shape)})]
    blocks += [_block("[[layers]]", {"type": layer.type, **write(layer)}) for layer in preset.architecture.layers]
    blocks.append(_block("[plan]", write(preset.plan, every=True)))
    return "\n".join(blocks)


def save(preset: Preset, path: Path, *, replaces: bool = True) -> None:
    """Write ``preset`` to ``path``, wholly or not at all.

    Raises `PresetError`, also for the file of a shipped preset, for what could not be read again, and where there is a
    file that it does not ``replace``.
    """
    try:
        if is_shipped(path):
            raise PresetError(
                f"{printable_path(path)}: this preset comes with LayerLab and stays as it is; choose another name"
            )
        content = dumps(preset).encode()
        if len(content) > PRESET.most:
            raise PresetError(
                f"{printable_path(path)}: a preset of more than {PRESET.most:,} bytes could not be read again"
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
    """``value`` on one line: a layer reads as a list of its arguments, which tomli_w would spread over many lines."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_inline(held)}" for key, held in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(held) for held in value) + "]"
    return tomli_w.dumps({"value": value}).removeprefix("value = ").rstrip("\n")


def _preset(raw: Mapping[str, object]) -> Preset:
    for key in raw:
        if key not in _KEYS:
            raise FieldError(f"there is no such key{did_you_mean(key, _KEYS)}", (key,))
    for key in ("name", "input_shape"):
        if key not in raw:
            raise FieldError("is missing", (key,))
    texts = {key: _text(key, raw.get(key, "")) for key in ("name", "description", "origin")}
    with FieldError.at("input_shape"):
        shape = ShapeField().read(raw["input_shape"])
    layers = raw.get("layers", [])
    if not isinstance(layers, list):
        raise FieldError("expected [[layers]] tables", ("layers",))
    plan = raw.get("plan", {})
    with FieldError.at("plan"):
        if not isinstance(plan, Mapping):
            raise FieldError("expected a [plan] table")
        made_plan = read(Plan, plan)
    architecture = Architecture(shape, tuple(_layer(index, table) for index, table in enumerate(layers, start=1)))
    return Preset(texts["name"], architecture, made_plan, texts["description"], texts["origin"])


def _layer(index: int, table: object) -> Layer:
    with FieldError.at("layers"), FieldError.at(str(index)):
        if not isinstance(table, Mapping) or not isinstance(table.get("type"), str):
            raise FieldError("expected a table with a type, such as Dense", ("type",))
        kind = Layer.named(table["type"])
        if kind is Input:
            raise FieldError("Input is not a layer of its own: give input_shape", ("type",))
        return read(kind, {key: value for key, value in table.items() if key != "type"})


def _text(key: str, raw: object) -> str:
    if not isinstance(raw, str):
        raise FieldError(f"expected text, not {quoted(raw)}", (key,))
    return raw


def _located(error: FieldError, raw: Mapping[str, Any]) -> str:
    path = error.path
    if path[:1] != ("layers",) or len(path) < 2:
        return str(error)
    table = raw["layers"][int(path[1]) - 1]
    kind = table.get("type") if isinstance(table, Mapping) else None
    place = f"layer {path[1]}" + (f" ({quoted_name(kind)})" if isinstance(kind, str) else "")
    field = ".".join(path[2:])
    return f"{place}, {field}: {error.message}" if field else f"{place}: {error.message}"


def _suggest(name: str, known: Mapping[str, object]) -> str:
    near = did_you_mean(name, known)
    return near if near.startswith("; did") else "; `layerlab presets` lists them"


def _broken(said: str, text: str) -> str:
    """Where and why ``text`` is no TOML, from what Python's parser ``said``."""
    why = next((words for begin, words in _TOML_FAULTS.items() if said.startswith(begin)), "it makes no sense there")
    place = re.search(r"\(at line (\d+), column (\d+)\)$", said)
    if not place:
        return f"at its end: {why}"
    lines = text.splitlines() or [""]
    line = lines[min(int(place[1]), len(lines)) - 1].strip()
    return f"line {place[1]}, column {place[2]}: {why}{f': {quoted(line)}' if line else ''}"


def _toml_files(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except OSError:
        return


def _is_plain(path: Path) -> bool:
    """Whether ``path`` could be a preset's id."""
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
    return error.strerror or "it cannot be opened" if isinstance(error, OSError) else "no file can have this name"
