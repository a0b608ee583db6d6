"""The Train tab on a scripted session: every key in every state, what is refused, what is told."""

from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread

import pytest
from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.reactive import reactive
from textual.widgets import Footer, Input

import tui
from core.events import Ended, LayerSample, RunNotSaved, Started, StateChanged, StepSampled
from core.history import History
from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten
from core.plan.plan import Plan
from core.presets import Preset
from tests.tui.driving import SIZES, Themed, screen_of, until
from tests.tui.scripted import STEPS, ScriptedSession
from tui.train import messages, run_view
from tui.train.pane import TrainPane
from tui.training_session import TrainedNetwork

NET = Preset("net", Architecture((28, 28, 1), (Flatten(), Dense(10, "softmax"))), Plan(epochs=3))
CSS = Path(tui.__file__).parent / "train" / "train.tcss"


class Host(Themed):
    """Holds a preset as the app does, and remembers what the tab posts."""

    CSS_PATH = [str(CSS)]

    preset: reactive[Preset | None] = reactive[Preset | None](None)

    def __init__(self, preset):
        super().__init__()
        self.set_reactive(Host.preset, preset)
        self.sessions = []
        self.posted = []
        self.merged = []
        self.states = []
        self.failure = None

    def session_factory(self, architecture, plan, listen):
        session = ScriptedSession(architecture, plan, listen)
        session.failure = self.failure
        self.sessions.append(session)
        return session

    def _training(self, preset, forecast=None):
        return lambda listen: self.session_factory(preset.architecture, preset.plan, listen)

    def compose(self) -> ComposeResult:
        yield TrainPane(self._take_plan, self._training).data_bind(Host.preset)
        yield Footer()

    def on_mount(self):
        self.watch(self.query_one(TrainPane), "state", self._note_state, init=False)

    def _note_state(self, state):
        self.states.append(state)

    @on(TrainPane.PlanSettled)
    def _remember(self, message):
        self.posted.append(message)

    def _take_plan(self, plan, merging):
        self.merged.append(merging)
        self.preset = replace(self.preset, plan=plan)

    def said(self, kind):
        return [message for message in self.posted if isinstance(message, kind)]


@asynccontextmanager
async def at_rest(size=(120, 36), preset=NET):
    app = Host(preset)
    async with app.run_test(size=size) as pilot:
        pane = app.query_one(TrainPane)
        pane.focus_default()
        await pilot.pause()
        try:
            yield app, pane, pilot
        finally:
            await pane.stop_and_wait()


@asynccontextmanager
async def training(size=(120, 36), steps=10, preset=NET):
    """A training that has done ``steps`` steps and waits to be allowed more."""
    async with at_rest(size, preset) as (app, pane, pilot):
        await pilot.press("t")
        await until(pilot, lambda: app.sessions)
        app.sessions[0].allow(steps)
        await until(pilot, lambda: pane.history.progress and pane.history.progress.step == steps)
        yield app, pane, pilot


def shown_keys(app):
    active = app.screen.active_bindings.items()
    return {key: held.enabled for key, held in active if held.binding.show}


def texts(table):
    return [[cell.strip() for cell in table.cells(index)] for index in range(table.row_count)]


async def test_t_trains_to_the_end_and_says_what_was_reached(size):
    async with training(size) as (app, pane, pilot):
        assert pane.busy
        assert pane.state == "running"
        assert "61,706 parameters on cpu" in pane.message
        app.sessions[0].allow(10**6)
        await until(pilot, lambda: not pane.busy)
        assert "test accuracy 98.71%, test loss 0.0412 after 3 epochs in 4.2 s" in pane.message
        assert len(texts(pane.epochs)) == 3
        assert pane.view.loss_chart.chart is not None
        assert pane.state == "idle"
        assert pane.history.ended.reason == "finished"
        assert pane.controller.run == TrainedNetwork("net", NET.architecture, NET.plan, document=0)


