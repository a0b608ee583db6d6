"""Predicting a training in the app: what is asked before it, what stands beside it, what is said at its end."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.widgets import Input

from core.forecast.forecast import AccuracyRange, Forecast
from core.runs.forecast_file import FORECAST_FILE
from tests.tui.driving import (
    check_golden,
    faint_texts,
    keys,
    opened,
    screen_of,
    sessions,
    themes_in_turn,
    until,
)
from tests.tui.scripted import STEPS
from tui.app import LayerLabApp
from tui.theme import DARK, LIGHT
from tui.train.forecast_page import ForecastPage
from tui.train.verdict_page import VerdictPage

SIZES = [(60, 18), (80, 24), (120, 36), (200, 60)]


def says(app) -> str:
    """The screen on one line."""
    return " ".join(screen_of(app).replace("│", " ").split())


async def asked(app, pilot) -> ForecastPage:
    """Open the page."""
    await keys(pilot, "2", "y")
    await until(pilot, lambda: isinstance(app.screen, ForecastPage))
    return app.screen


async def trained(app, pilot, epochs: int) -> None:
    """Let the training that has begun go to its end."""
    await until(pilot, lambda: app.train_pane.busy and sessions)
    sessions[-1].allow(epochs * STEPS)
    await until(pilot, lambda: not app.train_pane.busy and app.train_pane.view.verdict is not None)


async def test_from_the_question_to_the_verdict(update: bool, home: Path) -> None:
    async with opened("ffnn-10", (120, 36)) as (app, pilot):
        page = await asked(app, pilot)
        await keys(pilot, "enter")
        assert "! choose a curve first: left or right" in screen_of(app)
        await keys(pilot, "right", "enter")
        assert isinstance(app.focused, Input), "the accuracy is missing"
        assert app.screen is page
        await keys(pilot, "text:95", "enter")
        assert "! a single number says nothing of how sure you are" in screen_of(app)
        await keys(pilot, "text: +- 50")
        assert "45% to 100%: 55 points wide, which says little" in says(app)
        await keys(pilot, *["backspace"] * 2, "text:2")
        assert "93% to 97%: 4 points wide" in screen_of(app)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            for theme in themes_in_turn(app, LIGHT, DARK):
                app.theme = theme.name
                await pilot.pause()
                assert not faint_texts(app, 3.0), (size, theme.name)
            app.theme = DARK.name
            await pilot.pause()
            check_golden(app, f"forecast-{size[0]}x{size[1]}", update=update)
        await pilot.resize_terminal(120, 36)
        await keys(pilot, "enter")
        await until(pilot, lambda: app.train_pane.busy)
        assert "predicted: 93% to 97% validation accuracy, loss: validation rises again" in says(app)
        assert "v Verdict" not in screen_of(app)
        await trained(app, pilot, 10)
        assert "✓ 96.53%, predicted 93% to 97% ✗ loss: both fall together v: why" in says(app)
        await keys(pilot, "v")
        await until(pilot, lambda: isinstance(app.screen, VerdictPage))
        assert "✗ Predicted: the validation loss rises again. Instead training and validation" in says(app)
        assert "too small to learn its training images by heart" in says(app)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            for theme in themes_in_turn(app, LIGHT, DARK):
                app.theme = theme.name
                await pilot.pause()
                assert not faint_texts(app, 3.0), (size, theme.name)
            app.theme = DARK.name
            await pilot.pause()
            check_golden(app, f"forecast-verdict-{size[0]}x{size[1]}", update=update)
        await pilot.resize_terminal(120, 36)
        await keys(pilot, "pagedown", "pageup", "enter")
        await until(pilot, lambda: not app.screen.is_modal)
        await keys(pilot, "t")
        await until(pilot, lambda: app.train_pane.busy and app.train_pane.view.forecast is None)
        assert "predicted:" not in screen_of(app), "it was about the training before"
        await keys(pilot, "y")
        assert "a prediction is made before it begins" in says(app)
        await app.train_pane.stop_and_wait()


async def test_a_stopped_training_is_judged_as_far_as_it_came(home: Path) -> None:
    async with opened("ffnn-10", (120, 36)) as (app, pilot):
        await asked(app, pilot)
        await keys(pilot, "1", "down", "text:0-100", "enter")
        await until(pilot, lambda: app.train_pane.busy and sessions)
        sessions[-1].allow(20)
        await until(pilot, lambda: app.train_pane.history.progress is not None)
        await keys(pilot, "x")
        await until(pilot, lambda: app.train_pane.view.verdict is not None)
        assert "? no epoch was finished ? loss: too little was trained to tell" in says(app)
        await keys(pilot, "v")
        await until(pilot, lambda: isinstance(app.screen, VerdictPage))
        assert "it was: too short to tell" in says(app)


async def test_going_back_trains_nothing(home: Path) -> None:
    async with opened("ffnn-10", (80, 24)) as (app, pilot):
        page = await asked(app, pilot)
        await pilot.click(page.curves, offset=(50, 4))
        assert page.curves.chosen == 1
        await keys(pilot, "left", "tab", "text:93-97", "up", "escape")
        await until(pilot, lambda: not app.screen.is_modal)
        assert not sessions
        assert app.train_pane.view.forecast is None


async def test_what_cannot_be_trained_is_not_predicted(home: Path) -> None:
    async with opened(None, (120, 36)) as (app, pilot):
        await keys(pilot, "2", "y")
        await until(pilot, lambda: "cannot train" in screen_of(app))
        assert not app.screen.is_modal


@pytest.mark.keras
async def test_it_is_kept_with_the_run_and_shown_with_it(home: Path) -> None:
    app = LayerLabApp("ffnn-10")
    async with app.run_test(size=(200, 60)) as pilot:
        app.documents.edit_plan(replace(app.preset.plan, epochs=1), "")
        page = await asked(app, pilot)
        await keys(pilot, "left", "tab", "text:80-95", "enter")
        await until(pilot, lambda: app.train_pane.view.verdict is not None)
        assert page.is_running is False
        assert app.train_pane.view.verdict.accuracy_right
        (folder,) = (home / "runs").glob("2*")
        assert (folder / FORECAST_FILE).exists()
        details = app.runs.store.details(folder.name)
        assert details.forecast == Forecast("stays", "falls", AccuracyRange(0.8, 0.95), 1, True)
        await keys(pilot, "4")
        await until(pilot, lambda: "As predicted, the loss falls" in says(app))
