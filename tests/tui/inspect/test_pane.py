"""The Inspect tab around its views: which network it shows, and why there is nothing to see."""

import asyncio
from dataclasses import replace as replace_run
from time import monotonic

import pytest
from msgspec.structs import replace

from core.events import Ended, LayerSample, StepSampled
from core.history import History
from core.presets import Preset
from tests.tui.driving import PATIENCE, burst, lines_of, opened, screen_of, sessions, until
from tests.tui.inspect.networks import QUICK, SMALL, Fixed, fixed, inspecting
from tui.app import LayerLabApp
from tui.inspect import captions
from tui.inspect.views import VIEWS

SIZES = [(80, 24), (120, 36)]


@pytest.mark.parametrize("size", SIZES)
async def test_before_any_training_it_says_which_key_trains(size):
    async with opened("lenet-5", size) as (app, pilot):
        await pilot.press("3")
        for entry in VIEWS.values():
            await pilot.press(entry.key)
            await pilot.pause()
            screen = screen_of(app)
            assert "t      train the network" in screen
            assert all(view.tooltip in screen for view in VIEWS.values()), "what there will be to see"


async def test_every_view_has_a_key():
    async with inspecting(fixed()) as (_app, pane, pilot):
        for name, entry in reversed(VIEWS.items()):
            assert pane.chosen != name
            await pilot.press(entry.key)
            await until(pilot, lambda name=name: pane.chosen == name)
            await until(pilot, lambda name=name: pane.switcher.current == name)
            assert [view.id for view in pane.switcher.children if view.active] == [name]


async def test_left_and_right_go_through_the_views():
    async with inspecting(fixed()) as (_app, pane, pilot):
        pane.bar.focus()
        await pilot.press("left")
        await until(pilot, lambda: pane.chosen == "findings")
        pane.bar.focus()
        await pilot.press("right")
        await until(pilot, lambda: pane.chosen == "results")


async def test_it_says_which_network_it_shows_once_the_stack_is_edited():
    async with inspecting(fixed()) as (app, pane, pilot):
        assert "small after 2 epochs, test accuracy 89.12%" in lines_of(app)[2]
        assert "edited" not in lines_of(app)[2]
        preset = app.document.present
        app.document = app.document.edit(replace(preset, architecture=preset.architecture.remove(1)), "")
        await until(pilot, lambda: "Before later edits of the stack: small" in lines_of(app)[2])
        assert pane.inspected is not None


async def test_while_it_trains_the_gradients_are_shown_and_of_the_rest_why_not():
    async with opened("lenet-5") as (app, pilot):
        await pilot.press("t")
        await until(pilot, lambda: sessions)
        sessions[0].allow(50)
        await until(pilot, lambda: app.train_pane.history.progress)
        await pilot.press("3")
        await until(pilot, lambda: "lenet-5 is being trained" in screen_of(app) or "LeNet-5 is being" in screen_of(app))
        assert "space" in screen_of(app)
        await pilot.press("g")
        await until(pilot, lambda: "is being trained" not in screen_of(app))
        await app.train_pane.stop_and_wait()


async def test_a_new_training_lets_go_of_the_network():
    async with inspecting(fixed()) as (_app, pane, pilot):
        pane.state = "preparing"
        await pilot.pause()
        assert pane.inspected is None
        assert pane.results is None


async def test_enter_on_a_cell_of_the_confusion_matrix_opens_exactly_those_digits():
    async with inspecting(fixed()) as (app, pane, pilot):
        await until(pilot, lambda: app.focused and app.focused is not pane.bar)
        await pilot.press("enter")
        await until(pilot, lambda: pane.chosen == "mistakes")
        assert pane.switcher.current == "mistakes"


async def test_the_keys_of_a_view_work_as_soon_as_the_tab_is_open():
    async with inspecting(fixed()) as (app, pane, pilot):
        await until(pilot, lambda: app.focused in list(pane.view.walk_children()) or app.focused is pane.view)


async def test_a_digit_that_is_to_be_walked_opens_the_walk():
    async with inspecting(fixed(), "m") as (app, pane, pilot):
        await until(pilot, lambda: app.focused and app.focused is not pane.bar)
        await pilot.press("enter")
        await until(pilot, lambda: pane.chosen == "walk")


