"""Predicting the open network in the app."""

from pathlib import Path

from tests.tui.driving import check_golden, faint_texts, keys, opened, screen_of, themes_in_turn, until
from tui.screens.predict import Predict
from tui.theme import DARK, LIGHT


async def test_cell_by_cell(home: Path, update: bool) -> None:
    async with opened("lenet-5", (120, 36)) as (app, pilot):
        await keys(pilot, "Y")
        await until(pilot, lambda: isinstance(app.screen, Predict))
        assert "61,706" not in screen_of(app), "what is predicted is hidden"
        await pilot.resize_terminal(200, 60)
        assert "61,706" not in screen_of(app)
        assert "28²×6" not in screen_of(app), "nor in the strip behind it"
        await pilot.resize_terminal(120, 36)
        assert "14×14×6" not in screen_of(app)
        await keys(pilot, "text:28x28x6", "enter")
        assert "✓ 28×28×6 is right." in screen_of(app)
        assert "28×28×6 ✓" in screen_of(app)
        await keys(pilot, "enter", "text:150", "enter")
        assert "✗ The biases are left out" in screen_of(app)
        await keys(pilot, "backspace", "text:6", "enter", "enter")
        assert "156 ·" in screen_of(app), "not at first"
        await keys(pilot, "f2")
        assert "These are the steps." in screen_of(app)
        assert "14×14×6 -" in screen_of(app)
        assert "3 of 17 filled, 1 right at first" in screen_of(app)
        await keys(pilot, "enter", "enter")  # nothing typed
        assert "3 of 17" in screen_of(app)
        await keys(pilot, "pagedown", "down", "down", "down", "down", "down")
        assert "How many parameters are there in all?" in screen_of(app)
        await keys(pilot, "text:61.706", "enter", "up", "enter")
        assert "61,706 ✓" in screen_of(app)
        for size in ((80, 24), (60, 18)):
            await pilot.resize_terminal(*size)
            for theme in themes_in_turn(app, LIGHT, DARK):
                app.theme = theme.name
                await pilot.pause()
                assert not faint_texts(app, 3.0), (size, theme.name)
            check_golden(app, f"predict-{size[0]}x{size[1]}", update=update)
        await keys(pilot, "escape")
        await until(pilot, lambda: not isinstance(app.screen, Predict))


async def test_without_layers_there_is_nothing_to_predict(home: Path) -> None:
    async with opened(None, (120, 36)) as (app, pilot):
        await keys(pilot, "Y")
        await until(
            pilot, lambda: any("there are no layers to predict yet" in each.message for each in app._notifications)
        )
        assert not isinstance(app.screen, Predict)
