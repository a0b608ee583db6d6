"""What the app sends over a slow line: bytes a second while it trains; and how fast a deep stack is gone through."""

import asyncio
import os
import select
import sys
from collections.abc import Iterator
from itertools import pairwise
from statistics import median
from time import monotonic, perf_counter

from textual.events import Key

from core.network.architecture import Architecture
from core.network.layers import BatchNormalization, Conv2D
from core.presets import Preset
from tests.benchmarks.measured import Measured, Scope
from tests.tui.on_terminal import Terminal, on_terminal
from tui.app import LayerLabApp

SIZE = (120, 36)
BEGUN = "steps, "
"""Stands on the screen once steps are taken."""
DEEP = 250
"""Pairs of a convolution and a normalization: what is beside the stack is another form at every step."""
RATE = 30
"""Keys a second, as a held key gives them."""


def measure(scope: Scope) -> Iterator[Measured]:
    """Kilobytes a second of a training app on a terminal of 120x36, and a step through 500 layers."""
    yield Measured("sent while ffnn-500 trains", _sent("ffnn-500", 4.0 if scope.tiny else 30.0), "kB/s", 15.0)
    taken = asyncio.run(_steps(10 if scope.tiny else 90))
    yield Measured("a step through 500 layers, median", 1e3 * taken, "ms", 1e3 / RATE)


def _sent(preset: str, seconds: float) -> float:
    """Kilobytes (1000 bytes) a second that the app writes to its terminal from the first steps of a training on."""
    command = [sys.executable, "-m", "tui", preset]
    with on_terminal(command, SIZE, stderr=None) as terminal:
        terminal.until(lambda seen: "Network" in seen)
        terminal.type("t")
        terminal.until(lambda seen: BEGUN in seen)
        return _read_for(terminal, seconds) / seconds / 1000


def _read_for(terminal: Terminal, seconds: float) -> int:
    """The bytes that come within ``seconds``."""
    ends, count = monotonic() + seconds, 0
    while (left := ends - monotonic()) > 0:
        if select.select([terminal.leader], [], [], left)[0]:
            count += len(os.read(terminal.leader, 65536))
    return count


async def _steps(count: int) -> float:
    """Seconds, median, from one layer to the next while the key is held down."""
    layers = [layer for _ in range(DEEP) for layer in (Conv2D(16, (3, 3), padding="same"), BatchNormalization())]
    app = LayerLabApp(Preset("deep", Architecture((28, 28, 1), tuple(layers))))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("down")
        reached = [perf_counter()]
        app.build_pane.watch(app.build_pane, "selected", lambda: reached.append(perf_counter()), init=False)
        for _ in range(count):
            app.post_message(Key("down", None))
            await asyncio.sleep(1 / RATE)
        while app.build_pane.selected <= count:
            await asyncio.sleep(0.001)
    return median(after - before for before, after in pairwise(reached))
