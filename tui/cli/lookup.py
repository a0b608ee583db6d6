"""What the commands share: how they fail, how they find what they are about, how they work without a word."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from core import presets
from core.fields.struct import did_you_mean
from core.fields.types import FieldError, IntField
from core.presets import Preset, PresetError, printable_path
from core.runs.record import Run, RunError
from core.sanitize import one_line
from core.sentences import clauses
from tui.output import Output
from tui.terminal import guarded

if TYPE_CHECKING:
    from core.importing.any_file import Loaded
    from core.runs.checkpoint_file import Which
    from core.runs.store import Store

__all__ = [
    "DONE",
    "FAILED",
    "UnsupportedError",
    "UsageError",
    "find",
    "find_any",
    "find_run",
    "find_runs",
    "load",
    "loaded",
    "quiet",
    "refused",
    "target",
    "weights",
    "whole",
]

DONE = 0
FAILED = 1
MISUSED = 2


class UsageError(Exception):
    """Wrong usage or an unreadable file: one line for stderr, exit code 2."""

    exit_code = MISUSED

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class UnsupportedError(UsageError):
    """What cannot be done on this machine: one line for stderr, exit code 1."""

    exit_code = FAILED


@contextmanager
def refused() -> Iterator[None]:
    """What is wrong with a preset, a run or a file, and the reason why one cannot be written, as `UsageError`."""
    try:
        yield
    except (PresetError, RunError) as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        place = f"{printable_path(error.filename)}: " if error.filename else ""
        raise UsageError(f"{place}{error.strerror or error}") from error


def find(name: str) -> Path:
    """The preset's file. Raises `UsageError`."""
    with refused():
        try:
            return presets.find(name)
        except PresetError as error:
            raise _no_folder(name, error) from error


def _no_folder(name: str, error: PresetError) -> PresetError:
    """``error``, that no preset is called ``name``; if a folder is, what that folder is."""
    try:
        path = Path(name).expanduser()
        if not path.is_dir():
            return error
    except (OSError, RuntimeError, ValueError):
        return error
    from core.importing import sniffing  # noqa: PLC0415  # few name a folder

    return PresetError(f"{printable_path(name)}: {sniffing.folder(path)}")


def load(name: str) -> Preset:
    """The preset called ``name``, or what is in the file of that name, which may be Keras's. Raises `UsageError`."""
    return loaded(find(name)).preset


def loaded(path: Path) -> "Loaded":
    """What is in the file at ``path``. Raises `UsageError`."""
    from core.importing import any_file  # noqa: PLC0415  # many commands are given no file

    with refused():
        return any_file.load(path)


def find_run(store: "Store", text: str) -> Run:
    """The run meant by ``text``. Raises `UsageError`."""
    with refused():
        return store.find(text)


def find_runs(store: "Store", texts: Sequence[str]) -> tuple[Run, ...]:
    """The runs meant by ``texts``, each once. Raises `UsageError`."""
    return tuple({run.id: run for run in (find_run(store, text) for text in texts)}.values())


def find_any(store: "Store", name: str) -> Preset | Run:
    """The preset or file ``name``; only where there is none, the run meant by it. Raises `UsageError`."""
    try:
        presets.find(name)
    except PresetError as no_preset:
        try:
            return store.find(name)
        except RunError as no_run:
            why = str(no_run).removeprefix(f"{printable_path(name)}: ")
            raise UsageError(clauses(str(_no_folder(name, no_preset)), why)) from no_run
    return load(name)


def weights(word: str | None) -> "Which":
    """Which weights of a run an option's ``word`` means, without one the last. Raises `UsageError`."""
    from core.runs.checkpoint_file import WHICH  # noqa: PLC0415  # the app starts without

    for which in WHICH:
        if which == (word or "last"):
            return which
    raise UsageError(f"--weights: {printable_path(str(word))} is not one of them{did_you_mean(word, WHICH)}")


def whole(option: str, text: str | None) -> int | None:
    """What was given for an ``option`` that takes a whole number above 0; None if nothing was. Raises `UsageError`."""
    try:
        return None if text is None else IntField(1, 1_000_000_000).parse(text)
    except FieldError as error:
        raise UsageError(f"{option}: {error}") from error


def target(out: str | None, name: str) -> Path:
    """Where to write what is called ``name`` unless another path is given; in a folder it keeps its name.

    What ends in a slash is a folder, be it there or not.

    Raises `UsageError`.
    """
    if out is None:
        return Path(name)
    try:
        path = Path(out).expanduser()
        return path / name if path.is_dir() or out.endswith(("/", os.sep)) else path
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(f"{printable_path(out)}: nothing can be written there: {error}") from error


@contextmanager
def quiet(what: str = "") -> Iterator[Output]:
    """Where to tell what comes of some work that loads TensorFlow; what libraries print meanwhile goes to the log.

    A person at a terminal sees ``what`` is done as long as it is. Raises OSError if what is told cannot be written.
    """
    with guarded() as streams, redirect_stdout(streams.log), redirect_stderr(streams.log):
        out = Output(streams.out, errors=streams.err)
        with out.console.status(what) if what and out.rich else nullcontext():
            yield out
        out.stream.flush()
