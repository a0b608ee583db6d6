"""What the commands share: exit codes, errors, looking up presets and runs, and working quietly."""

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
    from core.export.sweep_report import SweepSource
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
    "find_sweep",
    "load",
    "loaded",
    "parse_positive_int",
    "quiet",
    "refused",
    "target",
    "weights",
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
    """Something this machine cannot do: one line for stderr, exit code 1."""

    exit_code = FAILED


@contextmanager
def refused() -> Iterator[None]:
    """Turn errors about presets, runs and files into `UsageError`."""
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
    """``error``, that there is no preset ``name``; or, if a folder has that name, what that folder is."""
    try:
        path = Path(name).expanduser()
        if not path.is_dir():
            return error
    except (OSError, RuntimeError, ValueError):
        return error
    from core.importing import sniffing  # noqa: PLC0415  # rarely needed

    return PresetError(f"{printable_path(name)}: {sniffing.folder(path)}")


def load(name: str) -> Preset:
    """The preset ``name``, or the content of that file, which may be a Keras file. Raises `UsageError`."""
    return loaded(find(name)).preset


def loaded(path: Path) -> "Loaded":
    """Load the file at ``path``. Raises `UsageError`."""
    from core.importing import any_file  # noqa: PLC0415  # many commands load no file

    with refused():
        return any_file.load(path)


def find_run(store: "Store", text: str) -> Run:
    """The run that ``text`` refers to. Raises `UsageError`."""
    with refused():
        return store.find(text)


def find_runs(store: "Store", texts: Sequence[str]) -> tuple[Run, ...]:
    """The runs that ``texts`` refer to, each once. Raises `UsageError`."""
    return tuple({run.id: run for run in (find_run(store, text) for text in texts)}.values())


def find_sweep(text: str, otherwise: UsageError) -> "SweepSource":
    """The sweep with the key or id ``text``. Raises ``otherwise`` if there is none, and `UsageError`."""
    from core.export.sweep_report import sweep_source  # noqa: PLC0415  # most commands know no sweep
    from core.sweeps.record import SweepError, find  # noqa: PLC0415  # as above

    try:
        folder = find(text)
    except SweepError:
        raise otherwise from None
    try:
        return sweep_source(folder)
    except SweepError as error:
        raise UsageError(str(error)) from error


def find_any(store: "Store", name: str) -> Preset | Run:
    """The preset or file ``name``, or else the run of that name. Raises `UsageError`."""
    try:
        presets.find(name)
    except PresetError as no_preset:
        try:
            return store.find(name)
        except RunError as no_run:
            why = str(no_run).removeprefix(f"{printable_path(name)}: ")
            raise UsageError(clauses(str(_no_folder(name, no_preset)), why)) from no_run
    return load(name)


def weights(text: str | None) -> "Which":
    """Parse the option ``--weights``; None means the last weights. Raises `UsageError`."""
    from core.runs.checkpoint_file import WHICH  # noqa: PLC0415  # the app starts without it

    for which in WHICH:
        if which == (text or "last"):
            return which
    raise UsageError(f"--weights: {printable_path(str(text))} is not one of them{did_you_mean(text, WHICH)}")


def parse_positive_int(option: str, text: str | None) -> int | None:
    """Parse the value of an ``option`` that takes a positive integer; None if not given. Raises `UsageError`."""
    try:
        return None if text is None else IntField(1, 1_000_000_000).parse(text)
    except FieldError as error:
        raise UsageError(f"{option}: {error}") from error


def target(out: str | None, name: str) -> Path:
    """The output path: ``out`` if given, else ``name``; in a folder ``out``, the file is called ``name``.

    A path that ends in a slash is a folder, whether it exists or not.

    Raises `UsageError`.
    """
    if out is None:
        return Path(name)
    try:
        path = Path(out).expanduser()
        return path / name if path.is_dir() or out.endswith(("/", os.sep)) else path
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(f"{printable_path(out)}: cannot write there: {error}") from error


@contextmanager
def quiet(what: str = "") -> Iterator[Output]:
    """Output for work that loads TensorFlow; what libraries print meanwhile goes to the log.

    On a terminal, ``what`` is shown while the work lasts. Raises OSError if the output cannot be written.
    """
    with guarded() as streams, redirect_stdout(streams.log), redirect_stderr(streams.log):
        out = Output(streams.out, errors=streams.err)
        with out.console.status(what) if what and out.rich else nullcontext():
            yield out
        out.stream.flush()