async def test_curves_bars_and_table_follow(size):
    async with training(size, STEPS + 10) as (_, pane, pilot):
        await until(pilot, lambda: pane.epochs.row_count == 1)
        await until(
            pilot,
            lambda: pane.view.loss_chart.chart and len(pane.view.loss_chart.chart.curves[0].points) == STEPS + 10,
        )
        bars = [gauge.share for gauge in (pane.view.progress.epoch, pane.view.progress.run)]
        assert bars == pytest.approx([10 / STEPS, (STEPS + 10) / (3 * STEPS)])
        assert texts(pane.epochs)[0][0] == "\u2605 1"
        assert "41,234 examples/s" in pane.view.progress.epoch.details
        assert "2/3 epochs" in pane.view.progress.run.details
        assert pane.headline == "training net 2/3"


async def test_space_pauses_and_goes_on(size):
    async with training(size) as (app, pane, pilot):
        await pilot.press("space")
        await until(pilot, lambda: pane.state == "paused")
        assert pane.message.startswith("paused in epoch 1, after batch 10 of 40: space resumes")
        assert pane.headline == "paused net 1/3"
        app.sessions[0].allow(5)
        await pilot.press("space")
        await until(pilot, lambda: pane.history.progress.step == 15)
        assert pane.state == "running"
        assert app.sessions[0].commands == ["pause", "resume"]


async def test_n_trains_one_batch_and_pauses(size):
    async with training(size) as (_app, pane, pilot):
        await pilot.press("n")
        await until(pilot, lambda: pane.state == "paused" and pane.history.progress.step == 11)
        await pilot.press("n")
        await until(pilot, lambda: pane.state == "paused" and pane.history.progress.step == 12)


async def test_every_batch_of_n_is_shown_at_once_however_seldom_a_long_run_is_drawn(monkeypatch):
    monkeypatch.setattr(run_view, "LONGEST", 10_000.0)
    monkeypatch.setattr(run_view, "SHORTEST", 10_000.0)
    async with training() as (app, pane, pilot):
        await pilot.press("space")
        await until(pilot, lambda: pane.state == "paused")
        for step in (11, 12, 13):
            await pilot.press("n")
            await until(pilot, lambda step=step: f"after batch {step} of 40" in pane.message)
            await pilot.pause()
            assert f" {step}/40 steps" in screen_of(app)


async def test_n_from_idle_begins_a_training_with_a_single_batch():
    async with at_rest() as (app, pane, pilot):
        await pilot.press("n")
        await until(pilot, lambda: app.sessions)
        app.sessions[0].allow(50)
        await until(pilot, lambda: pane.state == "paused")
        assert pane.history.progress.step == 1
        assert " left" not in screen_of(app), "the very first batch says nothing about the others"


async def test_that_not_all_is_kept_is_said_as_long_as_it_stands_there():
    async with training() as (app, pane, pilot):
        app.sessions[0].listen(RunNotSaved("this run is not kept: the disk is full; training resumes it"))
        app.sessions[0].allow(3 * STEPS)
        await until(pilot, lambda: not pane.busy)
        assert pane.message.endswith("; not everything was saved")
        await pilot.press("t")
        await until(pilot, lambda: len(app.sessions) == 2)
        app.sessions[1].allow(3 * STEPS)
        await until(pilot, lambda: not pane.busy)
        assert "kept" not in pane.message


async def test_what_goes_wrong_after_the_end_is_told_at_once():
    async with training(steps=3 * STEPS) as (app, pane, pilot):
        await until(pilot, lambda: not pane.busy)
        why = "the Keras files of this run were not exported to the disk is full"
        Thread(target=app.sessions[0].listen, args=(RunNotSaved(why),)).start()
        await until(pilot, lambda: why in [notice.message for notice in app._notifications])
        assert "not everything was saved" not in pane.message


def test_a_training_that_was_stopped_without_a_test_says_how_far_it_came():
    ended = Ended("stopped", 1, 97.0, 41_234.0, None, None, "")
    assert messages.outcome(ended, History()) == "stopped after 1 epoch in 1:37, not tested"


