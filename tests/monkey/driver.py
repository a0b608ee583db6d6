"""The monkey at the app in this process, by Textual's pilot."""

import asyncio
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterator
from time import monotonic

from msgspec import Struct
from textual import events as textual_events
from textual.events import Key, MouseDown, MouseMove, MouseScrollDown, MouseScrollUp, MouseUp
from textual.keys import _character_to_key
from textual.message_pump import MessagePump
from textual.pilot import Pilot

from tests.monkey.events import Click, Event, Keys, Paste, Resize, Rest, Steps, cost, events
from tests.monkey.stage import Stage

__all__ = ["Outcome", "run"]

SIZE = (120, 36)
TURN = 0.001
"""Seconds between two looks at a condition."""
REST = 2.0
"""Seconds that threads have to come to their end, where an event waits for them."""
PATIENCE = 60.0
"""Seconds after which the app is taken to hang."""
LAST = 25
"""Events that are told of where something goes wrong."""


class Outcome(Struct):
    """What became of a run of the monkey."""

    seed: int
    done: int = 0
    """Events."""
    seconds: float = 0.0
    starts: int = 0
    """How often the app was started: where the monkey quits it in order it is started again."""
    fault: str = ""
    """What went wrong; empty if nothing did."""
    last: tuple[Event, ...] = ()
    """The events before that, the newest last."""
    actions: Counter[str] = Counter()
    """How often each action was run."""
    screens: Counter[str] = Counter()
    """How often each dialog was opened."""


class Fault(Exception):
    """The app is not as it should be."""


async def run(seed: int, count: int) -> Outcome:
    """Let ``count`` events of ``seed`` loose on the app. In a folder that `stage.furnish` has furnished."""
    outcome = Outcome(seed, actions=Counter(), screens=Counter())
    last: deque[Event] = deque(maxlen=LAST)
    stream = events(seed, count)
    begun = monotonic()
    loop = asyncio.get_running_loop()
    strays: list[str] = []
    loop.set_exception_handler(lambda _, context: strays.append(_told(context)))
    while outcome.done < count and not outcome.fault:
        app = Stage()
        outcome.starts += 1
        try:
            async with app.run_test(size=SIZE) as pilot:
                await pilot.pause()
                await _play(app, pilot, stream, last, outcome)
                if not app._exit:
                    await _check(app, pilot)
        except Fault as fault:
            outcome.fault = str(fault)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is what is looked for
            outcome.fault = "".join(traceback.format_exception(error))
        if strays and not outcome.fault:
            outcome.fault = strays[0]
        outcome.actions += app.actions
        outcome.screens += app.screens
    outcome.last, outcome.seconds = tuple(last), monotonic() - begun
    return outcome


async def _play(app: Stage, pilot: Pilot[None], stream: Iterator[Event], last: deque[Event], outcome: Outcome) -> None:
    """Play events until there are none left or the app has ended."""
    for event in stream:
        last.append(event)
        outcome.done += cost(event)
        await _do(app, event)
        if app._exit or app._exception is not None:
            return


async def _do(app: Stage, event: Event) -> None:
    match event:
        case Keys(names=names, burst=burst):
            for name in names:
                app.post_message(_key(name))
                if not burst:
                    await _settled(app)
        case Paste(text=text):
            app.post_message(textual_events.Paste(text))
        case Click():
            _click(app, event)
        case Resize(columns=columns, lines=lines):
            app._driver._size = size = textual_events.Size(columns, lines)
            app.post_message(textual_events.Resize(size, size))
        case Steps(count=count, fails=fails):
            app.go_on(count, fails)
        case Rest():
            await _rested(app)
    await _settled(app)


def _key(name: str) -> Key:
    return Key(_character_to_key(name), name) if len(name) == 1 else Key(name, _CHARACTERS.get(name))


_CHARACTERS = {
    "space": " ",
    "slash": "/",
    "question_mark": "?",
    "full_stop": ".",
    "comma": ",",
    "plus": "+",
    "minus": "-",
    "number_sign": "#",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "equals_sign": "=",
    "colon": ":",
    "greater_than_sign": ">",
    "semicolon": ";",
    "backslash": "\\",
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
}
"""The characters of keys with a name."""


