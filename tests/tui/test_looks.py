"""What the screens look like: their text against golden files, their contrast in dark and light."""

from pathlib import Path

import pytest

from tests.tui.driving import SIZES, check_golden, faint_texts, keys, opened, sessions, themes_in_turn, until
from tests.tui.scripted_range import ScriptedRange
from tui.theme import DARK, LIGHT
from tui.train.range_dialog import RangeDialog

LEAST = 3.0
"""WCAG's least contrast for large text and for parts of a control; most words here have far more."""

SCENES = [
    (
        "lenet-5",
        {
            "build": ["down", "down", "down"],
            "build-problem": ["enter", "down", "text:99", "enter"],
        },
    ),
    ("lecture-7x7-stride-3-padded", {"build-window": ["down", "full_stop"]}),
    ("keras-convnet", {"build-form": ["down", "enter", "down", "down"]}),
    (None, {"build-empty": []}),
    ("lenet-5", {"add-layer": ["down", "a", "text:pool"], "quit": ["escape", "end", "d", "q"]}),
    (
        "lenet-5",
        {
            "presets": ["p"],
            "save-as": ["escape", "S"],
            "train-empty": ["escape", "2"],
            "train-plan": ["e", "down", "down"],
        },
    ),
    ("alexnet", {"train-arithmetic-only": ["2"]}),
]
"""Presets, and what is pressed to come from one screen to the next."""


async def check(app, pilot, name, sizes, update):
    """Look at a screen in every size, dark and light."""
    for size in sizes:
        await pilot.resize_terminal(*size)
        for theme in themes_in_turn(app, LIGHT, DARK):
            app.theme = theme.name
            await pilot.pause()
            assert not faint_texts(app, LEAST), (name, size, theme.name)
            if theme is DARK:
                check_golden(app, f"{name}-{size[0]}x{size[1]}", update=update)
    await pilot.resize_terminal(*sizes[0])


@pytest.mark.parametrize(("preset", "scenes"), SCENES, ids=[next(iter(scenes)) for _, scenes in SCENES])
async def test_screens_are_as_they_were_last_looked_at(preset, scenes, update, monkeypatch):
    monkeypatch.setattr("core.presets.own_folder", lambda: Path("/presets-of-ones-own"))
    async with opened(preset, SIZES[0]) as (app, pilot):
        for name, pressed in scenes.items():
            await keys(pilot, *pressed)
            await check(app, pilot, name, SIZES, update)


async def test_training_midway(update):
    async with opened("lenet-5", SIZES[0]) as (app, pilot):
        await keys(pilot, "t")
        await until(pilot, lambda: sessions)
        sessions[0].allow(130)
        await until(pilot, lambda: app.train_pane.history.progress and app.train_pane.history.progress.step == 130)
        await until(pilot, lambda: len(app.train_pane.epochs.rows) == 3)
        await check(app, pilot, "train", [*SIZES, (200, 60)], update)
        await app.train_pane.stop_and_wait()


async def test_learning_rates_that_were_tested(update):
    async with opened("lenet-5", SIZES[0]) as (app, pilot):
        app.train_pane.range_test = ScriptedRange(at_once=True)
        await keys(pilot, "2", "L")
        await until(pilot, lambda: isinstance(app.screen, RangeDialog) and app.screen.over)
        await check(app, pilot, "range-test", [*SIZES, (200, 60)], update)