async def test_the_palette_offers_every_view_and_all_that_the_open_one_can_do():
    from tui.palette import Commands

    async with inspecting(fixed()) as (app, pane, pilot):
        names = {hit.text async for hit in Commands(app.screen).discover()}
        assert {f"Inspect: {entry.title}" for entry in VIEWS.values()} <= names
        assert {"Results: Counts/%", "Results: Next confusion"} <= names
        await app.run_action("look('draw')", pane)
        await until(pilot, lambda: pane.chosen == "draw")
        assert "Draw: Eraser" in {hit.text async for hit in Commands(app.screen).discover()}


async def test_a_view_is_wanted_before_all_of_them_are_there():
    async with opened("lenet-5") as (app, pilot):
        app.action_show("inspect")
        pane = app.inspect_pane
        await until(pilot, lambda: pane.active)
        pane.action_look("findings")
        await until(pilot, lambda: pane.view is not None)
        assert (pane.view.id, pane.switcher.current) == ("findings", "findings")


async def test_keys_that_come_before_the_views_do_no_harm():
    async with opened("lenet-5") as (app, pilot):
        pane, counts = app.inspect_pane, []
        app.action_show("inspect")

        def halfway():
            counts.append(len(pane.switcher.children))
            return counts[-1] > 0

        end = monotonic() + PATIENCE
        while not halfway():
            assert monotonic() < end, "no view was ever made"
            await asyncio.sleep(0)
        assert counts[-1] < len(VIEWS), "this test came too late"
        assert pane.view is None
        pane.action_look("findings")
        await until(pilot, lambda: pane.view is not None)
        assert (pane.view.id, pane.switcher.current) == ("findings", "findings")


async def test_a_step_taken_in_a_pause_makes_what_was_known_of_the_network_old():
    network = fixed()
    async with inspecting(network) as (_app, pane, pilot):
        pane.state = "paused"
        await until(pilot, lambda: pane.results)
        before, asked = pane.results, []
        pane._load = lambda: asked.append(1) or Fixed(SMALL, QUICK)
        pane.history = replace(network.history, progress=replace(network.history.progress, step=189))
        assert pane.results is None
        await until(pilot, lambda: pane.results)
        assert asked
        assert pane.results is not before


async def test_at_the_end_the_network_is_looked_into_anew_as_other_weights_may_have_been_restored():
    async with inspecting(fixed()) as (_app, pane, pilot):
        pane.state = "paused"
        await until(pilot, lambda: pane.results)
        pane.state = "stopping"
        assert pane.inspected is None
        assert pane.results is None


async def test_a_network_that_cannot_be_asked_says_why_and_is_asked_anew_after_the_next_training():
    class Broken(Fixed):
        def results(self, wanted=lambda: True):
            raise MemoryError("no room for [b]500 images")

    network = fixed()
    async with inspecting(network) as (app, pane, pilot):
        pane.state = "stopping"
        pane._load = lambda: Broken(SMALL, QUICK)
        pane.state = "idle"
        said = "The network cannot be inspected: out of memory: no room for [b]"
        await until(pilot, lambda: said in screen_of(app))
        await pilot.press("g")
        await until(pilot, lambda: "cannot be inspected" not in screen_of(app))
        pane._load = lambda: Fixed(SMALL, QUICK)
        pane.state = "running"
        await pilot.press("r")
        pane.state = "idle"
        await until(pilot, lambda: pane.results)
        await until(pilot, lambda: "accuracy" in screen_of(app))


FAILED = Ended("failed", 0, 0.1, 0.0, None, None, "the training loss became NaN")


@pytest.mark.parametrize(
    ("state", "said"),
    [("preparing", "being prepared"), ("running", "being prepared"), ("paused", "paused before its first batch")],
)
@pytest.mark.parametrize("asks", [True, False])
def test_before_the_first_batch_nobody_is_told_to_train(state, said, asks):
    missing = captions.missing(network=asks, run=fixed().run, state=state, history=History())
    assert said in missing
    assert "press t" not in missing.lower()


