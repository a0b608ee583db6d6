"""What sweeps look like: their text against golden files, their contrast in dark and light."""

from pathlib import Path

from tests.tui.driving import SIZES, faint_texts, keys, themes_in_turn, until, until_golden
from tests.tui.runs.test_sweeps import RATES, all_read, sweeping
from tui.screens.sweep_form import SweepForm
from tui.theme import DARK, LIGHT

LEAST = 3.0


async def check(app, pilot, scene: str, update: bool) -> None:
    for size in SIZES:
        await pilot.resize_terminal(*size)
        for theme in themes_in_turn(app, LIGHT, DARK):
            app.theme = theme.name
            await pilot.pause()
            assert not faint_texts(app, LEAST), (scene, size, theme.name)
            if theme is DARK:
                await until_golden(pilot, app, f"{scene}-{size[0]}x{size[1]}", update=update)


async def test_the_screen_is_as_it_was_last_looked_at(home: Path, update, monkeypatch):
    monkeypatch.setattr("core.sweeps.start.usual_jobs", lambda _devices: 2)
    async with sweeping(home) as (app, pilot, _):
        await keys(pilot, "w")
        await until(pilot, lambda: isinstance(app.screen, SweepForm))
        await keys(pilot, *RATES)
        await check(app, pilot, "sweep-form", update)
        await keys(pilot, "enter")
        await until(pilot, lambda: app.sweep is not None)
        await all_read(app, pilot)
        table, chart = app.runs_pane.table, app.runs_pane.sweep_view.chart
        await until(pilot, lambda: table.chosen_group and len(table.chosen_group.runs) == 6)
        await until(pilot, lambda: chart.chart is not None and len(chart.chart.bands) == 2)
        app.clear_notifications()
        await check(app, pilot, "runs-sweep", update)
        await keys(pilot, "c")
        await check(app, pilot, "runs-sweep-trials", update)
