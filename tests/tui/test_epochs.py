"""The table of epochs and the bars above it: what they show, and how a person goes through it."""

from contextlib import asynccontextmanager
from pathlib import Path
from re import fullmatch
from time import monotonic

import pytest
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import MouseScrollDown, MouseScrollUp

import tui
from core.durations import Phase
from core.events import EpochEnded, Progress
from tests.tui.driving import Themed, lines_of
from tui.train.epochs import EpochTable
from tui.train.progress import ProgressPanel

CSS = Path(tui.__file__).parent / "train" / "train.tcss"


class TrainPane(Vertical):
    """Stands for the tab, whose stylesheet it takes."""

    def compose(self) -> ComposeResult:
        with Vertical():
            yield ProgressPanel()
            yield EpochTable()


class Host(Themed):
    CSS_PATH = [str(CSS)]
    CSS = "TrainPane EpochTable { max-height: 8; }"

    def compose(self) -> ComposeResult:
        yield TrainPane()


def ended(count, best=3):
    return tuple(
        EpochEnded(epoch, count, epoch * 10, 0.5, 0.9, 0.4, 0.91, 0.001, 1.4, epoch <= best)
        for epoch in range(1, count + 1)
    )


def numbers(app):
    """The first column of what is seen of the table, with the mark of the part in view behind it."""
    lines = lines_of(app)
    start = next(row for row, line in enumerate(lines) if "val loss" in line)
    return [" ".join(line.split()[: 1 + line.split()[0].count("\u2605")]) for line in lines[start + 1 :] if line]


@asynccontextmanager
async def shown():
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.query_one(EpochTable)
        table.focus()
        yield app, table, pilot


async def add(table, pilot, count):
    for done in range(table.row_count + 1, count + 1):
        table.show(ended(count)[:done])
        await pilot.pause()


async def test_it_grows_with_its_rows_and_then_follows_the_last():
    async with shown() as (app, table, pilot):
        assert table.size.height == 1
        await add(table, pilot, 3)
        assert table.size.height == 4
        assert numbers(app) == ["1", "2", "\u2605 3"]
        await add(table, pilot, 20)
        assert table.size.height == 8
        assert numbers(app) == [str(epoch) for epoch in range(14, 21)]
        assert table.cursor_row == 19


async def test_many_rows_at_once_show_the_last():
    async with shown() as (app, table, pilot):
        table.show(ended(20))
        await pilot.pause()
        assert numbers(app) == [str(epoch) for epoch in range(14, 21)]


async def test_a_row_more_lays_nothing_out_once_there_is_no_more_room():
    async with shown() as (_, table, pilot):
        await add(table, pilot, 20)
        laid_out = []
        table.screen.screen_layout_refresh_signal.subscribe(table, laid_out.append)
        await add(table, pilot, 24)
        assert laid_out == []
        table.show(())
        await pilot.pause()
        assert laid_out, "fewer rows leave room to others"


async def test_the_star_goes_to_the_best_alone():
    async with shown() as (app, table, pilot):
        for done in (1, 2, 3):
            table.show(ended(3)[:done])
            await pilot.pause()
            assert numbers(app) == [*map(str, range(1, done)), f"\u2605 {done}"]


async def test_keys_go_through_the_epochs_and_new_ones_leave_the_cursor_there():
    async with shown() as (app, table, pilot):
        await add(table, pilot, 20)
        for key, row in (("up", 18), ("home", 0), ("up", 0), ("down", 1), ("pagedown", 8), ("pageup", 1), ("end", 19)):
            await pilot.press(key)
            assert table.cursor_row == row, key
        await pilot.press("home")
        table.show(ended(21))
        await pilot.pause()
        assert table.cursor_row == 0
        assert numbers(app) == ["1", "2", "\u2605 3", "4", "5", "6", "7"]
        await pilot.press("end")
        table.show(ended(22))
        await pilot.pause()
        assert table.cursor_row == 21
        assert numbers(app)[-1] == "22"


