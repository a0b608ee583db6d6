"""What is shown follows from what is so, in whatever order Textual's messages about it come."""

import re
from itertools import product

import pytest
from textual.events import Hide, Key, ScreenResume, ScreenSuspend, Show

from tests.tui.driving import burst, opened, screen_of, sessions, until
from tests.tui.scripted import STEPS
from tui.app import LayerLabApp
from tui.train.run_view import RunView
from tui.widgets.sight import in_sight

ORDERS = [order for length in (1, 2, 3) for order in product((Show, Hide), repeat=length)]


async def _drawn(pilot, app: LayerLabApp, epochs: int) -> None:
    view = app.train_pane.view
    await until(pilot, lambda: view.progress.epoch.share is not None and view.progress.run.share)
    await until(pilot, lambda: view.epochs.row_count == epochs)
    await until(pilot, lambda: view.loss_chart.chart and view.loss_chart.chart.curves[0].points[-1].x == epochs)
    assert "tracing" not in screen_of(app)


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "in one burst"])
async def test_dialogs_opened_while_a_training_prepares_do_not_stop_the_curves(together):
    async with opened() as (app, pilot):
        names = ["question_mark", "escape", "ctrl+p", "escape", "p", "escape", "m", "escape"]
        await pilot.press("t")
        await until(pilot, lambda: sessions)
        if together:
            await burst(app, pilot, *names)
        else:
            await pilot.press(*names)
        await until(pilot, lambda: len(app.screen_stack) == 1)
        sessions[0].allow(2 * STEPS)
        await _drawn(pilot, app, 2)
        await app.train_pane.stop_and_wait()


async def test_no_order_of_messages_keeps_a_training_from_being_drawn():
    async with opened() as (app, pilot):
        await pilot.press("t")
        await until(pilot, lambda: sessions)
        nodes = [app.screen, app.train_pane, *app.train_pane.walk_children()]
        for number, order in enumerate(ORDERS, start=1):
            for message in order:
                for node in nodes:
                    suspended = ScreenSuspend if message is Hide else ScreenResume
                    node.post_message(suspended() if node is app.screen else message())
            await pilot.pause()
            sessions[0].extend(1)
            sessions[0].allow(STEPS)
            await _drawn(pilot, app, number)
        await app.train_pane.stop_and_wait()


async def test_a_plan_that_changes_on_the_way_to_the_tab_is_the_one_that_is_shown():
    async with opened() as (app, pilot):
        pane = app.train_pane
        await pilot.press("2")
        await until(pilot, lambda: pane.form.value == app.preset.plan)
        for before, after in product(("1", "3", "4"), ("2",)):
            app.action_show({"1": "build", "3": "inspect", "4": "runs"}[before])
            plan = app.preset.plan
            pane._plan_edited(type(plan)(epochs=plan.epochs + 1), "epochs")
            await burst(app, pilot, after)
            assert pane.form.value == app.preset.plan != plan
            assert f"{plan.epochs + 1} " in str(pane.plan_line.content)


def _epochs(app: LayerLabApp) -> list[str]:
    """The epochs of which there is a row on the screen."""
    return re.findall(r"^ *(?:\u2605 )? *(\d+) +\d+\.\d+ +\d+\.\d+%.* s\b", screen_of(app), re.MULTILINE)


@pytest.mark.parametrize("on_the_way", [[], ["1"], ["g"], ["e"], ["3", "question_mark"]], ids="-".join)
async def test_at_80x24_three_epochs_are_seen_at_least_while_it_trains_and_afterwards(on_the_way):
    async with opened("lenet-5", (80, 24)) as (app, pilot):
        await pilot.press("t")
        await until(pilot, lambda: sessions)
        view = app.train_pane.view
        await pilot.press(*on_the_way)
        for done in range(1, 5):
            sessions[0].allow(STEPS)
            await until(pilot, lambda done=done: len(app.train_pane.history.epochs) == done)
        await pilot.press("escape", "escape", "2")
        if view.showing_gradients:
            await pilot.press("g")
        await until(pilot, lambda: view.epochs.row_count == 4)
        assert _epochs(app) == ["2", "3", "4"]
        sessions[0].allow(10**6)
        await until(pilot, lambda: not app.train_pane.busy)
        await pilot.pause()
        assert len(_epochs(app)) >= 3


async def test_in_sight_is_what_is_displayed_on_a_screen_that_is_on_show():
    async with opened() as (app, pilot):
        view = app.query_one(RunView)
        assert not in_sight(view)
        app.action_show("train")
        assert in_sight(view)
        app.action_help()
        await until(pilot, lambda: len(app.screen_stack) > 1)
        assert in_sight(view), "a dialog does not hide what lies behind it"
        app.action_show("build")
        assert not in_sight(view)


@pytest.mark.parametrize(
    "left", [["3", "m", "d", "g", "r"], ["2", "g"], ["2", "e"], ["2", "e", "escape"], ["e"]], ids="-".join
)
async def test_the_focus_is_where_a_person_has_gone_to(left):
    async with opened("lenet-5", (80, 24)) as (app, pilot):
        for tab in ("1", "2", "4"):
            await burst(app, pilot, "1")
            assert not app.train_pane.view.showing_gradients
            await burst(app, pilot, *left[:1])
            await burst(app, pilot, *left, "f2", "escape", "escape", tab)
            pane = app.query_one(f"#{app.tabs.current}")
            await until(pilot, lambda pane=pane: pane.has_focus_within)
            if app.train_pane.view.showing_gradients:  # for the next tab they are not
                await burst(app, pilot, "2")
                await until(pilot, lambda: app.train_pane.has_focus_within)
                await burst(app, pilot, "g")


@pytest.mark.parametrize("names", [["ctrl+p", "escape"], ["ctrl+p", "enter"]], ids="-".join)
async def test_the_palette_opens_again_while_the_last_one_is_closing(names):
    async with opened() as (app, pilot):
        await burst(app, pilot, *names * 4)
        await burst(app, pilot, "escape", "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app._exception is None


async def test_keys_behind_the_one_that_leaves_do_no_harm():
    async with opened() as (app, _pilot):
        app.exit()
        for name in [*"jjdaut1234p", "escape", "ctrl+p"] * 5:
            app.post_message(Key(name, name if len(name) == 1 else None))
    assert app._exception is None
