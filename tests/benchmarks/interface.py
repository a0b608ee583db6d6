"""How the running app answers: keystrokes, and the event loop while both cores train."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from textual import events

from core.architecture import Architecture
from core.layers import Conv2D, Dense, Flatten, Layer
from core.plan import Plan
from core.presets import Preset, find, load
from core.summary import summarize
from tests.benchmarks.measured import Measured
from tui.app import LayerLabApp

PATIENCE = 10.0
"""Seconds after which an answer is given up."""
BEAT = 0.002
"""Seconds between two beats of the clock that listens to the event loop."""


def measure(*, tiny: bool) -> list[Measured]:
    """Keystrokes at three depths, one summary, and a training with the Train tab open."""
    results = [
        Measured(f"key to new numbers, {depth} layers, 95th percentile", key_to_numbers(depth, tiny), "ms", wanted)
        for depth, wanted in ((20, 16.0), (50, 50.0), (300, 40.0))
    ]
    results.append(Measured("summary after an edit in 300 layers", 1e3 * resummarize(300), "ms", 2.0))
    for name in ("ffnn-500", "lenet-5"):
        lags, gaps = asyncio.run(_training(name, epochs=2 if tiny else 3))
        results += [
            Measured(f"event-loop lag while {name} trains, 99th percentile", 1e3 * _percentile(lags, 99), "ms", 10.0),
            Measured(f"event-loop lag while {name} trains, longest", 1e3 * max(lags), "ms", 100.0),
            Measured(f"between two points of {name}'s curve, longest", 1e3 * max(gaps, default=0.0), "ms", 100.0),
        ]
    return results


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
            shown = app.build_pane.totals.summary
            painted = asyncio.Event()
            undo = _on_paint(app, lambda shown=shown: app.build_pane.totals.summary is not shown, painted)
            key = events.Key("backspace", None) if number % 2 else events.Key("2", "2")
            begun = perf_counter()
            app.post_message(key)
            await asyncio.wait_for(painted.wait(), PATIENCE)
            taken.append(perf_counter() - begun)
            undo()
            await pilot.pause()
    return _percentile(taken, 95)


def _on_paint(app: LayerLabApp, changed: Callable[[], bool], painted: asyncio.Event) -> Callable[[], None]:
    """Set ``painted`` when the app next writes to the screen with ``changed`` true; call what is returned to undo."""
    display: Any = app._display  # Textual has no public hook behind the painting

    def displayed(screen: Any, renderable: Any) -> None:
        display(screen, renderable)
        if changed() and renderable is not None:
            painted.set()

    app._display = displayed  # type: ignore[method-assign]

    def undo() -> None:
        app._display = display  # type: ignore[method-assign]

    return undo


async def _training(name: str, epochs: int) -> tuple[list[float], list[float]]:
    """Lags of the event loop while ``name`` trains, and the times between two points of its curve; seconds."""
    loaded = load(find(name))
    plan: Plan = loaded.plan
    app = LayerLabApp(Preset(loaded.name, loaded.architecture, Plan(**{**_fields(plan), "epochs": epochs})))
    lags: list[float] = []
    arrivals: list[tuple[int, float]] = []
    async with app.run_test(size=(120, 36)):
        app.action_train()
        while not app.train_pane.history.progress and not app.train_pane.history.ended:
            await asyncio.sleep(BEAT)  # the pilot's own pauses wait for idle cores, and miss a short training
        seen = app.train_pane.history.progress
        while app.train_pane.state == "running":
            begun = perf_counter()
            await asyncio.sleep(BEAT)
            lags.append(perf_counter() - begun - BEAT)
            progress = app.train_pane.history.progress
            if progress is not seen and progress is not None:
                arrivals.append((progress.epoch, perf_counter()))
                seen = progress
        await app.train_pane.stop_and_wait()
    # Between two epochs lies the validation, in which there is no curve to draw.
    gaps = [after - before for (epoch, before), (same, after) in pairwise(arrivals) if epoch == same]
    return lags, gaps


def _fields(plan: Plan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in plan.__struct_fields__}


def _percentile(values: list[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1]
