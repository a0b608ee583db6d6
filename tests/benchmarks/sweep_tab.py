"""How the app answers with two thousand trials in one sweep, and while a sweep is trained in processes beside it."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from unittest.mock import patch

from msgspec.structs import replace
from textual.events import Key

from core.runs.groups import SWEEP_TAG
from core.runs.record import Metrics
from core.runs.store import Store
from core.sweeps import sweep_file
from core.sweeps.record import SweepFolder, TrialRecord
from core.sweeps.start import folder_for
from core.sweeps.sweep import Sweep
from tests.benchmarks.beat import Beat
from tests.benchmarks.many_runs import fill
from tests.benchmarks.measured import Measured, Scope, percentile
from tests.benchmarks.runs_tab import SIZE, answered, until
from tests.tui.scripted_trials import ScriptedTrials
from tui.app import LayerLabApp
from tui.runs.sweep_tables import TrialTable

SETTINGS, SEEDS = 400, 5
LEFT = 10
"""Trials that are still to be trained."""
MANY = """
base = "ffnn-10"
repeats = {seeds}
[[vary]]
field = "plan.optimizer.learning_rate"
values = {{ from = 1e-5, to = 0.1, count = {settings}, scale = "log" }}
"""
TRAINED = """
base = "ffnn-10"
repeats = {seeds}
[plan]
epochs = 2
[[vary]]
field = "plan.batch_size"
values = [128, 256]
"""


def measure(scope: Scope) -> Iterator[Measured]:
    """Opening, scrolling and resuming a sweep of two thousand trials, and the lag while one is trained."""
    settings = 10 if scope.tiny else SETTINGS
    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, LAYERLAB_HOME=home):
        yield from asyncio.run(_many(_kept(Path(home), settings), settings * SEEDS))
    if scope.tiny:
        return  # processes that train are tried elsewhere
    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, LAYERLAB_HOME=home):
        yield from asyncio.run(_trained(12))


def _kept(home: Path, settings: int) -> SweepFolder:
    """A sweep all but a few of whose trials have ended, with their runs."""
    sweep = sweep_file.loads(MANY.format(seeds=SEEDS, settings=settings), "many.toml")
    folder = folder_for(sweep, resume=False)
    fill(home, sweep.count)
    store = Store()
    runs = store.refresh(lambda: True)
    for number, run in zip(range(sweep.count - LEFT), runs, strict=False):
        setting, seed = sweep.settings[sweep.index(number)], sweep.seed(number)
        metrics = Metrics(last_val_accuracy=0.9 + number % 97 / 1000)
        folder.write(TrialRecord(number, setting, seed, "finished", run=run.id, metrics=metrics, seconds=1.0))
        store.relabel(run.id, replace(run.label, name=f"many: {number}", tags=(f"{SWEEP_TAG}{folder.key}",)))
    return folder


async def _many(folder: SweepFolder, count: int) -> list[Measured]:
    app = LayerLabApp("ffnn-10")
    trials = ScriptedTrials()
    trials.may_end.clear()
    app.sweeps.run_sweep = trials.run
    async with app.run_test(size=SIZE) as pilot, Beat() as beat:
        await pilot.pause()
        beat.lags.clear()
        begun = perf_counter()
        app.post_message(Key("4", "4"))
        await until(lambda: app.runs_pane.sweep_view and app.runs_pane.sweep_view.reading)
        opened, lag = perf_counter() - begun, max(beat.lags)
        await until(lambda: app.runs_pane.known)
        await pilot.press("c")
        app.runs_pane.query_one(TrialTable).focus()
        moved = [await answered(app, pilot, key) for key in 20 * ("pagedown", "up")]
        app.runs_pane.table.focus()
        await pilot.pause()
        begun = perf_counter()
        app.post_message(Key("r", "r"))
        await until(lambda: trials.jobs)
        resumed = perf_counter() - begun
        await app.sweeps.stop_and_wait()
    return [
        Measured(f"a sweep of {count:,} trials on the screen", opened, "s", 2.0),
        Measured("event-loop lag meanwhile, longest", 1e3 * lag, "ms"),
        Measured(f"key that moves in {count:,} trials, 95th percentile", 1e3 * percentile(moved, 95), "ms"),
        Measured(f"resuming a sweep of {count:,} trials, to its next trial", resumed, "s", 2.0),
    ]


async def _trained(seeds: int) -> list[Measured]:
    """Lag while processes train, from their first trial on."""
    sweep: Sweep = sweep_file.loads(TRAINED.format(seeds=seeds), "trained.toml")
    app = LayerLabApp("ffnn-10")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.sweeps.begin(sweep, 2)
        await until(lambda: app.sweep is not None and app.sweep.progress.done)
        async with Beat() as beat:
            await until(lambda: app.sweep is not None and not app.sweep.running)
        await app.sweeps.stop_and_wait()
    return [
        Measured(
            f"event-loop lag while {sweep.count} trials are trained in 2 processes, 99th percentile",
            1e3 * percentile(beat.lags, 99),
            "ms",
            10.0,
        ),
        Measured("the same, longest", 1e3 * max(beat.lags), "ms"),
    ]
