"""What the Runs tab looks like: its text against golden files, its contrast in dark and light."""

import time
from pathlib import Path

import pytest

from tests.tui.driving import SIZES, check_golden, faint_texts, keys, screen_of, until
from tests.tui.runs.stored_runs import listing, some
from tui.theme import DARK, LIGHT

LEAST = 3.0

SCENES = {
    "runs": (["down", "down", "down"], "train"),
    "runs-marked": (["down", "down", "down", "space", "space", "space"], "\u25cf"),
    "runs-differences": (["down", "down", "down", "space", "space", "space", "c", "c"], "Where"),
    "runs-facts": (["end", "up", "c", "c"], "network"),
    "runs-damaged": (["end"], "run.json: is damaged"),
    "runs-filter": (["slash", "text:lenet best>0.9"], "2 of 7"),
    "runs-name": (["n"], "enter: save"),
}


LOOKS = [*((scene, size) for scene in SCENES for size in SIZES), ("runs", (200, 60)), ("runs-marked", (200, 60))]


@pytest.fixture(autouse=True)
def greenwich(monkeypatch: pytest.MonkeyPatch):
    """Dates are those of one place on earth."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("scene", "size"), LOOKS, ids=lambda told: told if isinstance(told, str) else f"{told[0]}x{told[1]}"
)
async def test_the_screen_is_as_it_was_last_looked_at(scene, size, update, home: Path):
    some(home)
    pressed, shown = SCENES[scene]
    async with listing(7, size) as (app, pane, pilot):
        await keys(pilot, *pressed)
        await until(pilot, lambda: shown in screen_of(app))
        await until(pilot, lambda: not pane.detail.busy)
        await pilot.pause()
        for theme in (LIGHT, DARK):
            app.theme = theme.name
            await pilot.pause()
            assert not faint_texts(app, LEAST), theme.name
        check_golden(app, f"{scene}-{size[0]}x{size[1]}", update=update)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_screen_without_runs(size, update):
    async with listing(0, size) as (app, _pane, pilot):
        await pilot.pause()
        check_golden(app, f"runs-empty-{size[0]}x{size[1]}", update=update)