async def test_x_stops_and_tells_what_was_reached(size):
    async with training(size, STEPS + 3) as (app, pane, pilot):
        await pilot.press("x")
        await until(pilot, lambda: not pane.busy)
        assert app.states == ["preparing", "running", "stopping", "idle"]
        assert pane.message.startswith("stopped: test accuracy 98.71%")
        assert "after 1 epoch in" in pane.message
        assert pane.view.progress.run.details.endswith("/3 epochs"), "no time is left"


async def test_x_while_keras_is_loading_never_runs_the_session():
    async with at_rest() as (_app, pane, pilot):
        await pilot.press("t")
        assert pane.state == "preparing"
        await pilot.press("x")
        await until(pilot, lambda: not pane.busy)
        assert "stopped" in pane.message
        assert pane.history.loss == ()
        assert pane.view.progress.epoch.share is not None, "nothing goes on any more"


async def test_plus_while_training_asks_for_as_many_epochs_again(size):
    async with training(size) as (app, pane, pilot):
        await pilot.press("+")
        assert app.sessions[0].commands == ["extend 3"]
        app.sessions[0].allow(10**6)
        await until(pilot, lambda: not pane.busy)
        assert pane.epochs.row_count == 6


async def test_plus_after_the_end_goes_on_with_the_same_session(size):
    async with training(size, 3 * STEPS) as (app, pane, pilot):
        await until(pilot, lambda: not pane.busy)
        app.preset = replace(NET, name="another")
        await pilot.press("+")
        assert pane.busy
        await until(pilot, lambda: "resuming net from epoch 3 to 6" in pane.message)
        app.sessions[0].allow(10**6)
        await until(pilot, lambda: not pane.busy)
        assert len(app.sessions) == 1
        assert [row[0].removeprefix("\u2605 ") for row in texts(pane.epochs)] == ["1", "2", "3", "4", "5", "6"]
        assert pane.history.x == 6


async def test_plus_between_the_end_and_the_next_look_at_it_goes_on():
    async with training() as (app, pane, pilot):
        pane._ticker.pause()  # nothing of the end has been taken in when + is pressed
        app.sessions[0].allow(3 * STEPS - 10)
        await until(pilot, lambda: StateChanged("idle") in pane.controller._events)
        assert pane.state == "running"
        await pilot.press("+")
        await until(pilot, lambda: pane.message.startswith("resuming net from epoch 3 to 6"))
        app.sessions[0].allow(10**6)
        await until(pilot, lambda: not pane.busy)
        assert pane.epochs.row_count == 6


async def test_brackets_halve_and_double_the_learning_rate_and_mark_it(size):
    async with training(size) as (_app, pane, pilot):
        await pilot.press("[")
        await until(pilot, lambda: "learning rate 0.0005 from epoch 0.25 on" in pane.message)
        await pilot.press("]", "]")
        await until(pilot, lambda: "learning rate 0.002 from epoch 0.25 on" in pane.message)
        await until(pilot, lambda: len(pane.view.loss_chart.chart.rules) == 3)
        assert [rule.label for rule in pane.view.loss_chart.chart.rules] == ["lr 0.0005", "lr 0.001", "lr 0.002"]


async def test_pausing_before_the_first_batch_says_so():
    async with at_rest() as (app, pane, pilot):
        await pilot.press("t")
        await until(pilot, lambda: app.sessions)
        app.sessions[0].pause()
        app.sessions[0].allow(1)
        await until(pilot, lambda: pane.state == "paused")
        assert "paused before the first batch" in pane.message


async def test_t_after_the_end_starts_anew():
    async with training(steps=3 * STEPS) as (app, pane, pilot):
        await until(pilot, lambda: not pane.busy)
        await pilot.press("t")
        await until(pilot, lambda: len(app.sessions) == 2)
        app.sessions[1].allow(1)
        await until(pilot, lambda: pane.history.progress and pane.history.progress.step == 1)
        assert pane.epochs.row_count == 0
        assert len(pane.history.loss) == 1


