"""What was left unsaved is offered, restored, discarded; and a LayerLab that is killed loses nothing."""

import os
import sys
from pathlib import Path

import pytest
from textual.widgets import Button

from core import presets
from core.document import Document
from core.journal import leftovers
from tests.core.test_journal import EDITED, LENET, left
from tests.tui.driving import keys, opened, until
from tests.tui.on_terminal import on_terminal
from tui.screens.dialogs import Ask, NameFile


def journals(home):
    return list((home / "journal").glob("*/journal.json"))


async def test_an_edit_is_on_disk_until_it_is_saved_or_taken_back(home):
    async with opened("lenet-5") as (app, pilot):
        await keys(pilot, "end", "d")
        await until(pilot, lambda: journals(home))
        await keys(pilot, "u")
        await until(pilot, lambda: not journals(home))
        await keys(pilot, "d")
        await until(pilot, lambda: journals(home))
        await keys(pilot, "q", "left", "enter")
        await until(pilot, lambda: app._exit)
    assert not journals(home)


async def test_an_app_that_ends_unasked_leaves_even_the_last_edit(home):
    async with opened("lenet-5") as (app, pilot):
        await keys(pilot, "end", "d")
        edited = app.document.present
    assert not (home / "presets").exists()
    app.journal._journal._lock.release()  # as the end of the process does
    assert [one.preset for one in leftovers()[0]] == [edited]


async def offered(app, pilot):
    await until(pilot, lambda: isinstance(app.screen, Ask))
    assert app.screen._question == "LeNet-5 (edited) was left unsaved by a LayerLab that ended unexpectedly."
    assert [str(button.label) for button in app.screen.query(Button)] == ["Restore", "Discard", "Later"]


async def test_what_was_left_is_restored_with_its_file(home, tmp_path):
    mine = tmp_path / "mine.toml"
    presets.save(LENET, mine)
    left(Document(EDITED, saved=LENET), mine)
    async with opened("ffnn-10") as (app, pilot):
        await offered(app, pilot)
        await keys(pilot, "left", "left", "enter")
        await until(pilot, lambda: app.document.present == EDITED)
        assert (app.documents.path, app.document.unsaved) == (mine, True)
        await keys(pilot, "ctrl+s")
        await until(pilot, lambda: not app.document.unsaved)
        assert presets.load(mine) == EDITED
        await until(pilot, lambda: not journals(home))


async def test_restoring_asks_about_what_is_unsaved_and_never_overwrites_a_file_that_changed(home, tmp_path):
    left(Document(EDITED, saved=LENET), tmp_path / "gone.toml")
    async with opened("ffnn-10") as (app, pilot):
        app.build_pane.selected = 1
        app.build_pane.action_delete()
        edited = app.document.present
        await offered(app, pilot)
        await keys(pilot, "left", "left", "enter")
        await until(pilot, lambda: "before you restore LeNet-5" in getattr(app.screen, "_question", ""))
        await keys(pilot, "escape")
        assert app.document.present == edited
        assert journals(home)
    app.journal._journal._lock.release()
    (home / "journal" / app.journal._journal._folder.name / "journal.json").unlink()
    async with opened("ffnn-10") as (app, pilot):
        await offered(app, pilot)
        await keys(pilot, "left", "left", "enter")
        await until(pilot, lambda: app.document.present == EDITED)
        assert app.documents.path is None
        await keys(pilot, "ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, NameFile))


@pytest.mark.parametrize(("pressed", "stays"), [(["enter"], True), (["escape"], True), (["left", "enter"], False)])
async def test_what_was_left_waits_or_is_discarded(home, pressed, stays):
    left(Document(EDITED, saved=None))
    async with opened("ffnn-10") as (app, pilot):
        await offered(app, pilot)
        await keys(pilot, *pressed)
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert bool(leftovers()[0]) == stays
        assert not app.document.unsaved


async def test_a_damaged_journal_is_told_in_a_line(home):
    (left(Document(EDITED, saved=None))._folder / "journal.json").write_bytes(b"{")
    async with opened("ffnn-10") as (app, pilot):
        await until(pilot, lambda: any("could not be read" in notice.message for notice in app._notifications))
        assert len(app.screen_stack) == 1


def test_a_layerlab_that_is_killed_loses_nothing(home):
    with on_terminal([sys.executable, "-m", "tui", "lenet-5"]) as terminal:
        terminal.until(lambda seen: "61,706 params" in seen)
        terminal.type("Gd")
        terminal.until(lambda _: journals(home))
        terminal.process.kill()
    with on_terminal([sys.executable, "-m", "tui", "ffnn-10"]) as terminal:
        terminal.until(lambda seen: "left unsaved" in seen)
        terminal.type("\x1b[D\x1b[D\r")
        terminal.until(lambda seen: "Restored LeNet-5" in seen)
        terminal.type("q")
        terminal.until(lambda seen: "unsaved changes" in seen)
        terminal.type("\x1b[D\r")
        terminal.to_the_end()
    assert terminal.process.returncode == 0
    assert not journals(home)


def test_a_terminal_that_goes_away_ends_the_app_and_leaves_its_edits(home):
    with on_terminal([sys.executable, "-m", "tui", "lenet-5"]) as terminal:
        terminal.until(lambda seen: "61,706 params" in seen)
        terminal.type("Gd")
        terminal.until(lambda _: journals(home))
        with Path(os.devnull).open() as nowhere:
            os.dup2(nowhere.fileno(), terminal.leader)
        terminal.process.wait(timeout=60)
    assert [one.preset.name for one in leftovers()[0]] == ["LeNet-5"]