async def test_the_wheel_looks_at_other_rows_and_a_click_chooses_one():
    async with shown() as (app, table, pilot):
        await add(table, pilot, 20)
        x, y = table.region.x + 3, table.region.y + 1
        for _ in range(3):
            await pilot._post_mouse_events([MouseScrollUp], table, offset=(3, 1))
        assert numbers(app)[0] == "11"
        assert table.cursor_row == 19
        await pilot.click(offset=(x, y + 1))
        assert table.cursor_row == 11
        await pilot._post_mouse_events([MouseScrollDown], table, offset=(3, 1))
        assert numbers(app)[0] == "12"


async def test_what_part_is_seen_is_marked_when_it_is_not_all():
    async with shown() as (app, table, pilot):
        await add(table, pilot, 7)
        assert not any("\u2503" in line for line in lines_of(app))
        await add(table, pilot, 14)
        marks = [line[-1] for line in lines_of(app)[3:10]]
        assert marks == ["\u2502"] * 4 + ["\u2503"] * 3
        await pilot.press("home")
        await pilot.pause()
        assert [line[-1] for line in lines_of(app)[3:10]] == ["\u2503"] * 3 + ["\u2502"] * 4


async def test_fewer_epochs_than_before_are_a_new_run():
    async with shown() as (app, table, pilot):
        await add(table, pilot, 20)
        table.show(ended(1))
        await pilot.pause()
        assert numbers(app) == ["\u2605 1"]
        assert (table.cursor_row, table.size.height) == (0, 2)


def progress(step):
    return Progress(1, 1, step, step, 100, 1.0, 0.5, 0.1, 41_234.0, 1.0, 2.0)


@pytest.mark.parametrize(
    ("step", "bar"),
    [
        (0, "\u2501" * 30),
        (1, "\u2501" * 30),
        (2, "\u2578" + "\u2501" * 29),
        (50, "\u2501" * 15 + "\u257a" + "\u2501" * 14),
    ],
)
async def test_bars_are_full_to_half_a_cell(step, bar):
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.query_one(ProgressPanel).show(progress(step), live=True)
        await pilot.pause()
        epoch, run, *_ = lines_of(app)
        assert epoch == f"epoch  {bar}{step:>4}%{f'{step}/100 steps, 41,234 examples/s':>38}"
        assert run.startswith(f"run    {bar}{step:>4}%")


async def test_a_full_bar_is_full():
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.query_one(ProgressPanel).show(progress(100), live=False)
        await pilot.pause()
        assert lines_of(app)[1].startswith("run    " + "\u2501" * 30 + " 100%")


async def test_a_narrow_bar_leaves_the_figures_out():
    app = Host()
    async with app.run_test(size=(40, 10)) as pilot:
        app.query_one(ProgressPanel).show(progress(50), live=True)
        await pilot.pause()
        assert lines_of(app)[0] == "epoch  " + "\u2501" * 14 + "\u257a" + "\u2501" * 13 + "  50%"


async def test_while_it_is_prepared_nobody_knows_how_far_it_is_and_a_bar_moves():
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        panel = app.query_one(ProgressPanel)
        panel.prepare(Phase("loading TensorFlow", monotonic() - 3.0, 3_600.0))
        await pilot.pause()
        line = lines_of(app)[0]
        assert line.startswith("epoch  " + "\u2501" * 30 + "  --%")
        assert fullmatch(r" +loading TensorFlow \d+ of about 3600 s", line[42:])
        first = panel.render_line(0)
        for _ in range(200):
            await pilot.pause(0.02)
            if panel.render_line(0) != first:
                break
        else:
            raise AssertionError("the bar stands still")
        panel.clear()
        await pilot.pause()
        assert "--%" not in lines_of(app)[0]


async def test_the_lowest_loss_and_the_best_accuracy_are_marked_each_where_it_is():
    async with shown() as (_app, table, _pilot):
        epochs = [
            EpochEnded(epoch, 3, epoch, 0.5, 0.9, loss, accuracy, 0.001, 1.0, epoch <= 2)
            for epoch, (loss, accuracy) in enumerate([(0.09, 0.97), (0.06, 0.9819), (0.07, 0.9831)], 1)
        ]
        table.show(tuple(epochs))
        assert [(table.cells(row)[0], table.cells(row)[4]) for row in range(3)] == [
            ("1", "97.00%"),
            ("\u2605 2", "98.19%"),
            ("3", "\u25b498.31%"),
        ]
