"""Nothing is kept of what is shown no more: counted, never in megabytes."""

import gc
from collections import Counter
from weakref import ref

import pytest
from textual.widget import Widget

from tests.tui.driving import burst, opened, sessions, until
from tests.tui.inspect.networks import fixed, inspecting
from tui import garbage

ROUNDS = {
    "tabs": ["2", "3", "4", "1"],
    "inspect views": ["3", "m", "d", "w", "v", "g", "f", "r", "1"],
    "help": ["question_mark", "escape"],
    "palette": ["ctrl+p", "escape"],
    "presets": ["p", "escape"],
    "add a layer": ["a", "escape"],
    "save as": ["S", "escape"],
}


@pytest.fixture(autouse=True)
def looked_through(monkeypatch):
    """The collector looks at all that comes from now on, and not again and again at TensorFlow's million objects."""
    gc.collect()
    gc.freeze()
    with monkeypatch.context() as patched:
        patched.setattr(gc, "freeze", lambda: None)
        yield


def _alive() -> Counter[str]:
    """Widgets there are, and what they are watched by."""
    gc.collect()
    widgets = [thing for thing in gc.get_objects() if isinstance(thing, Widget)]
    watched = sum(len(each) for one in widgets for each in getattr(one, "__watchers", {}).values())
    return Counter(type(one).__name__ for one in widgets) + Counter(watchers=watched)


async def test_what_comes_and_goes_leaves_nothing_behind():
    async with inspecting(fixed()) as (app, pane, pilot):
        for name, names in ROUNDS.items():
            before = None
            for _ in range(2):
                for _ in range(2):
                    for key in names[:-1]:
                        await burst(app, pilot, key)
                        if pane.view is None:
                            await until(pilot, lambda: pane.view is not None)
                    if names[-1] == "escape":
                        await until(pilot, lambda: len(app.screen_stack) > 1)
                    await burst(app, pilot, names[-1])
                await until(pilot, lambda: len(app.screen_stack) == 1)
                if before is None:
                    before = _alive()
            try:
                await until(pilot, lambda before=before: not _alive() - before)  # a closed screen is removed in a while
            except AssertionError:
                pytest.fail(f"{name}: {_alive() - before}")


async def test_a_training_that_is_over_leaves_nothing_of_the_one_before():
    async with opened() as (app, pilot):
        seen = []
        for number in range(1, 4):
            await burst(app, pilot, "t")
            await until(pilot, lambda number=number: len(sessions) == number)
            sessions[-1].allow(10**6)
            await until(pilot, lambda: app.train_pane.busy is False)
            gc.collect()
            found = gc.get_objects()
            told = Counter(type(thing).__name__ for thing in found if type(thing).__module__ == "core.events")
            seen.append(told["EpochEnded"])
        assert seen[2] <= seen[0] + app.preset.plan.epochs, "of two trainings at most the epochs are kept"


async def test_once_a_person_rests_and_nothing_loads_a_closed_dialog_is_freed(monkeypatch):
    monkeypatch.setattr(garbage, "REST", 0.1)
    closed, asked = [], []

    def busy():
        asked.extend(page() is not None for page in closed)
        return len(asked) <= 3

    async with opened() as (app, pilot):
        app._collector._busy = busy
        gc.disable()
        try:
            await burst(app, pilot, "question_mark")
            await until(pilot, lambda: len(app.screen_stack) > 1)
            page = ref(app.screen)
            await burst(app, pilot, "escape")
            await until(pilot, lambda: len(app.screen_stack) == 1)
            closed.append(page)
            await until(pilot, lambda: page() is None)
            assert asked[:4] == [True] * 4, "nothing but a collection frees it, and none comes while the app is busy"
        finally:
            gc.enable()
