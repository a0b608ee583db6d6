"""The curves of a session that has told a million points: what keeping them costs, and drawing them."""

import gc
import sys
from math import exp, sin
from statistics import median
from time import perf_counter
from types import FunctionType, ModuleType

from textual.widget import Widget

from core.events import EpochEnded, Progress, Started
from core.history import History
from core.run_charts import Look, Quantity, single
from tests.benchmarks.measured import Measured, Scope, percentile
from tui.app import LayerLabApp

POINTS = 1_000_000
STEPS = 469
"""Steps of an epoch, a point for each."""
REDRAWS = 60


QUANTITIES: tuple[Quantity, Quantity] = ("loss", "accuracy")


async def measure(scope: Scope) -> list[Measured]:
    """Both charts drawn again for each new point, after ``POINTS`` of them."""
    points = 5_000 if scope.tiny else POINTS
    begun = perf_counter()
    history = grown(History(), 0, points)
    each = (perf_counter() - begun) / points
    count = 5 if scope.tiny else REDRAWS
    taken = await redraws(history, points, count)
    usual = grown(History(), 0, 10 * STEPS)
    frame = await frames(usual, 10 * STEPS, count)
    return [
        Measured("a frame of Train at 120x36 in its tenth epoch, median", 1e3 * median(frame), "ms", 15.0),
        Measured("the same, 95th percentile", 1e3 * percentile(frame, 95), "ms", 15.0),
        Measured(f"redrawing both charts at {points:,} points, median", 1e3 * median(taken), "ms", 15.0),
        Measured("the same, 95th percentile", 1e3 * percentile(taken, 95), "ms", 15.0),
        Measured("taking in one of these points", 1e6 * each, "us"),
        Measured("memory of all these points", held(history) / 1e6, "MB"),
    ]


def grown(history: History, first: int, last: int) -> History:
    """``history`` after the points from ``first`` to ``last`` of a made-up training, validated every epoch."""
    epochs = POINTS // STEPS + 1
    if first == 0:
        history = history.after(Started("cpu", 1, 60_000, 10_000, STEPS, 128, 0, epochs, 0.001, 1.0))
    for step in range(first + 1, last + 1):
        x = step / STEPS
        loss = 2.3 * exp(-x / 300) + 0.1 + 0.05 * sin(x) + (7919 * step % 13 - 6) / 200
        accuracy = 1 - loss / 3
        epoch, within = divmod(step - 1, STEPS)
        told = Progress(epoch + 1, epochs, step, within + 1, STEPS, loss, accuracy, 0.001, 40_000.0, 1.0, 100.0)
        history = history.after(told)
        if within + 1 == STEPS:
            ended = EpochEnded(epoch + 1, epochs, step, loss, accuracy, loss, accuracy, 0.001, 1.5, best=epoch < 900)
            history = history.after(ended)
    return history


async def redraws(history: History, points: int, count: int) -> list[float]:
    """Seconds that each of ``count`` redraws of both charts took, the Train tab open at 120x36."""
    taken = []
    app = LayerLabApp("lenet-5")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("2")
        await pilot.pause()
        charts = (app.train_pane.view.loss_chart, app.train_pane.view.accuracy_chart)
        for number in range(count + 1):
            history = grown(history, points + number, points + number + 1)
            begun = perf_counter()
            for chart, quantity in zip(charts, QUANTITIES, strict=True):
                chart.chart = single(quantity, history, history.planned, Look())
                lines(chart)
            taken.append(perf_counter() - begun)
            await pilot.pause(0.01)
    return taken[1:]  # the first one imports plotext


async def frames(history: History, points: int, count: int) -> list[float]:
    """Seconds that each of ``count`` frames took: all of the Train tab that a new point changes, at 120x36."""
    taken = []
    app = LayerLabApp("lenet-5")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("2")
        await pilot.pause()
        view = app.train_pane.view
        for number in range(count + 1):
            history = grown(history, points + number, points + number + 1)
            begun = perf_counter()
            view.history = history  # nothing trains, so all of it is drawn at once
            for part in (view.loss_chart, view.accuracy_chart, view.progress, view.epochs):
                lines(part)
            taken.append(perf_counter() - begun)
            await pilot.pause(0.01)
    return taken[1:]  # the first one imports plotext


def lines(part: Widget) -> int:
    """Have ``part`` render all that is seen of it; how many lines those are."""
    return len(part.render_lines(part.size.region))


def held(root: object) -> int:
    """Bytes that ``root`` and all that hangs on it take; classes and code are not its own."""
    seen: dict[int, object] = {}
    waiting = [root]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or isinstance(thing, type | FunctionType | ModuleType):
            continue
        seen[id(thing)] = thing
        waiting += gc.get_referents(thing)
    return sum(map(sys.getsizeof, seen.values()))
