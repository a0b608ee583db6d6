"""The Learn tab as it was last looked at, and readable in both themes."""

from pathlib import Path

from tests.tui.driving import SIZES, check_golden, faint_texts, keys, opened, screen_of, themes_in_turn, until
from tui.theme import DARK, LIGHT

LEAST = 3.0
SCENES = {
    "learn": ([], "A neuron by hand"),
    "learn-question": (["enter"], "Which three numbers did you choose?"),
    "learn-answer": (["enter"], "Compare it with this."),
    "learn-mistake": (["enter", "text:17", "enter"], "That is the sum of the products alone."),
}


async def test_the_screen_is_as_it_was_last_looked_at(update: bool, home: Path) -> None:
    async with opened("ffnn-10", SIZES[0]) as (app, pilot):
        await keys(pilot, "5")
        await until(pilot, lambda: app.learn_pane.lessons is not None and app.learn_pane.lessons.is_mounted)
        for scene, (pressed, shown) in SCENES.items():
            await keys(pilot, *pressed)
            await until(pilot, lambda shown=shown: shown in screen_of(app))
            for size in SIZES:
                await pilot.resize_terminal(*size)
                for theme in themes_in_turn(app, LIGHT, DARK):
                    app.theme = theme.name
                    await pilot.pause()
                    assert not faint_texts(app, LEAST), (scene, size, theme.name)
                    if theme is DARK:
                        check_golden(app, f"{scene}-{size[0]}x{size[1]}", update=update)
            await pilot.resize_terminal(*SIZES[0])
