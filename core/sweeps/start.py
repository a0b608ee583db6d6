"""Begins a sweep, or goes on with one: its folder, its share of the machine, its results."""

from collections.abc import Callable, Collection
from contextlib import closing
from importlib import import_module
from typing import TYPE_CHECKING

from core import machine
from core.datasets import DATASETS, unpacked
from core.sweeps import places
from core.sweeps.cluster_address import ClusterAddress
from core.sweeps.extras import require, require_for
from core.sweeps.process_pool import ProcessPool
from core.sweeps.record import SweepError, SweepFolder, folders
from core.sweeps.results import SweepResults, results
from core.sweeps.runner import Control, SweepEnded, SweepEvent, new_id, run_sweep
from core.sweeps.sweep import Sweep

if TYPE_CHECKING:
    from core.sweeps.cluster import Cluster

__all__ = [
    "NotJoined",
    "devices_of",
    "folder_for",
    "join_cluster",
    "results_in",
    "run_here",
    "run_on_cluster",
    "run_there",
    "usual_jobs",
]


class NotJoined(SweepError):
    """A cluster could not be joined; nothing has been trained."""


def devices_of(sweep: Sweep) -> set[str]:
    """The devices that the plans of its trials name. Raises `FieldError`."""
    return {sweep.preset(setting).plan.device for setting in sweep.examples}


def usual_jobs(devices: Collection[str]) -> int:
    """How many trials this machine trains at the same time on ``devices`` if nobody says. Looks for GPUs."""
    return places.usual_jobs(devices, machine.gpus(), machine.cores())


def folder_for(sweep: Sweep, *, resume: bool) -> SweepFolder:
    """A new folder for ``sweep``, or the newest in which the same was begun. Raises `SweepError`."""
    require_for(sweep)
    if not resume:
        return SweepFolder.create(sweep, new_id(sweep))
    refused: SweepError | None = None
    for folder in folders(sweep.name):
        try:
            folder.check(sweep)
        except SweepError as error:
            refused = refused or error
        else:
            folder.update(sweep)
            return folder
    raise refused or SweepError(f"{sweep.name}: there is nothing to resume; begin it without --resume")


def run_here(
    sweep: Sweep, folder: SweepFolder, on_event: Callable[[SweepEvent], None], control: Control, jobs: int
) -> SweepEnded:
    """Train ``sweep`` in ``jobs`` processes of this machine, which share its GPUs and cores. Raises `SweepError`."""
    lock = folder.lock()
    try:
        for name in {preset.plan.dataset for preset in (sweep.base, *dict(sweep.presets).values())}:
            unpacked.keep(DATASETS[name])
        pool = ProcessPool(places.places(devices_of(sweep), machine.gpus(), machine.cores(), jobs))
        return run_sweep(sweep, folder, pool, on_event, control, jobs)
    finally:
        lock.release()


def join_cluster(address: ClusterAddress) -> "Cluster":
    """The cluster at ``address``, to be closed. Raises `NotJoined`, also if what it needs is not installed."""
    threads = max(1, machine.cores() // max(1, address.processes))
    try:
        require("distributed", "Dask", "--cluster", "cluster")
        cluster: Cluster = import_module("core.sweeps.cluster").Cluster(address, threads)
    except SweepError as error:
        raise NotJoined(str(error)) from error
    return cluster


def run_on_cluster(
    sweep: Sweep, folder: SweepFolder, on_event: Callable[[SweepEvent], None], control: Control, cluster: "Cluster"
) -> SweepEnded:
    """Train ``sweep`` on the workers of ``cluster``, which is closed then. Raises `SweepError`."""
    lock = folder.lock()
    try:
        return run_sweep(sweep, folder, cluster, on_event, control, cluster.size)
    finally:
        lock.release()


def run_there(
    sweep: Sweep,
    folder: SweepFolder,
    on_event: Callable[[SweepEvent], None],
    control: Control,
    address: ClusterAddress,
) -> SweepEnded:
    """Train ``sweep`` on the workers at ``address``. Raises `NotJoined` before it begins, and `SweepError`."""
    with closing(join_cluster(address)) as cluster:
        return run_on_cluster(sweep, folder, on_event, control, cluster)


def results_in(sweep: Sweep, folder: SweepFolder) -> SweepResults:
    """What the trials in ``folder`` came to."""
    return results(sweep, folder.records())
