"""`layerlab sweep`: trains a preset with several values and seeds, and says what makes a difference."""

import os
from contextlib import closing, nullcontext
from typing import Any

from click import Argument, Context, Option, Parameter
from click.shell_completion import CompletionItem
from msgspec.structs import replace

from core.sweeps import sweep_file
from core.sweeps.cluster_address import ClusterAddress, parse_address
from core.sweeps.record import SweepError
from core.sweeps.runner import Control
from core.sweeps.start import (
    NotJoined,
    devices_of,
    folder_for,
    join_cluster,
    results_in,
    run_here,
    run_on_cluster,
    usual_jobs,
)
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
    cluster: str | None = None,
    tls_ca: str | None = None,
    tls_cert: str | None = None,
    tls_key: str | None = None,
    *,
    trust_network: bool = False,
    resume: bool,
    as_json: bool,
) -> int:
    """Train the sweep in a file, or a preset with several seeds; Ctrl+C stops, and ``resume`` goes on with the last."""
    sweep = _load(name, repeats, epochs, limit)
    count = min(parse_positive_int("--jobs", jobs) or usual_jobs(devices_of(sweep)), MOST_JOBS, sweep.count)
    control, out = Control(), Output()
    try:
        address = _address(cluster, jobs, trust_network=trust_network, ca=tls_ca, cert=tls_cert, key=tls_key)
        with closing(join_cluster(address)) if address else nullcontext() as workers:
            folder = folder_for(sweep, resume=resume)
            reporter = sweep_reporter(sweep, out, lambda: results_in(sweep, folder), as_json=as_json)
            with stopped_by_signals(control.stop), reporter.shown():
                if workers is None:
                    ended = run_here(sweep, folder, reporter.report, control, count)
                else:
                    ended = run_on_cluster(sweep, folder, reporter.report, control, workers)
    except NotJoined as error:
        raise UsageError(f"{error}; or leave out --cluster to train here") from error
    except SweepError as error:
        raise UsageError(str(error)) from error
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)  # the processes end with this one
    failed = any(record.state == "failed" for record in folder.records().values())
    return FAILED if ended.message or (failed and ended.reason == "finished") else DONE


def _address(cluster: str | None, jobs: str | None, **options: Any) -> ClusterAddress | None:
    """The cluster that the ``options`` say; None if none does. Raises `UsageError` and `SweepError`."""
    if cluster is not None:
        if jobs is not None:
            raise UsageError("--jobs: a cluster trains with all its workers; leave out --jobs or --cluster")
        return parse_address(cluster, **options)
    for option, value in options.items():
        if value:
            name = f"--{option.replace('_', '-')}" if option == "trust_network" else f"--tls-{option}"
            raise UsageError(f"{name}: only --cluster has a use for it")
    return None


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
        Option(
            ["--cluster"], metavar="ADDRESS", help="Train on a Dask cluster: tcp://HOST:PORT, tls://..., or local:N"
        ),
        Option(["--tls-ca"], metavar="FILE", help="Certificate of who signed those of the cluster"),
        Option(["--tls-cert"], metavar="FILE", help="Certificate of this machine, for the cluster"),
        Option(["--tls-key"], metavar="FILE", help="Its key"),
        Option(
            ["--trust-network"], is_flag=True, help="Use a cluster at tcp://, though whoever reaches it commands it"
        ),
        Option(["--resume"], is_flag=True, help="Go on with the last sweep of this name"),
        JSON,
    ],
    section="Training",
    help="Train several settings with several seeds, and compare them.",
)
