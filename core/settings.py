"""What LayerLab remembers from one start to the next: ``settings.toml`` in its home folder."""

import tomllib
from math import isfinite
from pathlib import Path
from typing import Any, TypeGuard

import tomli_w
from msgspec import Struct

from core.files import SETTINGS, read_bytes
from core.storage import home, write_atomically

__all__ = ["ChartSettings", "chart_settings", "save_chart_settings"]

_TABLE = "charts"


class ChartSettings(Struct, frozen=True):
    """How curves are shown."""

    smoothing: float = 0.9
    """The weight of `core.charts.smooth`, at least 0 and less than 1; 0 for none."""
    log: bool = False
    """Whether losses are on a logarithmic scale."""


def chart_settings() -> ChartSettings:
    """The saved settings; defaults for what is missing or damaged."""
    saved, default = _table(_read()), ChartSettings()
    smoothing, log = saved.get("smoothing"), saved.get("log")
    return ChartSettings(
        float(smoothing) if _is_weight(smoothing) else default.smoothing,
        log if isinstance(log, bool) else default.log,
    )


def save_chart_settings(settings: ChartSettings) -> None:
    """Save ``settings``, keeping everything else in the file that can be read. Raises OSError."""
    content = _read()
    content[_TABLE] = {**_table(content), "smoothing": settings.smoothing, "log": settings.log}
    write_atomically(_path(), tomli_w.dumps(content), durably=False)


def _path() -> Path:
    return home() / "settings.toml"


def _read() -> dict[str, Any]:
    """The contents of the file; empty if there is none that can be read."""
    try:
        return tomllib.loads(read_bytes(_path(), SETTINGS).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}


def _table(content: dict[str, Any]) -> dict[str, Any]:
    found = content.get(_TABLE)
    return found if isinstance(found, dict) else {}


def _is_weight(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and 0 <= value < 1
