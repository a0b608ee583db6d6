"""Begins a sweep, or goes on with one: its folder, its share of the machine, its results."""

import os
from collections.abc import Callable

from core.datasets import DATASETS, unpacked
from core.sweeps.process_pool import ProcessPool
from core.sweeps.record import SweepError, SweepFolder, folders
from core.sweeps.results import SweepResults, results
from core.sweeps.runner import Control, SweepEnded, SweepEvent, new_id, run_sweep
from core.sweeps.sweep import Sweep

__all__ = ["cores", "folder_for", "results_in", "run_here"]


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def folder_for(sweep: Sweep, *, resume: bool) -> SweepFolder:
    """A new folder for ``sweep``, or the newest in which the same was begun. Raises `SweepError`."""
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
    """Train ``sweep`` in ``jobs`` processes of this machine, which share its cores. Raises `SweepError`."""
    lock = folder.lock()
    try:
        for name in {preset.plan.dataset for preset in (sweep.base, *dict(sweep.presets).values())}:
            unpacked.keep(DATASETS[name])
        pool = ProcessPool(jobs, max(1, cores() // jobs))
        return run_sweep(sweep, folder, pool, on_event, control, jobs)
    finally:
        lock.release()


def results_in(sweep: Sweep, folder: SweepFolder) -> SweepResults:
    """What the trials in ``folder`` came to."""
    return results(sweep, folder.records())
