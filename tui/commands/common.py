"""What the commands share: how they fail, how they find what they are about."""

from pathlib import Path

from core import presets
from core.presets import Preset, PresetError
from tui.plain import one_line

__all__ = ["DONE", "FAILED", "Misuse", "find", "load"]

DONE = 0
FAILED = 1
MISUSED = 2


class Misuse(Exception):
    """Wrong usage or an unreadable file: one line for stderr, exit code 2."""

    exit_code = MISUSED

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


def find(name: str) -> Path:
    """The preset's file. Raises `Misuse`."""
    try:
        return presets.find(name)
    except PresetError as error:
        raise Misuse(str(error)) from error


def load(name: str) -> Preset:
    """The preset called ``name``, or in the file of that name. Raises `Misuse`."""
    path = find(name)
    try:
        return presets.load(path)
    except PresetError as error:
        raise Misuse(str(error)) from error
