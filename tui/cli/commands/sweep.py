"""`layerlab sweep`: trains a preset with several values and seeds, and says what makes a difference."""

import os

from click import Argument, Context, Option, Parameter
from click.shell_completion import CompletionItem
from msgspec.structs import replace

from core.sweeps import sweep_file
from core.sweeps.record import SweepError
from core.sweeps.runner import Control
from core.sweeps.start import devices_of, folder_for, results_in, run_here, usual_jobs
from core.sweeps.sweep import Sweep
from tui.cli.command import Command
from tui.cli.lookup import DONE, FAILED, UsageError, parse_positive_int, refused
from tui.cli.parameters import JSON, preset_ids
from tui.cli.session_runner import stopped_by_signals
from tui.cli.sweep_reporters import sweep_reporter
from tui.interrupt import INTERRUPTED
from tui.output import Output

__all__ = ["COMMAND", "run"]

MOST_JOBS = 256


def run(
    name: str,
    jobs: str | None,
    repeats: str | None,
    epochs: str | None,
    limit: str | None,
    *,
    resume: bool,
    as_json: bool,
) -> int:
    """Train the sweep in a file, or a preset with several seeds; Ctrl+C stops, and ``resume`` goes on with the last."""
    sweep = _load(name, repeats, epochs, limit)
    count = min(parse_positive_int("--jobs", jobs) or usual_jobs(devices_of(sweep)), MOST_JOBS, sweep.count)
    control, out = Control(), Output()
    try:
        folder = folder_for(sweep, resume=resume)
        reporter = sweep_reporter(sweep, out, lambda: results_in(sweep, folder), as_json=as_json)
        with stopped_by_signals(control.stop), reporter.shown():
            ended = run_here(sweep, folder, reporter.report, control, count)
    except SweepError as error:
        raise UsageError(str(error)) from error
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)  # the processes end with this one
    failed = any(record.state == "failed" for record in folder.records().values())
    return FAILED if ended.message or (failed and ended.reason == "finished") else DONE


def _load(name: str, repeats: str | None, epochs: str | None, limit: str | None) -> Sweep:
    """The sweep with what the options change. Raises `UsageError`."""
    options = {"repeats": parse_positive_int("--repeats", repeats), "limit": parse_positive_int("--limit", limit)}
    given = {option: value for option, value in options.items() if value}
    length = parse_positive_int("--epochs", epochs)

    def changed(sweep: Sweep) -> Sweep:
        sweep = replace(sweep, **given)
        return sweep.with_epochs(length) if length else sweep

    with refused():
        return sweep_file.load(sweep_file.find(name), changed)


def _names(context: Context, parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    sweeps = [CompletionItem(each) for each in sweep_file.shipped() if each.startswith(incomplete)]
    known = {item.value for item in sweeps}
    return [*sweeps, *(item for item in preset_ids(context, parameter, incomplete) if item.value not in known)]


COMMAND = Command(
    "sweep",
    run,
    [
        Argument(["name"], metavar="FILE|PRESET", help="A sweep's file or id, or a preset", shell_complete=_names),
        Option(
            ["--jobs"], metavar="N", help="Processes that train at the same time; by default one a GPU, else one a core"
        ),
        Option(["--repeats"], metavar="N", help="Seeds that each setting is trained with"),
        Option(["--epochs"], metavar="N", help="Epochs of each trial"),
        Option(["--limit"], metavar="N", help="The most settings"),
        Option(["--resume"], is_flag=True, help="Go on with the last sweep of this name"),
        JSON,
    ],
    section="Training",
    help="Train several settings with several seeds, and compare them.",
)
