"""How the running app answers: keystrokes, the event loop while both cores train, the charts of a long training."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import pairwise
from statistics import median
from time import perf_counter
from typing import Any

from msgspec.structs import replace
from textual import events
from textual._compositor import CompositorUpdate

from core.network.architecture import Architecture
from core.network.layers import Conv2D, Dense, Flatten, Layer
from core.network.summary import summarize
from core.presets import Preset, find, load
from tests.benchmarks import answering, charts
from tests.benchmarks.beat import BEAT, Beat
from tests.benchmarks.measured import Measured, Scope, percentile
from tui.app import LayerLabApp

LOOK = 0.01
"""Seconds between two looks at the curves; the beat alone is to be as quick as it is."""
PATIENCE = 10.0
"""Seconds after which an answer is given up."""


def measure(scope: Scope) -> Iterator[Measured]:
    """Keystrokes, one summary, long charts, trainings with the Train tab open, pauses and stops."""
    for depth, wanted in ((20, 16.0), (50, None), (300, 40.0)):
        taken = key_to_numbers(depth, scope.tiny)
        yield Measured(f"key to new numbers, {depth} layers, 95th percentile", taken, "ms", wanted)
    yield Measured("summary after an edit in 300 layers", 1e3 * resummarize(300), "ms", 2.0)
    yield from asyncio.run(charts.measure(scope))
    for name, epochs in (("ffnn-10", 2),) if scope.tiny else (("ffnn-500", 20), ("lenet-5", 3)):
        yield from _smoothness(name, epochs)
    yield from answering.measure(scope)


def key_to_numbers(depth: int, tiny: bool) -> float:
    """Milliseconds, 95th percentile, from a key in the form of a layer near the top to the new totals on the screen."""
    return 1e3 * asyncio.run(_keystrokes(depth, 10 if tiny else 60))


def resummarize(depth: int) -> float:
    """Seconds, median, to work out a stack anew after an edit of its first layer."""
    architecture = _deep(depth)
    taken = []
    for filters in range(9, 60):
        edited = architecture.replace(1, Conv2D(filters, (3, 3), padding="same"))
        begun = perf_counter()
        summarize(edited)
        taken.append(perf_counter() - begun)
    return median(taken)


def _deep(depth: int) -> Architecture:
    convolutions: list[Layer] = [Conv2D(8, (3, 3), padding="same") for _ in range(depth - 2)]
    return Architecture((28, 28, 1), (*convolutions, Flatten(), Dense(10, "softmax")))


async def _keystrokes(depth: int, count: int) -> float:
    app = LayerLabApp(Preset("deep", _deep(depth)))
    taken = []
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("down", "enter", "1")
        await pilot.pause()
        for number in range(count):
            painted = asyncio.Event()
            undo = _on_new_numbers(app, painted)
            key = events.Key("backspace", None) if number % 2 else events.Key("2", "2")
            begun = perf_counter()
            app.post_message(key)
            await asyncio.wait_for(painted.wait(), PATIENCE)
            taken.append(perf_counter() - begun)
            undo()
            await pilot.pause()
    return percentile(taken, 95)


def _on_new_numbers(app: LayerLabApp, painted: asyncio.Event) -> Callable[[], None]:
    """Set ``painted`` when the app next writes new totals to the screen; gives what undoes it."""
    shown = app.build_pane.totals.summary
    display: Any = app._display  # Textual has no public hook behind the painting

    def displayed(screen: Any, renderable: Any) -> None:
        display(screen, renderable)
        summary = app.build_pane.totals.summary
        if summary is None or summary is shown or not isinstance(renderable, CompositorUpdate):
            return
        # Without a terminal nothing has been made of this yet: made here, it is timed as it is with one.
        if f"{summary.totals.params:,} params" in renderable.render_segments(app.console):
            painted.set()

    app._display = displayed  # type: ignore[method-assign]

    def undo() -> None:
        app._display = display  # type: ignore[method-assign]

    return undo


def _smoothness(name: str, epochs: int) -> Iterator[Measured]:
    lags, gaps = asyncio.run(_training(name, epochs))
    yield Measured(f"event-loop lag while {name} trains, 99th percentile", 1e3 * percentile(lags, 99), "ms", 10.0)
    yield Measured(f"event-loop lag while {name} trains, longest", 1e3 * max(lags), "ms", 50.0)
    yield Measured(f"between two points of {name}'s curve, longest", 1e3 * max(gaps, default=0.0), "ms", 100.0)


async def _training(name: str, epochs: int) -> tuple[list[float], list[float]]:
    """Lags of the event loop while ``name`` trains, and the times between two points of its curve; seconds."""
    loaded = load(find(name))
    app = LayerLabApp(replace(loaded, plan=replace(loaded.plan, epochs=epochs)))
    arrivals: list[tuple[int, float]] = []
    async with app.run_test(size=(120, 36)):
        app.action_train()
        while not app.train_pane.history.progress and not app.train_pane.history.ended:
            await asyncio.sleep(BEAT)  # the pilot's own pauses wait for idle cores, and miss a short training
        seen = app.train_pane.history.progress
        async with Beat() as beat:
            while app.train_pane.state == "running":
                await asyncio.sleep(LOOK)
                progress = app.train_pane.history.progress
                if progress is not seen and progress is not None:
                    arrivals.append((progress.epoch, perf_counter()))
                    seen = progress
        await app.train_pane.stop_and_wait()
    # Between two epochs lies the validation, in which there is no curve to draw.
    gaps = [after - before for (epoch, before), (same, after) in pairwise(arrivals) if epoch == same]
    return beat.lags, gaps
