"""The commands of `layerlab`: each is ``COMMAND`` in a module of its own, imported only when it is needed."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.cli.command import Command

__all__ = ["find", "names"]


def names() -> list[str]:
    """The names of all commands, from A to Z."""
    return sorted(map(_name, (module.name for module in iter_modules(__path__))))


def find(name: str) -> "Command | None":
    """The command ``name``; None if there is none."""
    return _load(name) if name in names() else None


@cache
def _load(name: str) -> "Command":
    module = next(module.name for module in iter_modules(__path__) if _name(module.name) == name)
    command: Command = import_module(f"{__name__}.{module}").COMMAND
    return command


def _name(module: str) -> str:
    """``import_`` is `layerlab import`: a module cannot be called by a word of Python."""
    return module.rstrip("_").replace("_", "-")
