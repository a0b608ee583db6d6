"""The charts of the Train tab: their keys, what is remembered of them, what stands there before and beside curves."""

import asyncio
from threading import Event

import pytest
from msgspec.structs import replace

from core.history import History
from core.machine import Machine
from core.plan.schedules import Cosine
from core.settings import ChartSettings, load_settings
from tests.tui.driving import keys, lines_of, opened, screen_of, sessions, until
from tests.tui.scripted import STEPS
from tui.train import machine_line, messages
from tui.train.machine_line import MachineLine


async def trained(app, pilot, epochs=3):
    """Train ``epochs`` of the scripted session, and wait until they are shown."""
    await pilot.press("t")
    await until(pilot, lambda: sessions)
    sessions[0].allow(epochs * STEPS)
    view = app.train_pane.view
    await until(pilot, lambda: len(app.train_pane.history.epochs) == epochs)
    await until(pilot, lambda: view.epochs.row_count == epochs)
    await until(pilot, lambda: shown(app, 0) and shown(app, 0).curves[0].points[-1].x == epochs)


def shown(app, number):
    return app.train_pane.charts[number].chart


def title(app, name):
    return next(line for line in lines_of(app) if f" {name}  " in line or line.strip().startswith(f"{name} "))


async def test_l_and_s_change_the_charts_say_so_and_are_remembered():
    async with opened() as (app, pilot):
        await trained(app, pilot)
        assert "smooth 0.9" in title(app, "loss")
        line = shown(app, 0).curves[0].points
        await keys(pilot, "l", "s")
        await until(pilot, lambda: "log  smooth 0.97" in title(app, "loss"))
        assert shown(app, 0).y.log
        assert not shown(app, 1).y.log
        assert "smooth 0.97" in title(app, "accuracy")
        assert shown(app, 0).curves[0].points != line
        await keys(pilot, "s", "s")
        await until(pilot, lambda: "smooth" not in title(app, "loss"))
        assert shown(app, 0).curves[0].points == app.train_pane.history.loss
        assert shown(app, 0).bands == ()
        assert load_settings(ChartSettings) == ChartSettings(0.0, log=True)
        await app.train_pane.stop_and_wait()
    async with opened() as (app, pilot):
        assert app.train_pane.settings == app.runs_pane.settings == ChartSettings(0.0, log=True)
        assert app.runs_pane.detail.look.log


async def test_settings_that_cannot_be_saved_change_the_charts_all_the_same(home):
    home.write_text("a file where the folder should be")
    async with opened() as (app, pilot):
        await keys(pilot, "2", "l")
        await until(pilot, lambda: [notice for notice in app._notifications if "settings" in notice.message])
        assert app.train_pane.settings.log


async def test_zoom_shows_the_newest_half_or_the_part_around_the_crosshair_and_the_whole_again():
    async with opened() as (app, pilot):
        await trained(app, pilot, 4)
        whole = shown(app, 0).x
        await keys(pilot, "greater_than_sign")
        await until(pilot, lambda: "zoom 2x" in title(app, "loss"))
        assert shown(app, 0).x == shown(app, 1).x
        assert (shown(app, 0).x.low, shown(app, 0).x.high) == (2, 4)
        await keys(pilot, "less_than_sign", "right", "left", "left", "left", "greater_than_sign")
        await until(pilot, lambda: shown(app, 0).x.low == 0)
        assert shown(app, 0).x.high == 2
        await keys(pilot, "less_than_sign", "less_than_sign")
        await until(pilot, lambda: shown(app, 0).x == whole)
        await app.train_pane.stop_and_wait()


async def test_the_arrows_read_both_charts_at_one_epoch_until_escape():
    async with opened() as (app, pilot):
        await trained(app, pilot)
        await keys(pilot, "left", "left")
        await until(pilot, lambda: "epoch 2 " in title(app, "loss"))
        assert messages.show_loss(app.train_pane.history.val_loss[1].y) in title(app, "loss")
        assert messages.show_accuracy(app.train_pane.history.val_accuracy[1].y) in title(app, "accuracy")
        await keys(pilot, "right")
        await until(pilot, lambda: "epoch 3 " in title(app, "accuracy"))
        await keys(pilot, "escape")
        await until(pilot, lambda: "validation" in title(app, "loss"))
        await app.train_pane.stop_and_wait()


