"""What the screens look like: their text against golden files, their contrast in dark and light."""

from pathlib import Path

import pytest

from tests.tui.driving import SIZES, check_golden, faint_texts, keys, opened, sessions, until
from tui.theme import DARK, LIGHT

LEAST = 3.0
"""WCAG's least contrast for large text and for parts of a control; most words here have far more."""

SCENES = {
    "build": ("lenet-5", ["down", "down", "down"]),
    "build-window": ("lecture-7x7-stride-3-padded", ["down", "full_stop"]),
    "build-form": ("keras-convnet", ["down", "enter", "down", "down"]),
    "build-problem": ("lenet-5", ["down", "down", "down", "enter", "down", "text:99", "escape"]),
    "build-empty": (None, []),
    "add-layer": ("lenet-5", ["down", "a", "text:pool"]),
    "presets": ("lenet-5", ["p"]),
    "train-empty": ("lenet-5", ["2"]),
    "train-plan": ("lenet-5", ["2", "e", "down", "down"]),
    "train-arithmetic-only": ("alexnet", ["2"]),
    "save-as": ("lenet-5", ["S"]),
    "quit": ("lenet-5", ["end", "d", "q"]),
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SCENES)
async def test_screens_are_as_they_were_last_looked_at(scene, size, update, monkeypatch):
    monkeypatch.setattr("core.presets.own_folder", lambda: Path("/presets-of-ones-own"))
    name, pressed = SCENES[scene]
    async with opened(name, size) as (app, pilot):
        await keys(pilot, *pressed)
        for theme in (LIGHT, DARK):
            app.theme = theme.name
            await pilot.pause()
            assert not faint_texts(app, LEAST), theme.name
        check_golden(app, f"{scene}-{size[0]}x{size[1]}", update=update)


@pytest.mark.parametrize("size", [*SIZES, (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_training_midway(size, update):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "t")
        await until(pilot, lambda: sessions)
        sessions[0].allow(130)
        await until(pilot, lambda: app.train_pane.history.progress and app.train_pane.history.progress.step == 130)
        await until(pilot, lambda: len(app.train_pane.epochs.rows) == 3)
        for theme in (LIGHT, DARK):
            app.theme = theme.name
            await pilot.pause()
            assert not faint_texts(app, LEAST), theme.name
        check_golden(app, f"train-{size[0]}x{size[1]}", update=update)
        await app.train_pane.stop_and_wait()
