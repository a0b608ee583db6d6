"""How soon a training does what it is told: a pause, a stop; of every preset, and with keys in the running app.

A training stops where its steps under way end. What follows a stop, unless somebody is in a hurry, is the measurement
of the test set; it is told apart here, as a person waits for it too.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from threading import Thread
from time import perf_counter, sleep
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace
from textual import events

from core import presets
from core.events import Ended, Event, Progress, StateChanged
from core.network.summary import summarize
from core.presets import Preset
from core.readiness import blockers
from core.training.session import Session
from tests.benchmarks.measured import Measured, Scope
from tui.app import LayerLabApp

WANTED = 200.0
"""Milliseconds."""
PRESSES = 8
"""Pauses of each training, at moments spread over a third of a second."""
IN_APP = ("ffnn-500", "keras-convnet")
GOLDEN = 0.618034
PATIENCE = 120.0
"""Seconds after which an answer is given up."""
LOOK = 0.002
"""Seconds between two looks at the app's state."""

T = TypeVar("T", bound=Event)


class Answers(Struct, frozen=True):
    """Milliseconds from the wish to its fulfilment, the longest of each kind."""

    preset: str
    pause: float
    stop: float
    """To idle, without the test."""
    halt: float
    """To the last step's end."""
    tested: float
    """To idle, with the test."""


def measure(scope: Scope) -> Iterator[Measured]:
    """The slowest answers of all presets that can be trained, then what a person sees in the app."""
    chosen = ["ffnn-10"] if scope.tiny else [name for name in _shipped() if not _obstacle(name)]
    answers = [answer(name, 2 if scope.tiny else PRESSES) for name in chosen]
    yield _slowest("pause to paused", answers, lambda told: told.pause)
    yield _slowest("stop to the last step's end", answers, lambda told: told.halt)
    yield _slowest("stop to idle, the test set left out", answers, lambda told: told.stop)
    yield _slowest("stop to idle, the test set measured", answers, lambda told: told.tested)
    slowest = max(answers, key=lambda told: max(told.pause, told.stop)).preset
    for name in dict.fromkeys([slowest] if scope.tiny else [*IN_APP, slowest]):
        paused, stopped = asyncio.run(in_app(name, 2 if scope.tiny else PRESSES))
        yield Measured(f"{name} in the app: space to paused", paused, "ms", WANTED)
        yield Measured(f"{name} in the app: x to idle, the test set measured", stopped, "ms", WANTED)


def answer(preset: str, presses: int) -> Answers:
    """Train ``preset``, pause it ``presses`` times and stop it twice."""
    loaded = _endless(preset)
    told: SimpleQueue[tuple[float, Event]] = SimpleQueue()
    session = Session(loaded.architecture, loaded.plan, lambda event: told.put((perf_counter(), event)))
    thread = _running(session)
    pauses = []
    for number in range(presses):
        _heard(told, Progress)
        sleep(_moment(number))
        begun = perf_counter()
        session.pause()
        pauses.append(_entered(told, "paused") - begun)
        session.resume()
    _heard(told, Progress)
    sleep(_moment(presses))
    begun = perf_counter()
    session.stop()
    halt = _entered(told, "stopping") - begun
    tested = _joined(thread) - begun
    session.extend(1_000)
    thread = _running(session)
    _heard(told, Progress)
    sleep(_moment(presses))
    begun = perf_counter()
    session.stop(evaluate=False)
    stop = _joined(thread) - begun
    return Answers(preset, 1e3 * max(pauses), 1e3 * stop, 1e3 * halt, 1e3 * tested)


async def in_app(preset: str, presses: int) -> tuple[float, float]:
    """Milliseconds in the running app from the key space to paused, the longest, and from the key x to idle."""
    app = LayerLabApp(_endless(preset))
    pauses = []
    async with app.run_test(size=(120, 36)):
        pane = app.train_pane
        app.action_train()
        await _until(lambda: pane.history.progress)
        for number in range(presses):
            await asyncio.sleep(_moment(number))
            pauses.append(await _press(app, "space", lambda: pane.state == "paused"))
            await _press(app, "space", lambda: pane.state == "running")
        await asyncio.sleep(_moment(presses))
        stopped = await _press(app, "x", lambda: pane.state == "idle")
    return max(pauses), stopped


def _endless(name: str) -> Preset:
    """The preset ``name``, trained without end; with so long a validation that wishes fall into that as well."""
    loaded = presets.load(presets.find(name))
    return replace(loaded, plan=replace(loaded.plan, epochs=100_000, early_stopping=None, validation=0.8))


def _shipped() -> list[str]:
    return [listed.id for listed in presets.listed() if not listed.own]


def _obstacle(name: str) -> bool:
    loaded = presets.load(presets.find(name))
    return bool(blockers(loaded.architecture, loaded.plan, summarize(loaded.architecture)))


def _slowest(what: str, answers: Iterable[Answers], figure: Callable[[Answers], float]) -> Measured:
    worst = sorted(answers, key=figure, reverse=True)
    others = ", ".join(f"{told.preset} {figure(told):.0f}" for told in worst[1:3])
    what = f"{what}, the slowest of {len(worst)}: {worst[0].preset}"
    return Measured(what, figure(worst[0]), "ms", WANTED, note=f"then {others}" if others else "")


def _running(session: Session) -> Thread:
    thread = Thread(target=session.run, daemon=True)
    thread.start()
    return thread


def _joined(thread: Thread) -> float:
    """When the thread has ended."""
    thread.join(PATIENCE)
    if thread.is_alive():
        raise TimeoutError("the session does not end")
    return perf_counter()


def _heard(told: "SimpleQueue[tuple[float, Event]]", kind: type[T]) -> tuple[float, T]:
    """The next event of ``kind``, and when it came; those before it are forgotten."""
    while True:
        at, event = told.get(timeout=PATIENCE)
        if isinstance(event, kind):
            return at, event
        if isinstance(event, Ended) and event.reason == "failed":
            raise RuntimeError(event.message)


def _entered(told: "SimpleQueue[tuple[float, Event]]", state: str) -> float:
    """When the session enters ``state``."""
    while True:
        at, event = _heard(told, StateChanged)
        if event.state == state:
            return at


def _moment(number: int) -> float:
    """Seconds to wait before a wish: 0.02 to 0.3, spread evenly however many there are."""
    return 0.02 + 0.28 * (number * GOLDEN % 1)


async def _press(app: LayerLabApp, key: str, condition: Callable[[], object]) -> float:
    """Milliseconds from ``key`` until ``condition`` holds."""
    begun = perf_counter()
    app.post_message(events.Key(key, " " if key == "space" else key))
    await _until(condition)
    return 1e3 * (perf_counter() - begun)


async def _until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(LOOK)
