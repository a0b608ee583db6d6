"""How the Runs tab answers with ten thousand runs: opened, filtered, put in order."""

import asyncio
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from unittest.mock import patch

from textual.events import Key
from textual.pilot import Pilot

from tests.benchmarks.beat import Beat
from tests.benchmarks.many_runs import fill
from tests.benchmarks.measured import Measured, Scope, percentile
from tui.app import LayerLabApp

__all__ = ["SIZE", "answered", "measure", "until"]

SIZE = (120, 36)
PATIENCE = 60.0
SOON = 0.001
TYPED = "lenet best>0.95 #night"


def measure(scope: Scope) -> Iterator[Measured]:
    """Opening the tab for the first time and with an index, a key in the filter, another order."""
    count = 200 if scope.tiny else 10_000
    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, LAYERLAB_HOME=home):
        fill(Path(home), count)
        yield from asyncio.run(_opened(count, "for the first time"))
        yield from asyncio.run(_opened(count, "again", 0.3))
        yield from asyncio.run(_used(count))


async def _opened(count: int, how: str, wanted: float | None = None) -> Iterator[Measured]:
    app = LayerLabApp("lenet-5")
    async with app.run_test(size=SIZE) as pilot, Beat() as beat:
        await pilot.pause()  # the rest of the app's start is told by itself
        beat.lags.clear()
        begun = perf_counter()
        app.post_message(Key("4", "4"))
        await until(lambda: len(app.runs_pane.table.runs) == count)
        await _painted(app)
        seen = perf_counter() - begun
        await until(lambda: app.runs_pane.known)
        known = perf_counter() - begun
        await pilot.pause()
    return iter(
        (
            Measured(f"{count:,} runs on the screen, {how}", seen, "s", wanted),
            Measured(f"{count:,} runs looked at on disk, {how}", known, "s"),
            Measured(f"event-loop lag meanwhile, {how}, longest", 1e3 * max(beat.lags), "ms"),
        )
    )


async def _used(count: int) -> Iterator[Measured]:
    app = LayerLabApp("lenet-5")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4")
        await until(lambda: app.runs_pane.known)
        await pilot.press("slash")
        await pilot.pause()
        typed = [await answered(app, pilot, letter) for letter in TYPED]
        await pilot.press("escape")
        sorted_ = [await answered(app, pilot, "o") for _ in app.runs_pane.table.columns]
        moved = [await answered(app, pilot, key) for key in 20 * ("pagedown", "up")]
    return iter(
        (
            Measured(f"key in the filter of {count:,} runs, longest", 1e3 * max(typed), "ms", 50.0),
            Measured(f"another order of {count:,} runs, longest", 1e3 * max(sorted_), "ms"),
            Measured(f"key that moves in {count:,} runs, 95th percentile", 1e3 * percentile(moved, 95), "ms"),
        )
    )


async def answered(app: LayerLabApp, pilot: Pilot[None], key: str) -> float:
    """Seconds until all that ``key`` brings about is on the screen."""
    await pilot.pause()
    begun = perf_counter()
    app.post_message(Key({" ": "space"}.get(key, key), key if len(key) == 1 else None))
    await _painted(app)
    return perf_counter() - begun


async def _painted(app: LayerLabApp) -> None:
    """Wait until the app has taken in all that was sent to it, and has painted what came of it."""
    for widget in (app, app.runs_pane.filter, app.runs_pane, app.runs_pane.table, app.screen):
        done = asyncio.Event()
        widget.call_next(done.set)
        await asyncio.wait_for(done.wait(), PATIENCE)
    painted = asyncio.Event()
    app.screen.call_after_refresh(painted.set)
    await asyncio.wait_for(painted.wait(), PATIENCE)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(SOON)
