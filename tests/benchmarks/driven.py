"""The app in a process and on a terminal of its own, where it trains one network twice: what a person waits for.

`drive` starts that process; run as a module, this file is that process.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from math import nan
from pathlib import Path
from threading import Timer
from time import perf_counter

import msgspec
from msgspec.structs import replace
from textual import events
from textual.pilot import Pilot

from core import presets
from tests.benchmarks.beat import Beat
from tests.benchmarks.measured import percentile
from tests.benchmarks.processes import held
from tests.tui.on_terminal import on_terminal
from tui.app import LayerLabApp
from tui.cli.opening import open_app

SIZE = (120, 36)
PATIENCE = 120.0
"""Seconds after which something is given up that should have come long ago."""
ALONE = 20.0
"""Seconds for which the app is left alone, at most."""
SOON, RARELY = 0.002, 0.05
"""Seconds between two looks at what the app has come to; they must not slow down a training that is being timed."""


class Witnessed(msgspec.Struct, frozen=True):
    """Seconds that things took."""

    stall: float
    """The longest that the event loop stood still from the first idle moment to the key ``t``, or if that came at
    once, to the first point of the curves."""
    lag: float
    """Its lag meanwhile, the 99th percentile."""
    first: float
    """From the key ``t`` to that point."""
    second: float
    """The same for the second training, which follows at once."""
    epochs: list[float]
    """The epochs of the first training, as the session tells them."""
    loaded: float | None
    """Megabytes that the app held once TensorFlow and the digits were loaded; None if it was not waited for."""
    prepared: float | None
    """The same once its network was prepared too."""
    own: float | None
    """What of that no other process shares."""


@cache
def drive(name: str, epochs: int, batch_size: int, turn: int = 0, *, hasty: bool = False) -> Witnessed:
    """Open `layerlab` on a preset, train it to the end, and then once more to its first point.

    Training begins once all has been prepared in the background, which is given `ALONE`; if ``hasty``, at once. A
    ``turn`` is measured once, whoever asks for it. Raises RuntimeError if the app ended without an answer.
    """
    loaded = presets.load(presets.find(name))
    plan = replace(loaded.plan, epochs=epochs, batch_size=batch_size, early_stopping=None)
    with tempfile.TemporaryDirectory() as folder:
        file, answer = Path(folder) / f"{name}.toml", Path(folder) / f"{turn}.json"
        presets.save(replace(loaded, plan=plan), file)
        command = [sys.executable, "-m", "tests.benchmarks.driven", str(file), str(answer), *["hasty"] * hasty]
        with on_terminal(command, SIZE) as terminal:
            watchdog = Timer(2 * PATIENCE, terminal.process.kill)
            watchdog.daemon = True
            watchdog.start()
            shown = terminal.to_the_end()
            watchdog.cancel()
        if not answer.exists():
            raise RuntimeError(f"the app ended without an answer, having shown {shown[-2000:]!r}")
        return msgspec.json.decode(answer.read_bytes(), type=Witnessed)


async def _watch(app: LayerLabApp, *, hasty: bool) -> Witnessed:
    pane = app.train_pane
    loaded = prepared = own = None
    async with Beat() as beat:
        if hasty:
            first = await _to_first_point(app)
        else:
            loaded, prepared, own = await _left_alone(app)
    if not hasty:
        first = await _to_first_point(app)
    await _until(lambda: not pane.busy, RARELY)
    ended = pane.history.ended
    if ended is None or ended.reason != "finished":
        raise RuntimeError(f"the training did not finish: {ended}")
    epochs = [epoch.seconds for epoch in pane.history.epochs]
    second = await _to_first_point(app)
    await pane.stop_and_wait()
    return Witnessed(max(beat.lags), percentile(beat.lags, 99), first, second, epochs, loaded, prepared, own)


async def _left_alone(app: LayerLabApp) -> tuple[float, float, float]:
    """Wait until all is prepared for a training, but no longer than `ALONE`; the memory held before and after."""
    preparer = app.preparer
    if preparer is None:
        raise RuntimeError("the app prepares nothing")
    loaded = nan
    with suppress(TimeoutError):
        async with asyncio.timeout(ALONE):
            await _until(lambda: preparer.under_way, RARELY)
            loaded = held()
            await _until(lambda: not preparer.under_way, RARELY)
    return loaded, held(), held(line="RssAnon")


async def _to_first_point(app: LayerLabApp) -> float:
    """Seconds from the key ``t`` to the first point of the curves."""
    pane = app.train_pane
    begun = perf_counter()
    app.post_message(events.Key("t", "t"))
    await _until(lambda: pane.busy)
    await _until(lambda: pane.history.loss or pane.history.ended)
    return perf_counter() - begun


async def _until(condition: Callable[[], object], every: float = SOON) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(every)


def main() -> None:
    """What `layerlab FILE` does, with somebody at the keyboard."""
    file, answer, *how = sys.argv[1:]
    start = LayerLabApp.run

    def run(app: LayerLabApp) -> None:
        async def watch(pilot: Pilot[object]) -> None:
            await pilot.pause()
            Path(answer).write_bytes(msgspec.json.encode(await _watch(app, hasty="hasty" in how)))
            app.exit()

        start(app, auto_pilot=watch)

    LayerLabApp.run = run  # type: ignore[method-assign, assignment]  # the command line offers no such way in
    open_app(file)


if __name__ == "__main__":
    main()