async def test_at_rest_a_refused_key_says_why(size):
    async with at_rest(size) as (app, pane, pilot):
        for key, why in (
            ("space", "nothing is training: press t to start"),
            ("x", "nothing is training"),
            ("[", "nothing is training"),
            ("]", "nothing is training"),
        ):
            await pilot.press("+")  # so that the next key has something to say in its place
            assert "nothing to continue yet" in pane.message
            await pilot.press(key)
            assert why in pane.message, key
        assert app.sessions == []


async def test_a_refusal_after_the_end_keeps_what_was_reached():
    async with training(steps=3 * STEPS) as (_app, pane, pilot):
        await until(pilot, lambda: not pane.busy)
        await pilot.press("space")
        assert pane.message.endswith("press t to start (last: test accuracy 98.71%)")


async def test_while_training_t_and_the_plan_are_refused(size):
    async with training(size) as (app, pane, pilot):
        await pilot.press("t")
        assert "training is running: x stops it" in pane.message
        await pilot.press("e")
        assert "the plan is fixed during training" in pane.message
        assert len(app.sessions) == 1
        assert pane.form.disabled


async def test_while_preparing_only_stop_is_taken():
    async with at_rest() as (_, pane, pilot):
        await pilot.press("t")
        for key in ("space", "n", "[", "+"):
            await pilot.press(key)
            assert "being prepared" in pane.message
        await pilot.press("x")
        await until(pilot, lambda: not pane.busy)


async def test_the_footer_offers_what_applies():
    async with training() as (app, pane, pilot):
        await pilot.pause()
        while_training = shown_keys(app)
        assert while_training["space"]
        assert while_training["x"]
        assert "t" not in while_training
        assert "e" not in while_training
        app.sessions[0].allow(10**6)
        await until(pilot, lambda: not pane.busy)
        await pilot.pause()
        after = shown_keys(app)
        assert after["t"]
        assert after["plus"]
        assert "x" not in after
        assert "space" not in after


async def test_a_failure_is_told_and_the_next_training_runs(size):
    async with at_rest(size) as (app, pane, pilot):
        app.failure = MemoryError("cannot allocate [b]12 GiB[/b]\nsecond line")
        await pilot.press("t")
        await until(pilot, lambda: app.sessions)
        app.sessions[0].allow(1)
        await until(pilot, lambda: not pane.busy)
        reason = "out of memory: cannot allocate [b]12 GiB[/b]; try a smaller batch_size or fewer units"
        assert pane.message == f"failed: {reason}"
        assert "[b]12 GiB[/b]" in str(pane.status.render())
        await pilot.press("+")
        assert "nothing to continue" in pane.message
        app.failure = None
        await pilot.press("t")
        await until(pilot, lambda: len(app.sessions) == 2)
        app.sessions[1].allow(10**6)
        await until(pilot, lambda: not pane.busy)
        assert "98.71%" in pane.message


async def test_a_run_that_diverges_is_told_in_the_sessions_words():
    async with training() as (app, pane, pilot):
        app.sessions[0].failing = "the loss is not a number: lower the learning rate"
        app.sessions[0].allow(1)
        await until(pilot, lambda: not pane.busy)
        assert pane.message == "failed: the loss is not a number: lower the learning rate"
        await pilot.press("t")
        await until(pilot, lambda: len(app.sessions) == 2)
        app.sessions[1].failing = "no\x1b[31m way\nsecond line"
        app.sessions[1].allow(1)
        await until(pilot, lambda: not pane.busy)
        assert pane.message.startswith("failed: no")
        assert pane.message.isprintable()


