"""Loading TensorFlow in the background: when it begins, what is seen of it, that nothing has to wait for it."""

import sys
from contextlib import asynccontextmanager
from threading import Event

import pytest
from msgspec.structs import replace

from core import presets
from core.network.architecture import Architecture
from core.sweeps.sweep_file import of_preset
from tests.tui.driving import screen_of, until
from tests.tui.on_terminal import on_terminal
from tests.tui.scripted import ScriptedSession
from tests.tui.scripted_trials import ScriptedTrials
from tui import loading
from tui.app import LayerLabApp
from tui.loading import Loader, Preparer

SAID, PREPARED = "loading TensorFlow", "preparing training"


class Load:
    """What is to be loaded: comes to its end once it is let."""

    def __init__(self, failure=None):
        self.begun, self.let = Event(), Event()
        self.failure = failure

    def __call__(self):
        self.begun.set()
        self.let.wait()
        if self.failure:
            raise self.failure


@pytest.fixture
def load():
    load = Load()
    yield load
    load.let.set()


@asynccontextmanager
async def opened(load, size=(120, 36), prepare=None):
    app = LayerLabApp(presets.load(presets.find("lenet-5")), load=load, prepare=prepare)
    sessions = []

    def remembered(*plan):
        sessions.append(ScriptedSession(*plan))
        return sessions[-1]

    app.runs.session_factory = remembered
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot, sessions


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr(loading, "IDLE", 0.01)


@pytest.fixture
def never(monkeypatch):
    monkeypatch.setattr(loading, "IDLE", 10_000.0)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_it_begins_by_itself_and_the_header_tells_as_long_as_it_lasts(at_once, load, size):
    async with opened(load, size) as (app, pilot, _):
        await until(pilot, lambda: SAID in screen_of(app).splitlines()[0])
        seen = app.header.activity
        await until(pilot, lambda: app.header.activity != seen)  # the sign turns
        assert SAID in app.header.activity
        load.let.set()
        await until(pilot, lambda: app.header.activity == "device auto")
        assert SAID not in screen_of(app)


async def test_keys_and_mouse_put_it_off(never, load):
    async with opened(load) as (app, pilot, _):
        await until(pilot, lambda: app._preload._idle)
        put_off = []
        app._preload._idle.reset = lambda: put_off.append(True)
        await pilot.press("down")
        assert put_off
        put_off.clear()
        await pilot.hover("#stack")
        assert put_off
        assert not load.begun.is_set()
        assert app.header.activity == "device auto"


async def test_t_begins_it_and_trains_once_it_is_done(never, load):
    async with opened(load) as (app, pilot, sessions):
        await pilot.press("t")
        await until(pilot, load.begun.is_set)
        assert app.train_pane.state == "preparing"
        assert SAID in app.train_pane.message
        assert not sessions
        load.let.set()
        await until(pilot, lambda: sessions)
        sessions[0].allow(3)
        await until(pilot, lambda: app.train_pane.history.progress)
        await app.train_pane.stop_and_wait()


async def test_it_is_not_told_of_a_training_that_need_not_wait_for_it(at_once, load):
    async with opened(load) as (app, pilot, sessions):
        load.let.set()
        await until(pilot, lambda: app.loader.done)
        await pilot.press("t")
        await until(pilot, lambda: sessions)
        assert app.train_pane.message.startswith("preparing: building")
        await app.train_pane.stop_and_wait()


async def test_x_does_not_wait_for_it(at_once, load):
    async with opened(load) as (app, pilot, _):
        await pilot.press("t")
        await until(pilot, load.begun.is_set)
        await pilot.press("x")
        await until(pilot, lambda: not app.train_pane.busy)
        assert "stopped before training began" in app.train_pane.message
        assert not load.let.is_set()


async def test_what_x_leaves_loading_is_told_until_it_is_done(never, load):
    async with opened(load) as (app, pilot, _):
        await until(pilot, lambda: app._preload._idle)
        await pilot.press("t")
        await until(pilot, load.begun.is_set)
        await pilot.press("x")
        await until(pilot, lambda: SAID in app.header.activity)
        load.let.set()
        await until(pilot, lambda: app.header.activity == "device auto")


@pytest.mark.parametrize("keys", [["q"], ["t", "q", "left", "enter"]])
async def test_quitting_does_not_wait_for_it(at_once, load, keys):
    async with opened(load) as (app, pilot, _):
        await until(pilot, load.begun.is_set)
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await until(pilot, lambda: not app.is_running)
    assert app.loader.under_way


async def test_a_load_that_fails_is_not_told_before_a_person_trains(at_once):
    load = Load(ImportError("no module named tensorflow"))
    async with opened(load) as (app, pilot, sessions):
        await until(pilot, load.begun.is_set)
        before = app.train_pane.message
        load.let.set()
        await until(pilot, lambda: not app.loader.under_way)
        await until(pilot, lambda: app.header.activity == "device auto")
        assert app.train_pane.message == before
        assert "tensorflow" not in screen_of(app).lower()
        await pilot.press("t")
        await until(pilot, lambda: sessions)  # which tries again, and would tell
        await app.train_pane.stop_and_wait()