async def test_the_mouse_over_one_chart_reads_both():
    async with opened() as (app, pilot):
        await trained(app, pilot)
        await pilot.hover(app.train_pane.view.accuracy_chart, offset=(30, 4))
        await until(pilot, lambda: "epoch" in title(app, "loss") and "epoch" in title(app, "accuracy"))
        await pilot.hover(app.train_pane.epochs)
        await until(pilot, lambda: "validation" in title(app, "loss"))
        await app.train_pane.stop_and_wait()


async def test_keys_of_charts_are_text_and_no_command_while_the_plan_is_edited():
    async with opened() as (app, pilot):
        await keys(pilot, "2", "e")
        await until(pilot, lambda: app.train_pane.form.has_focus_within)
        await keys(pilot, "left", "right", "l", "s", "less_than_sign")
        assert app.train_pane.cross is None
        assert app.train_pane.settings == ChartSettings()


async def test_where_there_is_room_for_one_chart_c_switches_to_the_other():
    async with opened("lenet-5", (80, 24)) as (app, pilot):
        await trained(app, pilot)
        loss, accuracy = app.train_pane.charts
        assert loss.region
        assert not accuracy.region
        await keys(pilot, "c")
        await until(pilot, lambda: accuracy.region and not loss.region)
        assert accuracy.chart.title == "accuracy"
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: loss.region and accuracy.region)
        assert not app.train_pane.check_action("turn", ())
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: bool(loss.region) != bool(accuracy.region))
        await app.train_pane.stop_and_wait()


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_newest_figures_stand_above_the_curves(size):
    async with opened("lenet-5", size) as (app, pilot):
        await trained(app, pilot)
        sessions[0].allow(10)
        last = app.train_pane.history.epochs[-1]
        wanted = f"{messages.show_accuracy(last.val_accuracy)} val \u2502 {messages.show_loss(last.val_loss)} loss"
        await until(pilot, lambda: f"{wanted} \u2502 4/10 \u2502 4." in screen_of(app))
        await app.train_pane.stop_and_wait()


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_while_it_prepares_nobody_is_asked_to_train(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "2")
        assert messages.EMPTY in screen_of(app)
        await pilot.press("t")
        await until(pilot, lambda: sessions)
        await until(pilot, lambda: "as soon as the first batches are done" in screen_of(app))
        assert "Press t" not in screen_of(app)
        await app.train_pane.stop_and_wait()


async def test_the_planned_learning_rate_is_drawn_until_it_trains_and_beside_the_plan_afterwards():
    async with opened() as (app, pilot):
        pane, plan = app.train_pane, app.preset.plan
        await keys(pilot, "2")
        assert shown(app, 1) is None
        pane._plan_edited(replace(plan, schedule=Cosine()), "schedule")
        await until(pilot, lambda: "learning rate, as planned" in screen_of(app))
        await trained(app, pilot)
        assert [shown(app, number).title for number in (0, 1)] == ["loss", "accuracy"]
        await pane.stop_and_wait()
        assert shown(app, 1).title == "accuracy"
        await keys(pilot, "e")
        await until(pilot, lambda: shown(app, 1).title == "learning rate, as planned")
        await keys(pilot, "escape")
        await until(pilot, lambda: shown(app, 1).title == "accuracy")


async def test_the_machine_is_looked_at_in_a_thread_and_only_while_it_is_seen(monkeypatch):
    taken, loose = [], Event()
    loose.set()

    def sample():
        loose.wait()
        taken.append(len(taken))
        return Machine(cpu=len(taken) / 100)

    monkeypatch.setattr("core.machine.sample", sample)
    monkeypatch.setattr(machine_line, "EVERY", 3600.0)
    async with opened() as (app, pilot):
        line = app.query_one(MachineLine)
        line.look()
        await asyncio.sleep(0)
        assert line._sampling is None, "another tab is open"
        await keys(pilot, "2")
        line.look()
        await until(pilot, lambda: "cpu 1%" in screen_of(app))
        loose.clear()
        line.look()
        line.look()
        await keys(pilot, "g", "g")  # nothing waits for a sample
        loose.set()
        await until(pilot, lambda: "cpu 2%" in screen_of(app))
        assert taken == [0, 1]


def test_without_validation_the_figures_are_those_in_training():
    assert messages.figures(History()) == ""
