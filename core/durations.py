"""How long what a person waits for took the last time on this machine; kept in a file that can be deleted."""

import json
from contextlib import suppress
from math import isfinite
from pathlib import Path
from time import monotonic

from msgspec import Struct

from core import storage
from core.files import DURATIONS, read_bytes

__all__ = ["WORTH", "Phase", "begin", "remember"]

WORTH = 2.0
"""Seconds from which the time is told."""


class Phase(Struct, frozen=True):
    """Something that is under way."""

    what: str
    begun: float
    """By the monotonic clock."""
    usual: float | None = None
    """Seconds that it took the last time; None if nobody knows."""

    def text(self, now: float) -> str:
        """``loading TensorFlow 4 of about 8 s``; without the time if it is short."""
        seconds = now - self.begun
        if self.usual is not None and self.usual >= WORTH:
            if seconds <= self.usual:
                return f"{self.what} {seconds:.0f} of about {self.usual:.0f} s"
            return f"{self.what} {seconds:.0f} s, {self.usual:.0f} s the last time"
        return f"{self.what} {seconds:.0f} s" if seconds >= WORTH else f"{self.what} ..."


def begin(what: str) -> Phase:
    """``what`` begins now."""
    return Phase(what, monotonic(), _read().get(what))


def remember(what: str, seconds: float) -> None:
    """Keep how long ``what`` took, if that can be written."""
    with suppress(OSError):
        storage.write_atomically(_path(), json.dumps({**_read(), what: round(seconds, 2)}), durably=False)


def _path() -> Path:
    return storage.cache_folder() / "durations.json"


def _read() -> dict[str, float]:
    """The durations by what took them; those that can be read."""
    try:
        content = json.loads(read_bytes(_path(), DURATIONS))
    except (OSError, ValueError, RecursionError):
        return {}
    pairs = content.items() if isinstance(content, dict) else ()
    return {name: float(value) for name, value in pairs if _is_duration(value)}


def _is_duration(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and 0 < value < 1e6
