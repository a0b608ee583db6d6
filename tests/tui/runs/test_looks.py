"""What the Runs tab looks like: its text against golden files, its contrast in dark and light."""

import time
from pathlib import Path

import pytest

from tests.tui.driving import SIZES, check_golden, faint_texts, keys, screen_of, themes_in_turn, until, until_golden
from tests.tui.runs.stored_runs import listing, some
from tui.theme import DARK, LIGHT

LEAST = 3.0

SCENES = [
    {
        "runs": (["down", "down", "down"], "train"),
        "runs-marked": (["space", "space", "space"], "\u25cf"),
        "runs-differences": (["c", "c", "c"], "Where"),
    },
    {"runs-damaged": (["end"], "run.json: is damaged"), "runs-facts": (["up", "c", "c"], "network")},
    {"runs-name": (["n"], "enter: save"), "runs-filter": (["escape", "slash", "text:lenet best>0.9"], "2 of 7")},
]
"""What is pressed to come from one screen to the next, and what is seen then."""
WIDE = {"runs": [(200, 60)], "runs-marked": [(200, 60)]}


@pytest.fixture(autouse=True)
def greenwich(monkeypatch: pytest.MonkeyPatch):
    """Dates are those of one place on earth."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("scenes", SCENES, ids=lambda scenes: next(iter(scenes)))
async def test_the_screen_is_as_it_was_last_looked_at(scenes, update, home: Path):
    some(home)
    async with listing(7, SIZES[0]) as (app, pane, pilot):
        for scene, (pressed, shown) in scenes.items():
            await keys(pilot, *pressed)
            await until(pilot, lambda shown=shown: shown in screen_of(app))
            for size in [*SIZES, *WIDE.get(scene, [])]:
                await pilot.resize_terminal(*size)
                await until(pilot, lambda: not pane.detail.busy)
                for theme in themes_in_turn(app, LIGHT, DARK):
                    app.theme = theme.name
                    await pilot.pause()
                    assert not faint_texts(app, LEAST), (scene, size, theme.name)
                    if theme is DARK:
                        await until_golden(pilot, app, f"{scene}-{size[0]}x{size[1]}", update=update)
            await pilot.resize_terminal(*SIZES[0])


async def test_the_screen_without_runs(update):
    async with listing(0, SIZES[0]) as (app, _pane, pilot):
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            check_golden(app, f"runs-empty-{size[0]}x{size[1]}", update=update)