async def test_what_cannot_be_trained_says_so_at_once_and_on_t():
    async with at_rest(preset=None) as (app, pane, pilot):
        for architecture, why in (
            (None, "there is nothing to train yet"),
            (Architecture((28, 28, 1)), "there are no layers yet"),
            (Architecture((28, 28, 1), (Flatten(), Dense(7))), "set units=10, activation=softmax"),
            (Architecture((32, 32, 3), (Flatten(), Dense(10))), "MNIST"),
        ):
            app.preset = replace(NET, architecture=architecture) if architecture else None
            await pilot.pause()
            assert why in pane.message
            await pilot.press("n")
            await pilot.press("t")
            assert why in pane.message
            assert app.sessions == []
            app.preset = NET
            await until(pilot, lambda: "ready" in pane.message)


async def test_an_edit_of_the_plan_goes_up_and_comes_back_down():
    async with at_rest() as (app, pane, pilot):
        await pilot.press("e")
        await pilot.pause()
        pane.form.focus_field(("batch_size",))
        await pilot.pause()
        await pilot.press("home", "delete", "delete", "delete", "6", "4")
        await until(pilot, lambda: app.preset.plan.batch_size == 64)
        assert set(app.merged) == {"plan.batch_size"}
        await pilot.press("enter")
        await until(pilot, lambda: app.said(TrainPane.PlanSettled))
        await until(pilot, lambda: app.focused is pane.epochs)
        await pilot.press("t")
        await until(pilot, lambda: app.sessions)
        assert app.sessions[0].plan.batch_size == 64


async def test_at_rest_the_form_shows_a_plan_from_above_and_takes_letters_for_no_commands():
    async with at_rest() as (app, pane, pilot):
        app.preset = replace(NET, plan=Plan(epochs=77, batch_size=32))
        await until(pilot, lambda: "77" in [field.value for field in pane.form.query(Input)])
        pane.form.focus_field(("seed",))
        await pilot.pause()
        await pilot.press("t", "x")
        assert app.sessions == []
        assert not pane.busy
        await pane.stop_and_wait()
        assert pane.state == "idle", "stopping at rest does nothing"


async def test_a_run_keeps_what_it_trains_while_the_document_changes():
    async with training() as (app, pane, pilot):
        app.preset = replace(NET, name="other", plan=Plan(epochs=9))
        await pilot.pause()
        assert pane.controller.run.plan == NET.plan
        assert pane.headline == "training net 1/3"
        app.sessions[0].allow(10**6)
        await until(pilot, lambda: not pane.busy)
        assert pane.epochs.row_count == 3


async def test_while_training_the_plan_shown_is_the_one_that_trains(size):
    async with training(size) as (app, pane, pilot):
        app.preset = replace(NET, name="other", plan=Plan(epochs=77, batch_size=32))
        await pilot.pause()
        assert pane.form.value == NET.plan
        assert "batch 128, 3 epochs" in str(pane.plan_line.render())
        app.sessions[0].allow(10**6)
        await until(pilot, lambda: not pane.busy)
        assert pane.form.value == app.preset.plan
        assert "batch 32, 77 epochs" in str(pane.plan_line.render())


async def test_what_was_reached_names_its_network_beside_another_one():
    async with training() as (app, pane, pilot):
        app.preset = replace(NET, name="other")
        app.sessions[0].allow(10**6)
        await until(pilot, lambda: not pane.busy)
        assert pane.message.startswith("net: test accuracy 98.71%")
        app.preset = NET
        await until(pilot, lambda: pane.message.startswith("test accuracy 98.71%"))
        app.preset = replace(NET, name="other")
        await until(pilot, lambda: pane.message.startswith("net: test accuracy 98.71%"))


async def test_what_was_reached_keeps_its_tone_when_an_obstacle_has_come_and_gone():
    async with at_rest() as (app, pane, pilot):
        for failing, tone in (("", "-done"), ("the loss is not a number", "-error")):
            app.sessions.clear()
            await pilot.press("t")
            await until(pilot, lambda: app.sessions)
            app.sessions[0].failing = failing
            app.sessions[0].allow(10**6)
            await until(pilot, lambda: not pane.busy)
            reached = pane.message
            assert failing in reached
            assert pane.status.has_class(tone)
            app.preset = replace(NET, architecture=Architecture((28, 28, 1)))
            await until(pilot, lambda: "cannot train" in pane.message)
            assert pane.status.has_class("-warning")
            app.preset = NET
            await until(pilot, lambda reached=reached: pane.message == reached)
            assert pane.status.has_class(tone)
            assert not pane.status.has_class("-warning")


