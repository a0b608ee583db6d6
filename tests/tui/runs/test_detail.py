"""Below the table of runs: their curves, what is known of the one, in what the several differ."""

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.charts import Curve
from core.runs.names import RunName
from core.runs.record import Run, RunError
from core.runs.store import Store
from tests.tui.driving import keys, lines_of, screen_of, until
from tests.tui.runs.stored_runs import history, keep, listing, preset, some
from tui.runs.pane import RunsPane
from tui.runs.run_cache import SIZE, RunCache
from tui.runs.series_styles import MOST, sign


@pytest.fixture
def runs(home: Path) -> list[str]:
    return some(home)


def drawn(pane: RunsPane) -> tuple[Curve, ...]:
    """The curves on show."""
    return pane.detail.chart.chart.curves if pane.detail.chart.chart else ()


@pytest.mark.parametrize("size", [(80, 40), (120, 36), (160, 50)], ids=str)
async def test_c_turns_from_accuracy_to_loss_and_the_facts_are_beside_or_behind_them(runs, size):
    async with listing(7, size) as (app, pane, pilot):
        await keys(pilot, "end", "up")
        await until(pilot, lambda: pane.detail.chart.chart and pane.detail.chart.chart.title == "accuracy")
        await keys(pilot, "c")
        await until(pilot, lambda: pane.detail.chart.chart.title == "loss")
        if not pane.detail.roomy:
            await keys(pilot, "c")
        await until(pilot, lambda: "finished after 10 epochs in 25 s" in screen_of(app))
        assert "last 97.88%, test 98.50%" in screen_of(app)
        facts = " ".join(pane.detail.text.content.plain.split())
        for said in ("Conv2D 16·5×5", "Adam 0.001", "TensorFlow 2.21.0", runs[0], "#baseline", "epoch 10 (97.88%)"):
            assert said in facts
        await keys(pilot, "c")
        await until(pilot, lambda: pane.detail.chart.chart.title == "accuracy")
        assert pane.detail.chart.display


async def test_marked_runs_are_drawn_over_one_another_with_their_signs(runs):
    async with listing(7) as (app, pane, pilot):
        await keys(pilot, "down", "down", "space", "space", "space")
        await until(pilot, lambda: len(drawn(pane)) == 3)
        shown, signs = lines_of(app), "".join(sign(number)[0] for number in range(MOST))
        legend = "".join(line[49:] for line in shown[2:6])
        assert [letter for letter in legend if letter in signs][:3] == list(signs[:3])
        for one, name in zip(signs, ("without pooling", "lenet, small", "ffnn 500"), strict=False):
            assert any(line.lstrip(" │").startswith(f"{one} {name}") for line in shown)
            await until(pilot, lambda one=one: sum(line.count(one) for line in lines_of(app)) > 2)  # and on its curve
        pane.table.focus()
        await keys(pilot, "home")
        await pilot.pause()
        assert "validation accuracy" in screen_of(app), "as long as runs are marked, they are on show"
        await keys(pilot, "c", "c")
        await until(pilot, lambda: "validation accuracy over parameters" in screen_of(app))
        assert [len(curve.points) for curve in drawn(pane)] == [1, 1, 1]
        assert "398k" in screen_of(app)
        await keys(pilot, "escape")
        await until(pilot, lambda: pane.detail.chart.chart.title == "accuracy"), "of one run"


async def test_what_differs_is_told_field_by_field(runs):
    async with listing(7) as (app, pane, pilot):
        await keys(pilot, "down", "down", "down", "space", "down", "space", "c", "c")
        await until(pilot, lambda: pane.detail.table.compared and "batch_size" in screen_of(app))
        row = next(line for line in lines_of(app) if "batch_size" in line)
        assert row.strip(" │").split()[-2:] == ["32", "128"]
        await keys(pilot, "escape", "up", "up", "space", "end", "up", "space")
        await until(pilot, lambda: "layer 2" in screen_of(app) and "without pooling" in screen_of(app))
        await keys(pilot, "tab")
        assert pane.detail.table.has_focus
        await keys(pilot, "down", "enter", "end")
        assert app.tabs.current == "runs"
        assert pane.detail.table.cursor == pane.detail.table.lines - 1
        assert pane.detail.table.lines > 1


async def test_three_runs_stand_side_by_side_with_their_results_first(runs):
    async with listing(7) as (app, _pane, pilot):
        await keys(pilot, "down", "down", "space", "space", "space")
        await until(pilot, lambda: "best val" in screen_of(app))
        lines = [line.rpartition("││")[2].strip(" │") for line in lines_of(app)]
        heading = next(number for number, line in enumerate(lines) if line.startswith("Where"))
        heads = [head for head in lines[heading].split("  ") if head][2:]
        assert [head.split()[0] for head in heads] == [sign(number)[0] for number in range(3)]
        assert all(len(head) >= 10 for head in heads), "readable"
        results = zip(lines[heading + 1 : heading + 4], ("test accuracy", "best val", "time"), strict=True)
        assert all(line.removeprefix("results").strip().startswith(field) for line, field in results)
        assert lines[heading + 4].startswith("layer 1")


async def test_the_list_has_its_room_back_when_runs_are_no_longer_compared(runs):
    async with listing(7) as (_app, pane, pilot):
        before = pane.table.size.width
        await keys(pilot, "down", "down", "space", "space")
        await until(pilot, lambda: pane.table.size.width < before)
        await keys(pilot, "escape")
        await until(pilot, lambda: pane.table.size.width == before)


async def test_equal_runs_differ_in_nothing(home: Path):
    trained = preset(epochs=2)
    for number in range(2):
        keep(home, f"twin {number}", trained, history(trained, 2, 1.0), number=number)
    async with listing(2) as (app, _pane, pilot):
        await keys(pilot, "a", "c", "c")
        await until(pilot, lambda: "No differences" in screen_of(app))


@pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=str)
async def test_runs_of_one_name_are_told_apart_by_their_keys_in_list_legend_and_heads(home: Path, size):
    trained = preset(epochs=2)
    for number, name in enumerate(("784-500-300-10", "784-500-300-10", "another")):
        keep(home, name, trained, history(trained, 2, 1.0), number=number)
    async with listing(3, size) as (app, pane, pilot):
        assert screen_of(app).count("784-500-300-10 00001") == 1
        await keys(pilot, "a")
        if not pane.detail.roomy:
            await keys(pilot, "c", "c", "c")
        await until(pilot, lambda: "results" in screen_of(app))
        shown = screen_of(app)
        for key in ("00000", "00001"):
            assert shown.count(f"784-500-300-10 {key}") == 2, "in the list and the legend"
            heads = next(line for line in shown.splitlines() if "Where" in line)
            assert key in heads
        assert "00002" not in shown, "nobody else is called another"


async def test_where_there_is_room_curves_and_differences_stand_side_by_side(runs):
    async with listing(7, (200, 60)) as (app, _pane, pilot):
        await keys(pilot, "down", "down", "space", "space")
        await until(pilot, lambda: "validation accuracy" in screen_of(app) and "batch_size" not in screen_of(app))
        await until(pilot, lambda: "Where" in screen_of(app))
        await keys(pilot, "c")
        await until(pilot, lambda: "validation loss" in screen_of(app))
        assert "Where" in screen_of(app)
        await keys(pilot, "c")
        await until(pilot, lambda: "validation accuracy" in screen_of(app))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "Where" not in screen_of(app))


async def test_more_runs_than_can_be_told_apart(home: Path):
    trained = preset(epochs=2)
    for number in range(MOST + 3):
        changed = replace(trained, plan=replace(trained.plan, batch_size=32 + number))
        keep(home, f"sweep {number:02}", changed, history(changed, 2, 1.0), number=number)
    async with listing(MOST + 3, (120, 40)) as (app, pane, pilot):
        await keys(pilot, "a")
        await until(pilot, lambda: "3 more, not drawn" in screen_of(app))
        await until(pilot, lambda: len(drawn(pane)) == MOST)
        assert len(pane.table.signs) == MOST + 3
        await until(pilot, lambda: "batch_size" in screen_of(app))
        await pilot.resize_terminal(80, 24)
        await keys(pilot, "c", "c", "c")
        await until(pilot, lambda: any(line.rstrip().endswith("+3") for line in lines_of(app)))


async def test_a_run_that_cannot_be_read_leaves_the_others_comparable(runs, home: Path):
    (home / "runs" / runs[2] / "history.json").write_text("[")
    async with listing(7) as (app, pane, pilot):
        await keys(pilot, "down", "down", "down")
        await until(pilot, lambda: "history.json: is damaged" in screen_of(app))
        await keys(pilot, "space", "space", "space", "c", "c")
        await until(pilot, lambda: pane.detail.table.compared and "results" in screen_of(app))
        assert pane.detail.table.compared.names == (RunName("ffnn 500"), RunName("lenet, as it was"))
        assert list(pane.detail.table.compared.signs) == [("▲", "run2"), ("■", "run3")]


async def test_curves_grow_while_another_process_trains(home: Path):
    trained = preset(epochs=10)
    kept = keep(home, "under way", trained, history(trained, 2, 0.5, over=False), "interrupted")
    async with listing(1) as (_app, pane, pilot):

        def validated() -> int:
            return next((len(curve.points) for curve in drawn(pane) if curve.name == "validation"), 0)

        await until(pilot, lambda: validated() == 2)
        shutil.rmtree(home / "runs" / kept)
        keep(home, "under way", trained, history(trained, 5, 0.5, over=False), "interrupted")
        await until(pilot, lambda: validated() == 5)


def test_what_was_read_is_kept_at_hand_as_long_as_the_list_says_the_same(home: Path):
    trained = preset(epochs=2)
    kept = keep(home, "one", trained, history(trained, 2, 1.0))
    asked = []

    def read(id: str):
        asked.append(id)
        return Store().details(id)

    reader = RunCache(read)
    run = Store().find(kept)
    assert reader.cached(run) is None
    assert reader.read(run) is reader.read(run) is reader.cached(run)
    assert asked == [kept]
    changed = replace(run, metrics=replace(run.metrics, epochs=3))
    assert reader.cached(changed) is None
    reader.read(changed)
    assert asked == [kept, kept]
    with pytest.raises(RunError):
        reader.read(replace(run, id="gone"))


def test_only_so_many_are_kept_cached(home: Path):
    trained = preset(epochs=2)
    told = Store().details(keep(home, "one", trained, history(trained, 2, 1.0)))
    reader = RunCache(lambda _: told)
    runs = [replace(told.run, id=f"run-{number}") for number in range(SIZE + 1)]
    for run in runs:
        reader.read(run)
    assert isinstance(runs[0], Run)
    assert reader.cached(runs[0]) is None
    assert reader.cached(runs[1]) is told


async def test_what_was_due_when_no_run_is_left_shows_nothing(runs):
    async with listing(7) as (_app, pane, pilot):
        await until(pilot, lambda: pane.detail.chart.chart)
        shown, due = pane.detail.runs, []
        pane.detail.set_timer = lambda _, callback: due.append(callback)
        pane.detail.runs = (*shown, *shown)
        pane.detail.runs = ()
        for callback in due:  # a timer that is stopped may have sent its message already
            callback()
        await pilot.app.workers.wait_for_complete()
        await keys(pilot, "c")
        assert pane.detail.figure == "loss"
