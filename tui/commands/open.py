"""`layerlab [PRESET|FILE]`: the app."""

import sys
from pathlib import Path

from core import presets
from core.presets import Preset
from tui.commands.common import DONE, Misuse, find, load
from tui.terminal import guarded

__all__ = ["run"]


def run(name: str | None) -> int:
    """Open the app, on the preset or file ``name`` if one is given; whatever is wrong with that is said before."""
    preset: Preset | None = None
    path: Path | None = None
    if name is not None:
        preset, found = load(name), find(name)
        path = None if found.parent == presets.SHIPPED else found
    if not (sys.stdin and sys.stdin.isatty() and any(s and s.isatty() for s in (sys.stdout, sys.stderr))):
        raise Misuse("the app needs a terminal; `layerlab summary` and `layerlab train` do without")
    with guarded():
        from tui.app import LayerLabApp  # noqa: PLC0415  # Textual is imported only for the app

        app = LayerLabApp(preset, path)
        app.run()
        return app.return_code or DONE
