"""Thousands of runs."""

from pathlib import Path

from textual.app import ComposeResult

from core.runs.record import Label, Metrics, Run
from tests.benchmarks.many_runs import fill
from tests.tui.driving import Themed, keys, lines_of, screen_of, until
from tests.tui.runs.stored_runs import listing
from tui.runs.list_state import RunListState
from tui.runs.table import RunTable
from tui.theme import DARK

MANY = 10_000


def runs(count: int) -> tuple[Run, ...]:
    """Made up, the newest first."""
    states = ("finished", "stopped", "failed")
    return tuple(
        Run(
            f"2023-{n:05}",
            Label(f"run {n}"),
            "lenet",
            states[n % 3],
            n,
            "CPU",
            Metrics(params=n, test_accuracy=n / MANY),
        )
        for n in reversed(range(count))
    )


class Alone(Themed):
    """A table with nothing around it."""

    def compose(self) -> ComposeResult:
        yield RunTable()


async def test_only_lines_in_view_are_drawn(monkeypatch):
    drawn = set()
    line = RunTable.line
    monkeypatch.setattr(RunTable, "line", lambda self, index: drawn.add(index) or line(self, index))
    app = Alone()
    app.register_theme(DARK)
    async with app.run_test(size=(120, 20)) as pilot:
        table = app.query_one(RunTable)
        table.show(runs(MANY))
        table.focus()
        await pilot.pause()
        await pilot.press("end")
        await until(pilot, lambda: any("run 0 " in line for line in lines_of(app)))
        await pilot.press("pageup", "home")
        await until(pilot, lambda: any("run 9999 " in line for line in lines_of(app)))
        assert len(drawn) < 100


async def test_what_is_chosen_keeps_its_place_on_the_screen_as_others_come_and_go():
    app = Alone()
    app.register_theme(DARK)
    async with app.run_test(size=(120, 20)) as pilot:
        table, many = app.query_one(RunTable), runs(MANY)
        table.show(many)
        table.focus()
        await pilot.press(*["pagedown"] * 5, "up", "up")
        await pilot.pause()
        chosen = table.chosen

        def place() -> int:
            return next(y for y, line in enumerate(lines_of(app)) if f"{chosen.name} " in line)

        before = place()
        for listed in (many[7:], many, tuple(run for run in many if run.begun % 2 == chosen.begun % 2), many[::-1]):
            table.show(listed)
            await pilot.pause()
            assert table.chosen == chosen
            assert place() == before
        table.show(many)
        table.show(tuple(run for run in many if run != chosen))
        assert table.chosen == many[many.index(chosen) + 1], "the next takes its place"
        table.show(())
        assert table.chosen is None
        table.show(many)
        assert table.chosen == many[0]


def test_a_shelf_of_thousands_finds_and_orders():
    shelf = RunListState()
    shelf.take(runs(MANY))
    shelf.query = "failed test>=0.5 params<6000"
    assert [run.begun for run in shelf.shown] == list(range(5_999, 4_999, -1))[0::3]
    shelf.sort("test")
    shelf.sort("test")
    assert [run.begun for run in shelf.shown] == list(range(5_000, 6_000, 3))


async def test_the_tab_with_a_thousand_runs(home: Path):
    fill(home, 1_000)
    async with listing(1_000) as (app, pane, pilot):
        assert "1,000 runs" in screen_of(app)
        await keys(pilot, "slash", "text:lenet best>0.95")
        await until(pilot, lambda: 0 < len(pane.table.runs) < 200)
        found = len(pane.table.runs)
        assert all(run.architecture == "LeNet-5" and run.metrics.best_val_accuracy > 0.95 for run in pane.table.runs)
        assert f"{found} of 1,000 runs" in screen_of(app)
        await keys(pilot, "enter", "a", "d")
        await until(pilot, lambda: "moved to the trash" in pane.status.message)
        assert len(pane._list_state.runs) == 1_000 - found
        await keys(pilot, "z")
        await until(pilot, lambda: "restored" in pane.status.message)
        assert len(pane.table.runs) == found