async def test_escape_codes_in_a_name_are_not_shown():
    name = "net\x1b]0;title\x07\x1b[31m"
    preset = replace(NET, name=name)
    async with training(preset=preset) as (app, pane, pilot):
        assert pane.headline.startswith("training net")
        assert pane.headline.isprintable()
        app.sessions[0].allow(3 * STEPS - 10)
        await until(pilot, lambda: not pane.busy)
        await pilot.press("+")
        await until(pilot, lambda: pane.message.startswith("resuming net"))
        assert pane.message.isprintable()
        app.sessions[0].allow(10**6)
        app.preset = NET
        await until(pilot, lambda: pane.message.startswith("net") and not pane.busy)
        assert pane.message.isprintable()
        assert str(pane.status.render()).isprintable()


async def test_at_80_columns_the_plan_is_a_line_that_e_opens_until_the_tab_is_come_back_to():
    async with at_rest((80, 24)) as (app, pane, pilot):
        assert not pane.form.region
        assert "Adam 0.001, batch 128, 3 epochs, val test" in str(pane.plan_line.render())
        assert pane.view.loss_chart.region
        await pilot.press("e")
        await until(pilot, lambda: pane.form.has_focus_within)
        assert pane.form.region
        assert not pane.view.loss_chart.region
        await pilot.press("escape")
        await until(pilot, lambda: pane.view.loss_chart.region)
        assert app.focused is pane.epochs
        await pilot.press("e")
        await until(pilot, lambda: pane.form.has_focus_within)
        pane.focus_default()
        await until(pilot, lambda: app.focused is pane.epochs)
        assert pane.view.loss_chart.region
        assert not pane.form.region


async def test_at_120_columns_the_plan_stands_beside_the_charts():
    async with at_rest((120, 36)) as (_, pane, _pilot):
        assert pane.form.region.right <= pane.view.loss_chart.region.x
        assert not pane.plan_line.display
        assert pane.view.loss_chart.region.bottom <= pane.view.accuracy_chart.region.y


async def test_a_tiny_terminal_is_survived():
    async with training((20, 5)) as (app, pane, pilot):
        for step, size in ((20, (40, 10)), (30, (62, 18))):
            await pilot.resize_terminal(*size)
            app.sessions[0].allow(10)
            await until(pilot, lambda step=step: pane.history.progress.step == step)
        app.sessions[0].allow(10**6)
        await until(pilot, lambda: not pane.busy)
        assert "98.71%" in pane.message


@pytest.mark.parametrize("size", SIZES)
async def test_everything_is_on_the_screen_while_training(size):
    async with training(size, STEPS + 5) as (_, pane, _pilot):
        charts = pane.charts if size[0] >= 110 else pane.charts[:1]
        for part in (*charts, pane.view.progress, pane.epochs, pane.status):
            assert part.region.height >= 1
            assert pane.region.contains_region(part.region)


async def test_leaving_stops_first_without_measuring():
    async with training() as (app, pane, _pilot):
        await pane.stop_and_wait()
        assert not pane.busy
        assert app.sessions[0].commands == ["stop unevaluated"]


async def test_a_second_stop_leaves_the_test_set_out():
    async with training() as (app, pane, pilot):
        pane.action_stop()
        assert "evaluating on the test set" in pane.message
        pane.action_stop()  # in the same turn: the session has not come to its end
        assert "skipping" in pane.message
        assert app.sessions[0].commands == ["stop", "stop unevaluated"]
        await until(pilot, lambda: not pane.busy)


