"""`layerlab` and `python -m tui`."""

import gc
import os
import sys
from contextlib import suppress
from io import TextIOWrapper

__all__ = ["COMMANDS", "main"]

COMMANDS = frozenset(
    {"open", "presets", "summary", "train", "evaluate", "doctor"}
    | {"runs", "show", "compare", "resume", "report", "export", "import", "rm"}
)
"""The words that are never the name of what to open."""


def main() -> None:
    """Run the command line and exit."""
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")  # closed by the shell: >&-
    sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # what the terminal's encoding lacks is shown as "?"
    words = sys.argv[1:]
    if len(words) < 2 and not any(word in COMMANDS or word.startswith("-") for word in words):
        _open(*words)
    from tui.cli import app  # noqa: PLC0415  # what goes wrong while importing is told on streams that take every text

    app()


def _open(name: str | None = None) -> None:
    """Open the app at once, without what reads a command line, and exit; return if it cannot be opened."""
    gc.disable()  # nothing of what is imported now is garbage; the app enables it once it is drawn
    from tui.commands import open as command  # noqa: PLC0415  # as above
    from tui.commands.common import Misuse  # noqa: PLC0415

    with suppress(Misuse):  # the command line comes to it too, and tells it together with what may have been meant
        sys.exit(command.run(name))
    gc.enable()


if __name__ == "__main__":
    main()