def _click(app: Stage, click: Click) -> None:
    width, height = app.size
    place = [min(int(click.x * width), width - 1), min(int(click.y * height), height - 1)]
    end = place if click.to is None else [int(click.to[0] * (width - 1)), int(click.to[1] * (height - 1))]
    if click.wheel:
        kind = MouseScrollDown if click.wheel > 0 else MouseScrollUp
        for _ in range(abs(click.wheel)):
            app.post_message(_mouse(kind, place, 0))
        return
    for _ in range(click.times):
        app.post_message(_mouse(MouseMove, place, 0))
        app.post_message(_mouse(MouseDown, place, 1))
        if end != place:
            app.post_message(_mouse(MouseMove, end, 1))
        app.post_message(_mouse(MouseUp, end, 1))


def _mouse(kind: type[textual_events.MouseEvent], place: list[int], button: int) -> textual_events.MouseEvent:
    x, y = place
    return kind(None, x, y, 0, 0, button, False, False, False, screen_x=x, screen_y=y)


async def _rested(app: Stage) -> None:
    """Wait until all is done that has been begun, save for trainings and dialogs; for some seconds at most."""
    await _holds(app, lambda: _at_rest(app), REST)


def _at_rest(app: Stage) -> bool:
    threads = (each for each in app.workers if each._thread_worker and each.group != "training")
    return all(worker.is_finished for worker in threads)


def _has_stopped(app: Stage) -> bool:
    """Whether no worker is left, once trainings are stopped: a run that was still being read may have been resumed."""
    app.train_pane.controller.stop(evaluate=False)
    return all(worker.is_finished for worker in app.workers)


async def _settled(app: Stage) -> None:
    """Wait until the app has taken in what was posted to it: not until all that follows from it is done."""
    for pump in (app, app.screen):  # a key goes from the one to the other
        taken_in = asyncio.Event()
        if pump.call_later(taken_in.set) and not await _holds(app, taken_in.is_set, PATIENCE, pump):
            raise Fault(f"the app has not taken in its messages for {PATIENCE:.0f} seconds")


async def _holds(app: Stage, condition: Callable[[], bool], seconds: float, pump: MessagePump | None = None) -> bool:
    """Let the app run until ``condition`` holds, or it, or ``pump``, has ended; False after ``seconds`` without."""
    until = monotonic() + seconds
    while not (condition() or app._exit or app._exception is not None or (pump is not None and not pump.is_running)):
        if monotonic() > until:
            return False
        await asyncio.sleep(TURN)
    return True


async def _check(app: Stage, pilot: Pilot[None]) -> None:
    """Whether the app answers, has nothing left over, and comes back to where it began."""
    await _do(app, Resize(*SIZE))
    for _ in range(40):
        await _do(app, Keys(("escape",)))
    await _until(app, lambda: len(app.screen_stack) == 1, "escape does not close what is open")
    if app._exception is not None:
        raise Fault("".join(traceback.format_exception(app._exception)))
    # A run that is still being read is inspected or resumed once it has been: on a busy machine only now.
    await _until(app, lambda: _at_rest(app), "threads do not come to their end")
    await pilot.pause()
    for tab in ("train", "build", "runs", "inspect", "build"):
        await _do(app, Keys(({"train": "2", "build": "1", "runs": "4", "inspect": "3"}[tab],)))
        await _until(app, lambda tab=tab: app.tabs.current == app.header.tab == tab, f"no key opens the tab {tab}")
        pane = app.query_one(f"#{tab}")
        await _until(app, lambda pane=pane: pane.has_focus_within, f"nothing has the focus on the tab {tab}")
    await _do(app, Keys(("question_mark",)))
    await _until(app, lambda: len(app.screen_stack) == 2, "? does not open the help")
    await _do(app, Keys(("escape",)))
    await _until(app, lambda: len(app.screen_stack) == 1, "escape does not close the help")
    await app.train_pane.stop_and_wait()
    await _until(app, lambda: _has_stopped(app), "workers are left over", workers=True)


async def _until(app: Stage, condition: Callable[[], bool], fault: str, *, workers: bool = False) -> None:
    held = await _holds(app, condition, PATIENCE)
    if app._exception is not None:
        raise Fault("".join(traceback.format_exception(app._exception)))
    if not held:
        left = [worker for worker in app.workers if not worker.is_finished] if workers else ""
        raise Fault(f"{fault}: screens {app.screen_stack}, focus {app.focused}, tab {app.tabs.current} {left}")


def _told(context: dict) -> str:
    error = context.get("exception")
    return "".join(traceback.format_exception(error)) if error else str(context.get("message"))