def test_of_a_training_that_failed_at_its_first_step_all_is_shown_that_was_seen():
    history = replace(
        History(), ended=FAILED, samples=(StepSampled(1, (LayerSample(5, None, float("nan"), None, None, None),)),)
    )
    for asks in (True, False):
        assert not captions.missing(network=asks, run=fixed().run, state="idle", history=history)
    unseen = captions.missing(network=False, run=fixed().run, state="idle", history=replace(history, samples=()))
    assert unseen == "small was never trained: the training loss became NaN. Press t to train."


def test_a_run_of_another_preset_is_not_taken_for_an_edit():
    run, history = fixed().run, fixed().history
    same = Preset("small", run.architecture, run.plan)
    said = captions.subject(run, "idle", history, same)
    assert said == "small after 2 epochs, test accuracy 89.12%"
    assert captions.subject(run, "idle", history, replace(same, name="saved as this")) == said
    other = replace(same, name="other", architecture=SMALL.remove(1))
    assert captions.subject(run, "idle", history, other) == f"Not what is open: {said}"
    assert "edits of the stack" in captions.subject(run, "idle", history, replace(other, name="small"))
    plan = replace(same, plan=replace(run.plan, epochs=9))
    assert captions.subject(run, "idle", history, plan) == f"Before later edits of the plan: {said}"


def test_of_a_run_with_the_weights_of_an_earlier_epoch_its_end_is_not_told():
    run, history = replace_run(fixed().run, saved_as="run k3f9q, weights of epoch 1, the lowest loss"), fixed().history
    same = Preset("small", run.architecture, run.plan)
    assert captions.subject(run, "idle", history, same).endswith("the lowest loss after 2 epochs, test accuracy 89.12%")
    best = replace_run(run, ended=False)
    assert captions.subject(best, "idle", history, same) == "small, run k3f9q, weights of epoch 1, the lowest loss"


async def test_in_the_narrowest_terminal_every_key_of_the_bar_is_seen():
    keys = [entry.key for entry in VIEWS.values()]
    async with inspecting(fixed(), size=(60, 18)) as (app, pane, pilot):
        for place, (name, entry) in enumerate(VIEWS.items()):
            await pilot.press(entry.key)
            await until(pilot, lambda name=name: pane.switcher.current == name)
            assert lines_of(app)[1].split() == [*keys[: place + 1], entry.title, *keys[place + 1 :]], name


@pytest.mark.keras
async def test_the_network_that_was_looked_into_is_trained_again_at_once(monkeypatch):
    from core.keras_runtime import runtime
    from core.training import trainer

    runtime.freeze_gc()  # so that the collector finds all that is made from here on
    monkeypatch.setattr(trainer, "_cache", trainer.NetworkCache())
    app = LayerLabApp(Preset("small", SMALL, replace(QUICK, epochs=1)))
    async with app.run_test(size=(120, 36)) as pilot:
        pane, train, models = app.inspect_pane, app.train_pane, []
        for _ in range(2):
            await pilot.press("t")
            await until(pilot, lambda: train.history.ended and not train.busy)
            assert train.history.ended.reason == "finished", train.history.ended.message
            models.append(train.controller._session.model)
            await pilot.press("3", "r")
            await until(pilot, lambda: pane.results)
            await pilot.press("m")
            await until(pilot, lambda: pane.view.images is not None)
            await pilot.press("d", "n")
            await until(pilot, lambda: pane.view.reply)
            await pilot.press("enter")
            await until(pilot, lambda: pane.chosen == "walk" and pane.view._walked)
            await pilot.press("v")
            await until(pilot, lambda: pane.chosen == "weights" and pane.view.entries)
            await pilot.press("f", "g")
            await until(pilot, lambda: pane.chosen == "gradients")
            # A view that still computes holds the network that it looks into.
            await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
        assert models[0] is models[1]


@pytest.mark.parametrize(
    "names", [("3", "q"), ("3", "q", "enter"), ("4", "3", "q"), ("q", "3"), ("4", "i", "q", "enter")]
)
async def test_the_app_quits_while_the_views_are_being_mounted(names):
    for _ in range(4):
        async with opened() as (app, pilot):
            await burst(app, pilot, *names)
        assert app.return_code == 0