class Prepare:
    """Prepares nothing, but remembers of what; each comes to its end once it is let, or is not wanted any more."""

    def __init__(self):
        self.asked, self.let, self.given_up = [], Event(), []

    def __call__(self, architecture, plan, cancelled):
        self.asked.append((architecture, plan))
        while not self.let.wait(0.001):
            if cancelled():
                self.given_up.append((architecture, plan))
                return


@pytest.fixture
def prepare():
    prepare = Prepare()
    yield prepare
    prepare.let.set()


async def test_once_it_is_loaded_the_network_that_is_open_is_prepared_and_again_when_it_has_changed(
    at_once, load, prepare
):
    async with opened(load, prepare=prepare) as (app, pilot, _):
        await until(pilot, load.begun.is_set)
        assert not prepare.asked
        load.let.set()
        await until(pilot, lambda: prepare.asked)
        await until(pilot, lambda: PREPARED in app.header.activity)
        first = app.preset
        assert prepare.asked == [(first.architecture, first.plan)]
        prepare.let.set()
        await until(pilot, lambda: app.header.activity == "device auto")
        await pilot.press("down")
        await until(pilot, lambda: app._preload._idle is None)
        assert len(prepare.asked) == 1, "nothing has changed"
        await pilot.press("end", "d")
        await until(pilot, lambda: len(prepare.asked) == 2)
        assert prepare.asked[1] == (app.preset.architecture, app.preset.plan) != prepare.asked[0]


async def test_t_waits_for_its_own_network_and_has_another_given_up(at_once, load, prepare):
    async with opened(load, prepare=prepare) as (app, pilot, sessions):
        load.let.set()
        await until(pilot, lambda: prepare.asked)
        await pilot.press("t")
        await until(pilot, lambda: app.train_pane.busy)
        assert not prepare.given_up
        assert not sessions
        await pilot.press("x")
        await until(pilot, lambda: not app.train_pane.busy)
        await pilot.press("1", "end", "up", "d", "t")
        await until(pilot, lambda: prepare.given_up)
        assert prepare.given_up == prepare.asked[:1]
        await app.train_pane.stop_and_wait()


async def test_while_something_trains_nothing_is_prepared(at_once, load, prepare):
    async with opened(load, prepare=prepare) as (app, pilot, sessions):
        prepare.let.set()
        load.let.set()
        await until(pilot, lambda: len(prepare.asked) == 1)
        await pilot.press("t")
        await until(pilot, lambda: sessions)
        sessions[0].allow(1)
        await pilot.press("1", "end", "d")
        await until(pilot, lambda: app._preload._idle is None)
        assert len(prepare.asked) == 1
        await app.train_pane.stop_and_wait()


def test_a_preparation_that_fails_is_over():
    def fail(*_):
        raise ValueError("no")

    preparer = Preparer(fail)
    preset = presets.load(presets.find("lenet-5"))
    preparer.begin(preset)
    preparer.wait(preset.architecture, preset.plan, lambda: False)
    assert not preparer.under_way


@pytest.mark.keras
def test_a_training_reuses_what_was_prepared(monkeypatch):
    loading.load()
    from core.training import trainer

    monkeypatch.setattr(trainer, "_cache", trainer.NetworkCache())
    lenet, other = (presets.load(presets.find(name)) for name in ("lenet-5", "ffnn-10"))
    loading.prepare(lenet.architecture, lenet.plan, lambda: True)
    assert trainer._cache._network is None, "given up before it was built"
    loading.prepare(Architecture((28, 28, 1)), lenet.plan, lambda: False)
    assert trainer._cache._network is None, "it cannot be trained"
    loading.prepare(lenet.architecture, lenet.plan, lambda: False)
    prepared = trainer._cache._network
    assert prepared.ready
    loading.prepare(lenet.architecture, replace(lenet.plan, epochs=1, seed=5), lambda: False)
    assert trainer._cache._network is prepared
    assert trainer.Trainer(lenet.architecture, lenet.plan).model is prepared.model
    loading.prepare(other.architecture, other.plan, lambda: False)
    assert trainer._cache._network is not prepared


def test_a_loader_runs_once_however_often_it_is_asked():
    calls = []
    loader = Loader(lambda: calls.append(True))
    for _ in range(3):
        loader.wait(lambda: False)
    assert calls == [True]
    assert not loader.under_way


@pytest.mark.keras
def test_the_process_ends_in_the_midst_of_loading():
    with on_terminal([sys.executable, "-m", "tui", "lenet-5"], (120, 36)) as terminal:
        terminal.until(lambda shown: SAID in shown)
        terminal.type("q")
        shown = terminal.to_the_end()
        assert terminal.process.returncode == 0
    assert "\x1b[?1049l" in shown  # the terminal is given back
    assert "Fatal" not in shown
    assert "Traceback" not in shown


async def test_it_is_put_off_while_a_sweep_needs_the_processor(never, load, home):
    async with opened(load) as (app, pilot, _):
        trials = ScriptedTrials()
        trials.may_end.clear()
        app.sweeps.run_sweep = trials.run
        app.sweeps.begin(of_preset(app.preset, "lenet-5"), 1)
        await until(pilot, lambda: trials.jobs)
        app._preload._rested()
        assert not load.begun.is_set()
        assert app._preload._idle is not None, "it looks again"
        trials.may_end.set()
        await until(pilot, lambda: not app.sweeps.running)
        app._preload._rested()
        await until(pilot, load.begun.is_set)
