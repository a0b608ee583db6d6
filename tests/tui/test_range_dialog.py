"""The learning-rate range test in the app: the curve that grows, what it suggests, what enter and escape do."""

from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten
from core.plan.plan import Plan
from core.plan.schedules import Cosine
from core.presets import Preset
from core.training.range_test import range_test
from tests.tui.driving import PATIENCE, burst, keys, opened, screen_of, sessions, until
from tests.tui.scripted_range import HALT, ScriptedRange
from tests.tui.test_loading import Load
from tui.loading import Loader
from tui.train.range_dialog import RangeDialog

SUGGESTED = 0.0017


@asynccontextmanager
async def in_dialog(test, size=(120, 36)):
    """The dialog, opened by L on the Train tab."""
    async with opened("lenet-5", size) as (app, pilot):
        app.train_pane.range_test = test
        try:
            await keys(pilot, "2", "L")
            await until(pilot, lambda: isinstance(app.screen, RangeDialog))
            yield app, pilot, app.screen
        finally:
            test.let.set()


async def test_the_curve_grows_and_the_rate_where_it_falls_fastest_is_suggested(size):
    test = ScriptedRange()
    async with in_dialog(test, size) as (app, pilot, dialog):
        await until(pilot, lambda: dialog.steps == HALT)
        assert f"step {HALT} of 200, rate " in screen_of(app)
        assert "escape: stop" in screen_of(app)
        assert len(dialog.chart.chart.curves[0].points) == HALT
        seen = str(dialog.says.content)
        await until(pilot, lambda: str(dialog.says.content) != seen)  # the sign moves
        await keys(pilot, "enter")
        assert app.screen is dialog, "there is nothing to plan yet"
        test.let.set()
        await until(pilot, lambda: dialog.over)
        shown = " ".join(screen_of(app).split())
        assert f"The loss falls fastest at {SUGGESTED:g}, a good rate to begin with" in shown
        assert f"enter: plan {SUGGESTED:g}" in shown
        assert f"fastest {SUGGESTED:g}" in shown
        assert "plan 0.001" in shown
        assert "\u2605" in shown
        assert "1e-06" in shown
        assert test.plans == [app.preset.plan]


async def test_enter_plans_the_rate_and_u_takes_it_back(size):
    async with in_dialog(ScriptedRange(at_once=True), size) as (app, pilot, dialog):
        before = app.preset
        await until(pilot, lambda: dialog.over)
        await burst(app, pilot, "enter", "enter")
        await until(pilot, lambda: app.preset != before)
        assert len(app.screen_stack) == 1
        assert app.preset == replace(before, plan=before.plan.with_learning_rate(SUGGESTED))
        assert f"learning rate 0.001 -> {SUGGESTED:g}: u undoes it" in app.train_pane.message
        assert f"{SUGGESTED:g}" in app.train_pane.plan_line.content or size[0] > 80
        await keys(pilot, "u")
        assert app.preset == before
        assert not app.train_pane.busy


async def test_a_schedule_starts_from_the_rate():
    plan = Plan(schedule=Cosine()).with_learning_rate(0.5)
    assert plan.optimizer.learning_rate == 0.5
    assert plan.schedule == Cosine()
    assert plan.schedule.learning_rates(2, 0.5)[0] == 0.5


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_escape_ends_it_at_once_and_what_it_finds_later_is_dropped(key):
    test = ScriptedRange()
    async with in_dialog(test) as (app, pilot, dialog):
        before = app.document
        await until(pilot, lambda: dialog.steps == HALT)
        await keys(pilot, key)
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
        assert not test.returned.is_set(), "the step is still under way"
        test.let.set()
        await until(pilot, test.returned.is_set)
        assert test.ended_by_cancel
        assert dialog.steps == HALT
        assert not dialog.over
        assert app.document == before
        await keys(pilot, "L")
        await until(pilot, lambda: isinstance(app.screen, RangeDialog) and app.screen is not dialog)
        await until(pilot, lambda: app.screen.over)


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_where_no_rate_is_suggested_every_key_only_closes(key):
    async with in_dialog(ScriptedRange(at_once=True, flat=True)) as (app, pilot, dialog):
        before = app.document
        await until(pilot, lambda: dialog.over)
        assert "The loss falls at no rate" in screen_of(app)
        assert "enter or escape: close" in screen_of(app)
        await keys(pilot, key)
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.document == before