def test_what_is_not_as_expected_is_said_with_the_beginning():
    started = Started("gpu:0", 10, 60_000, 0, 469, 128, 0, 3, 0.001, 1.0, "gpu:0 has no room for the dataset")
    assert messages.beginning("net", started).endswith("60,000 examples (gpu:0 has no room for the dataset)")


def looked_at(step, gradient=0.25):
    """A close look at a step: what the only layer that learns came to."""
    return StepSampled(step, (LayerSample(2, gradient, weight=3.0, update=0.002, dead=None, saturated=None),))


async def test_g_shows_the_gradients_in_place_of_the_curves_and_back(size):
    async with training(size) as (app, pane, pilot):
        app.sessions[0].listen(looked_at(1))
        await until(pilot, lambda: pane.history.samples)
        table, charts = pane.view.gradients, pane.view.query_one("#charts")
        assert charts.display
        assert not table.display
        await pilot.press("g")
        await until(pilot, lambda: app.focused is table)
        assert table.display
        assert not charts.display
        assert "2  Dense 10 sof" in screen_of(app)
        assert "2.5e-01" in screen_of(app)
        app.sessions[0].allow(5)
        await until(pilot, lambda: pane.history.progress.step == 15)
        await pilot.press("g")
        await until(pilot, lambda: app.focused is pane.epochs)
        assert charts.display
        assert not table.display
        assert pane.view.loss_chart.chart.curves[0].points[-1].x == pytest.approx(15 / STEPS)


async def test_the_gradients_follow_a_training():
    async with training() as (app, pane, pilot):
        await pilot.press("g")
        app.sessions[0].listen(looked_at(1))
        table = pane.view.gradients
        await until(pilot, lambda: [course.steps for course in table.trends] == [(1,)])
        app.sessions[0].listen(looked_at(9, gradient=0.0625))
        await until(pilot, lambda: [course.steps for course in table.trends] == [(1, 9)])
        assert "6.2e-02" in screen_of(app)
        app.sessions[0].allow(10**6)
        await until(pilot, lambda: not pane.busy)
        assert [course.steps for course in table.trends] == [(1, 9)]


async def test_a_new_training_begins_with_no_gradients():
    async with training() as (app, pane, pilot):
        await pilot.press("g")
        app.sessions[0].listen(looked_at(1))
        await until(pilot, lambda: pane.view.gradients.trends)
        await pilot.press("x")
        await until(pilot, lambda: not pane.busy)
        assert pane.view.gradients.trends
        await pilot.press("t")
        await until(pilot, lambda: len(app.sessions) == 2)
        assert not pane.view.gradients.trends
        assert messages.no_gradients(pane.history, live=True) in screen_of(app)


async def test_before_there_are_gradients_it_is_said_what_to_do(size):
    async with at_rest(size) as (app, pane, pilot):
        await pilot.press("g")
        await pilot.pause()
        assert "Press t to train: the gradients appear here." in screen_of(app)
        assert "Grad." not in screen_of(app)
        await pilot.press("t")
        await until(pilot, lambda: app.sessions)
        app.sessions[0].allow(10**6)
        await until(pilot, lambda: not pane.busy)
        assert "No gradients were sampled." in screen_of(app)


async def test_beside_the_gradients_no_key_is_offered_that_does_nothing():
    async with training() as (app, pane, pilot):
        await pilot.press("g")
        await until(pilot, lambda: app.focused is pane.view.gradients)
        assert "enter" not in shown_keys(app)
        assert {"o", "g", "space", "n", "x"} <= set(shown_keys(app))
        await pilot.press("o")
        assert pane.view.gradients.quantity == "update"


async def test_at_80_columns_the_plan_stands_in_place_of_the_gradients_too():
    async with at_rest((80, 24)) as (_app, pane, pilot):
        await pilot.press("g", "e")
        await until(pilot, lambda: pane.form.has_focus_within)
        assert not pane.view.gradients.region
        await pilot.press("escape")
        await until(pilot, lambda: not pane.form.has_focus_within)
        assert pane.view.gradients.display
        assert pane.view.gradients.region.height > 5
