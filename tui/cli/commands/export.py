"""`layerlab export`: writes a run, a preset or a sweep for other tools."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from click import Context, Option, Parameter
from click.shell_completion import CompletionItem

from core.export.format import ExportError, Format, Source
from core.export.formats import FORMATS
from core.export.sweep_files import SWEEP_FORMATS, default_name, sweep_text, write_sweep
from core.export.sweep_report import SweepSource
from core.fields.struct import did_you_mean
from core.keras_runtime.failures import TrainingRefused
from core.lessons.silence import run_source
from core.presets import Preset, printable_path
from core.runs.store import Store
from tui.cli.command import Command
from tui.cli.lookup import DONE, UnsupportedError, UsageError, find_any, find_sweep, quiet, refused, target, weights
from tui.cli.parameters import FORCE, PRESET_OR_RUN, WEIGHTS
from tui.output import Output
from tui.worker_thread import in_worker

__all__ = ["COMMAND", "exporting", "run"]

STDOUT = "-"


def run(name: str, to: str, out: str | None, which: str | None, *, force: bool) -> int:
    """Export the preset, file, run or sweep ``name`` in the format ``to`` and print the path."""
    form, wanted = _format(to), weights(which)
    source = _source(name)
    if isinstance(source, SweepSource):
        return _export_sweep(name, source, to, out, which, force=force)
    if which is not None and (isinstance(source, Preset) or form.needs != "weights"):
        raise UsageError(f"--weights: {form.title} of {printable_path(name)} has no weights to choose from")
    if why := form.unavailable(source):
        raise UsageError(f"{printable_path(name)}: {why}")
    if out == STDOUT:
        with exporting(), quiet(f"writing {form.title}"):
            text = in_worker(lambda: form.content(source))
        return _print(text)
    path = target(out, form.default_name(source))
    with exporting(), quiet(f"writing {form.title}"):
        in_worker(lambda: form.export(source, path, wanted, force=force))
    Output().line(f"wrote {form.title}: {path}")
    return DONE


def _print(text: str) -> int:
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    return DONE


def _export_sweep(name: str, source: SweepSource, to: str, out: str | None, which: str | None, *, force: bool) -> int:
    if which is not None:
        raise UsageError(f"--weights: a sweep, as {printable_path(name)} is, has no weights to choose from")
    form = next((each for each in SWEEP_FORMATS if each == to), None)
    if form is None:
        raise UsageError(f"{printable_path(name)}: is a sweep, which is exported to {' or '.join(SWEEP_FORMATS)}")
    if out == STDOUT:
        return _print(in_worker(lambda: sweep_text(source, form)))
    path = target(out, default_name(source, form))
    with exporting():
        written = in_worker(lambda: write_sweep(source, form, path, force=force))
    Output().line(f"wrote {SWEEP_FORMATS[form]}: {', '.join(map(str, written))}")
    return DONE


@contextmanager
def exporting() -> Iterator[None]:
    """Turn export errors into `UsageError`, or `UnsupportedError` for what this machine cannot do."""
    with refused():
        try:
            yield
        except FileExistsError as error:
            raise UsageError(f"{printable_path(error.filename)}: already exists; --force overwrites it") from error
        except ExportError as error:
            raise UsageError(str(error)) from error
        except TrainingRefused as error:
            raise UnsupportedError(str(error)) from error


def _formats(_context: Context, _parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(one.name, help=one.title) for one in FORMATS.values() if one.name.startswith(incomplete)]


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise UsageError(f"--to: unknown format {printable_path(name)}{did_you_mean(name, FORMATS)}")
    return FORMATS[name]


def _source(name: str) -> Source | SweepSource:
    store = Store()
    try:
        found = find_any(store, name)
    except UsageError as error:
        return find_sweep(name, error)
    if isinstance(found, Preset):
        return found
    with refused():
        return run_source(store, found.id)


COMMAND = Command(
    "export",
    run,
    [
        PRESET_OR_RUN,
        Option(["--to"], required=True, metavar="FORMAT", help=", ".join(FORMATS), shell_complete=_formats),
        Option(["--out"], metavar="PATH", help="Output file or folder; - is standard output"),
        WEIGHTS,
        FORCE,
    ],
    section="Presets",
    help="Export a preset, a run or a sweep for other tools.",
)
