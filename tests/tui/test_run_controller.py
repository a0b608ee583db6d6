"""What the app does with kept runs: real ones are trained, gone on with, looked into; and files handed out."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from core import presets
from core.runs.recorder import wait_until_written
from core.runs.store import Store
from tests.tui.driving import keys, opened, until
from tests.tui.runs.stored_runs import history, keep, preset
from tui.app import LayerLabApp
from tui.screens.dialogs import Ask
from tui.screens.export_dialog import ExportDialog

SMALL = presets.load(presets.find("ffnn-10"))
QUICK = replace(SMALL, plan=replace(SMALL.plan, epochs=2, validation=0.99))
"""600 examples to train on."""


def notices(app: LayerLabApp) -> str:
    return " ".join(notice.message for notice in app._notifications)


async def open_runs(app: LayerLabApp, pilot: Pilot[None]) -> None:
    """Go to the Runs tab, and wait until keys do something there."""
    await keys(pilot, "4")
    await until(pilot, lambda: app.runs_pane.table.runs and app.runs_pane.table.has_focus)


def done(app: LayerLabApp) -> bool:
    return not app.train_pane.busy and app.train_pane.history.ended is not None


@pytest.mark.keras
async def test_a_training_is_kept_gone_on_with_and_looked_into(home: Path) -> None:
    app = LayerLabApp(QUICK)
    async with app.run_test(size=(120, 36)) as pilot:
        await keys(pilot, "t")
        await until(pilot, lambda: done(app))
        pane = app.runs_pane
        await open_runs(app, pilot)
        (run,) = pane.table.runs
        assert (run.state, run.metrics.epochs) == ("finished", 2)
        assert run.metrics.test_accuracy == app.train_pane.history.ended.test_accuracy

        await keys(pilot, "r")
        assert "is finished" in pane.status.message
        before = app.train_pane.history
        await keys(pilot, "plus")
        await until(pilot, lambda: app.tabs.current == "train" and app.train_pane.history != before)
        await until(pilot, lambda: done(app))
        assert [event.epoch for event in app.train_pane.history.epochs] == [1, 2, 3, 4]
        assert app.train_pane.history.epochs[:2] == before.epochs

        await keys(pilot, "4")
        await until(pilot, lambda: pane.table.runs and pane.table.runs[0].metrics.epochs == 4)
        await keys(pilot, "I")
        inspect = app.inspect_pane
        await until(pilot, lambda: app.tabs.current == "inspect" and inspect.results)
        assert f"run {run.key}, last weights" in str(inspect.line.content)
        assert inspect.results.accuracy == app.train_pane.history.ended.test_accuracy
        assert app.inspect_pane.check_action("back", ())
        await keys(pilot, "l")
        await until(pilot, lambda: not inspect.run.saved_as or inspect.run == app.train_pane.controller.run)
    wait_until_written()
    assert {path.name for path in (home / "runs" / run.id).glob("*.keras")} == {"best.keras", "last.keras"}


@pytest.mark.keras
async def test_the_app_can_be_told_to_keep_nothing(home: Path) -> None:
    app = LayerLabApp(QUICK, saves=False)
    async with app.run_test(size=(120, 36)) as pilot:
        await keys(pilot, "t")
        await until(pilot, lambda: done(app))
    assert not Store(home).refresh()


@pytest.mark.keras
async def test_what_cannot_be_kept_is_told_and_trained_all_the_same(home: Path) -> None:
    home.mkdir()
    (home / "runs").write_text("a file where the folder should be")
    app = LayerLabApp(QUICK)
    async with app.run_test(size=(120, 36)) as pilot:
        await keys(pilot, "t")
        await until(pilot, lambda: done(app))
        assert app.train_pane.history.ended.reason == "finished"
        assert "not being saved" in notices(app)


async def test_what_was_cut_off_is_offered_at_the_start(home: Path) -> None:
    keep(home, "cut off [b]", preset(), history(preset(), 3, 0.5, over=False), "running")
    keep(home, "whole", preset(), history(preset(), 3, 0.5), number=1)
    async with opened() as (app, pilot):
        await until(pilot, lambda: "cut off [b]" in notices(app))
        assert "4 opens Runs" in notices(app)


async def test_a_damaged_checkpoint_is_refused_in_a_line(home: Path) -> None:
    run = keep(home, "cut off", preset(), history(preset(), 3, 0.5, over=False), "running")
    (home / "runs" / run / "checkpoint.safetensors").write_bytes(b"no tensors")
    async with opened() as (app, pilot):
        await open_runs(app, pilot)
        await keys(pilot, "r")
        await until(pilot, lambda: "damaged" in notices(app))
        assert app.tabs.current == "runs"
        assert not app.train_pane.busy


async def test_runs_are_written_for_other_tools(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    keep(home, "first", preset(), history(preset(), 3, 0.5))
    async with opened() as (app, pilot):
        pane = app.runs_pane
        await open_runs(app, pilot)
        await keys(pilot, "x")
        assert isinstance(app.screen, ExportDialog)
        await keys(pilot, "down", "down", "enter")  # the third is the script
        await until(pilot, lambda: "written" in pane.status.message)
        (script,) = tmp_path.glob("*.py")
        assert script.name in pane.status.message
        compile(script.read_text(), script.name, "exec")

        script.write_text("mine")
        await keys(pilot, "x", "down", "down", "enter")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await keys(pilot, "escape")
        assert script.read_text() == "mine"
        await keys(pilot, "x", "down", "down", "enter")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await keys(pilot, "left", "enter")
        await until(pilot, lambda: script.read_text() != "mine")


async def test_a_folder_that_is_not_there_is_no_place_to_write_to(home: Path) -> None:
    keep(home, "first", preset(), history(preset(), 3, 0.5))
    async with opened() as (app, pilot):
        await open_runs(app, pilot)
        await keys(pilot, "x", "text:/nowhere", "enter")
        assert isinstance(app.screen, ExportDialog)
        assert "no such folder" in str(app.screen.message.content)
        await keys(pilot, "escape")
        assert not isinstance(app.screen, ExportDialog)


async def test_while_something_is_trained_no_run_is_gone_on_with_or_looked_into(home: Path) -> None:
    keep(home, "cut off", preset(), history(preset(), 3, 0.5, over=False), "running")
    async with opened() as (app, pilot):
        await keys(pilot, "t")
        await until(pilot, lambda: app.train_pane.busy)
        await open_runs(app, pilot)
        await keys(pilot, "r")
        await until(pilot, lambda: "training is running" in notices(app))
        await keys(pilot, "i")
        await until(pilot, lambda: "is shown until it ends" in notices(app))
        assert app.tabs.current == "runs"


async def test_a_training_knows_the_document_it_began_with_whatever_is_opened_meanwhile(home: Path) -> None:
    async with opened() as (app, pilot):
        await keys(pilot, "t")
        await until(pilot, lambda: app.train_pane.busy)
        first = app.train_pane.controller.run.document
        assert first == app.document_id
        app.documents.open_preset(presets.find("ffnn-10"))
        await until(pilot, lambda: app.preset.name != "LeNet-5")
        assert app.train_pane.controller.run.document == first != app.document_id
        await keys(pilot, "1", "end", "d", "u")
        assert app.train_pane.document_id == app.document_id
