"""A command of `layerlab`, as data."""

from collections.abc import Callable, Sequence

from click import Command as ClickCommand
from click import Parameter

__all__ = ["SECTIONS", "Command"]

SECTIONS = ("Presets", "Training", "Runs", "Learning", "LayerLab")
"""The headings that `layerlab --help` lists its commands under; any other stands below them."""


class Command(ClickCommand):
    """A command listed under ``section``.

    ``run`` is called with the values of ``parameters`` by their names and returns the exit code. A module of
    `tui.cli.commands` defines one as ``COMMAND`` and is imported only when it is called, or for a list of all commands.
    """

    def __init__(
        self, name: str, run: Callable[..., int], parameters: Sequence[Parameter], *, section: str, help: str
    ) -> None:
        super().__init__(name, callback=run, params=list(parameters), help=help)
        self.section = section
