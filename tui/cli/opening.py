"""Opens the app from the command line: needs no parser of arguments, so that the app starts sooner."""

import os
import sys
from pathlib import Path

from core import presets
from core.presets import Preset
from tui.cli.lookup import DONE, UsageError, find, loaded
from tui.terminal import guarded

__all__ = ["open_app"]


def open_app(name: str | None, *, no_save: bool = False) -> int:
    """Open the app, on the preset or file ``name`` if given; errors in it are raised first.

    With ``no_save``, runs are not saved.
    """
    preset: Preset | None = None
    path: Path | None = None
    if name is not None:
        found = find(name)
        opened = loaded(found)
        preset, path = opened.preset, None if opened.is_keras or found.parent == presets.SHIPPED else found
    if not (sys.stdin and sys.stdin.isatty() and any(s and s.isatty() for s in (sys.stdout, sys.stderr))):
        raise UsageError("the app needs a terminal; `layerlab summary` and `layerlab train` do not")
    with guarded():
        from tui.app import LayerLabApp  # noqa: PLC0415  # Textual is imported only for the app
        from tui.loading import load, prepare  # noqa: PLC0415

        app = LayerLabApp(preset, path, load, prepare, saves=not no_save)
        if sys.platform != "win32":  # there the console restores itself
            from tui.app_signals import AppSignals  # noqa: PLC0415  # as above

            AppSignals(app).handle()
        app.run()
    code = app.return_code or DONE
    if any(each and each.under_way for each in (app.loader, app.preparer)):
        os._exit(code)  # nothing can stop an import or a trace of TensorFlow, and a clean exit would wait for it
    return code
