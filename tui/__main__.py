"""`layerlab` and `python -m tui`."""

import os
import sys

from tui import interrupt

__all__ = ["main"]

COMPLETION = "_LAYERLAB_COMPLETE"
"""Set by a shell that asks what a word can be completed to."""


def main() -> None:
    """Run the command line and exit."""
    try:
        interrupt.handle_signals()
        code = _run()
    except KeyboardInterrupt:
        code = interrupt.exit_code()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1 if end.code else 0
    _finish(code)


def _run() -> int:
    """Run the command line; return the exit code."""
    _open_streams()
    from tui.terminal_state import restore_after_a_crash  # noqa: PLC0415  # as below

    restore_after_a_crash()
    from tui.cli import commands  # noqa: PLC0415  # as below

    words = sys.argv[1:]
    opens = len(words) < 2 and not any(word in commands.names() or word.startswith("-") for word in words)
    if opens and COMPLETION not in os.environ:
        code = _open(*words)
        if code is not None:
            return code
    from tui.cli.command_line import app  # noqa: PLC0415  # imported once the streams can encode any text

    app(prog_name="layerlab")
    return 0


def _open_streams() -> None:
    """Reopen on /dev/null what the shell closed (``>&-``), lest a file take its place; never fail to encode a text."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free descriptor, which is this one
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115  # open for as long as the process lives
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115  # as above
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115  # as above
    from io import TextIOWrapper  # noqa: PLC0415  # signals are handled before anything is imported

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # characters that the encoding lacks become "?"


def _open(name: str | None = None) -> int | None:
    """Open the app without importing the command-line parser; the exit code, or None if it cannot be opened."""
    import gc  # noqa: PLC0415  # as above

    gc.disable()  # imports create no garbage; the app enables collection after its first frame
    from tui.cli.lookup import UsageError  # noqa: PLC0415  # as above
    from tui.cli.opening import open_app  # noqa: PLC0415

    try:
        return open_app(name)
    except UsageError:  # the command line raises it again and adds a suggestion
        gc.enable()
        return None


def _finish(code: int) -> None:
    """Exit with ``code``, without waiting for what TensorFlow still does."""
    if code == interrupt.INTERRUPTED:  # the command line's code for whatever signal it was
        code = interrupt.exit_code()
    interrupt.end_quietly(code)
    if "tui.output" in sys.modules:  # else nothing has been written
        from tui.output import flush  # noqa: PLC0415  # as above

        code = flush() or code
    runtime = sys.modules.get("core.keras_runtime.runtime")
    if interrupt.received() or (runtime is not None and runtime.under_way()):
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