async def test_an_error_is_told_in_a_line_and_ends_nothing(size):
    failure = ValueError("\nGraph execution error:\nthe [bold]loss\x1b[31m is odd\nmore")
    async with in_dialog(ScriptedRange(at_once=True, failure=failure), size) as (app, pilot, dialog):
        await until(pilot, lambda: dialog.over)
        assert "! the [bold]loss is odd" in screen_of(app)
        await keys(pilot, "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.is_running


async def test_it_waits_for_what_training_waits_for_and_can_be_stopped_then():
    load, test = Load(), ScriptedRange(at_once=True)
    async with opened("lenet-5") as (app, pilot):
        app.loader, app.train_pane.range_test = Loader(load), test
        await keys(pilot, "2", "L")
        await until(pilot, lambda: "loading TensorFlow" in screen_of(app))
        await until(pilot, load.begun.is_set)
        await keys(pilot, "escape")
        await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
        await keys(pilot, "L")
        await until(pilot, lambda: isinstance(app.screen, RangeDialog))
        load.let.set()
        await until(pilot, lambda: app.screen.over)
        assert len(test.plans) == 1


async def test_arrows_and_mouse_read_the_curves():
    async with in_dialog(ScriptedRange(at_once=True)) as (app, pilot, dialog):
        await until(pilot, lambda: dialog.over)
        await keys(pilot, "left", "left")
        rates = [point.x for point in dialog.chart.chart.curves[0].points]
        assert dialog.chart.cross == rates[-2]
        assert "rate " in screen_of(app)
        await keys(pilot, "right", "right")
        assert dialog.chart.cross == rates[-1]
        await pilot.hover(dialog.chart, offset=(50, 5))
        await until(pilot, lambda: dialog.chart.cross != rates[-1])


async def test_another_document_keeps_its_rate():
    async with in_dialog(ScriptedRange(at_once=True)) as (app, pilot, dialog):
        await until(pilot, lambda: dialog.over)
        app.documents.open_document(Preset("other", app.preset.architecture, Plan(epochs=3)), None)
        await keys(pilot, "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.preset.plan == Plan(epochs=3)


async def test_it_is_refused_with_the_reason_while_training_and_where_nothing_can_be_trained(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "t")
        await until(pilot, lambda: sessions)
        sessions[0].allow(3)
        await until(pilot, lambda: app.train_pane.history.progress)
        await keys(pilot, "L")
        assert "training is running: x stops it, then L" in app.train_pane.message
        assert len(app.screen_stack) == 1
        await app.train_pane.stop_and_wait()
        app.documents.open_document(Preset("empty", Architecture((28, 28, 1))), None)
        await keys(pilot, "2", "L")
        assert "cannot train" in app.train_pane.message
        assert len(app.screen_stack) == 1


async def test_leaving_the_app_meanwhile_ends_it():
    test = ScriptedRange()
    async with opened("lenet-5") as (app, pilot):
        app.train_pane.range_test = test
        await keys(pilot, "2", "L")
        await until(pilot, lambda: isinstance(app.screen, RangeDialog) and app.screen.steps == HALT)
        app.exit()
    test.let.set()  # the app has ended without waiting for it
    assert test.returned.wait(PATIENCE)
    assert test.ended_by_cancel


@pytest.mark.keras
async def test_a_tiny_network_with_keras():
    net = Preset("tiny", Architecture((28, 28, 1), (Flatten(), Dense(10, "softmax"))))
    async with opened(None) as (app, pilot):
        app.documents.open_document(net, None)
        assert app.train_pane.range_test is range_test
        await keys(pilot, "2", "L")
        await until(pilot, lambda: isinstance(app.screen, RangeDialog) and app.screen.over)
        assert app.screen.found, app.screen.says.content
        suggested = app.screen.found.suggestion
        assert suggested
        await keys(pilot, "enter")
        await until(pilot, lambda: app.preset.plan.optimizer.learning_rate == suggested)
