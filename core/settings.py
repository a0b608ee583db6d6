"""What LayerLab remembers from one start to the next: ``settings.toml`` in its home folder, a table for each kind."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

import tomli_w
from msgspec import Meta, Struct, ValidationError, convert, structs

from core.files import SETTINGS, TooLarge, read_bytes
from core.storage import home, set_aside, write_atomically

__all__ = ["ChartSettings", "Settings", "UnfoldedForms", "load_settings", "save_settings"]


class Settings(Struct, frozen=True):
    """One kind of settings: every field has a default and is a value of TOML."""

    table: ClassVar[str]
    """Its table in the file."""


class ChartSettings(Settings, frozen=True):
    """How curves are shown."""

    table = "charts"

    smoothing: Annotated[float, Meta(ge=0, lt=1)] = 0.9
    """The weight of `core.charts.smooth`; 0 for none."""
    log: bool = False
    """Whether losses are on a logarithmic scale."""


class UnfoldedForms(Settings, frozen=True):
    """Which forms show the fields that have their defaults too."""

    table = "unfolded"

    layer: bool = False
    plan: bool = False


S = TypeVar("S", bound=Settings)


def load_settings(kind: type[S]) -> S:
    """The saved settings of ``kind``; defaults for what is missing or damaged."""
    try:
        content = _read()
    except OSError:
        content = None
    saved = _table(content or {}, kind)
    return kind(**{field.name: _valid(field, saved) for field in structs.fields(kind)})


def save_settings(settings: Settings) -> str:
    """Save ``settings``, keeping everything else in the file.

    A file that cannot be read, by which somebody may have meant something, is moved aside first: the line says so. It
    is empty if there is nothing to say. Raises OSError.
    """
    content, said = _read(), ""
    if content is None:
        content, said = {}, f"settings.toml is damaged: it was moved to {set_aside(_path()).name}, and a new one begins"
    content[settings.table] = {**_table(content, type(settings)), **structs.asdict(settings)}
    write_atomically(_path(), tomli_w.dumps(content), durably=False)
    return said


def _path() -> Path:
    return home() / "settings.toml"


def _read() -> dict[str, Any] | None:
    """The contents of the file, empty if there is none; None if it is damaged. Raises OSError."""
    try:
        return tomllib.loads(read_bytes(_path(), SETTINGS).decode("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (TooLarge, ValueError, RecursionError):
        return None


def _table(content: dict[str, Any], kind: type[Settings]) -> dict[str, Any]:
    found = content.get(kind.table)
    return found if isinstance(found, dict) else {}


def _valid(field: structs.FieldInfo, saved: dict[str, Any]) -> Any:
    """The saved value of ``field``; its default if there is none of its type."""
    try:
        return convert(saved[field.name], field.type)
    except (KeyError, ValidationError):
        return field.default
