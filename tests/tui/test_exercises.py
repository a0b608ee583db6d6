"""Exercises in the app: asked, answered by keys, explained, opened on the Build tab, remembered."""

from unittest.mock import patch

import pytest
from textual.widgets import Button, Input

from core.learn.exercise import show_answer
from core.learn.practice import Record, Score, load_record, save_record
from tests.tui.driving import burst, check_golden, keys, opened, screen_of, until
from tui.screens.dialogs import Ask
from tui.screens.exercises import TITLES, Exercises


@pytest.fixture(autouse=True)
def seed(monkeypatch):
    monkeypatch.setattr("tui.document_controller.randbelow", lambda _most: 7)


async def asked(app, pilot) -> Exercises:
    await keys(pilot, "E")
    await until(pilot, lambda: isinstance(app.screen, Exercises))
    return app.screen


async def answer(pilot, text: str) -> None:
    await keys(pilot, f"text:{text}", "enter")


async def test_a_mistake_is_explained_and_the_right_answer_leads_on(home, size):
    async with opened("lenet-5", size) as (app, pilot):
        screen = await asked(app, pilot)
        assert "Exercise 1: shapes of convolutions, grade 1 of 3" in screen_of(app)
        assert "17×17×4" in screen_of(app)
        await answer(pilot, "7x7x10")
        await until(pilot, lambda: "The + 1 is missing" in screen_of(app))
        assert str(screen.verdict.content).endswith("Try again.")
        screen.answer.value = ""
        await answer(pilot, "(8, 8, 10)")
        await until(pilot, lambda: "✓ 8×8×10 is right." in screen_of(app))
        assert "0 of 1 exercise" in screen_of(app)
        await keys(pilot, "enter")
        await until(pilot, lambda: "Exercise 2" in screen_of(app))
        assert screen.answer.value == ""
        await keys(pilot, "escape")
        assert len(app.screen_stack) == 1
    record = load_record()
    assert record.scores == {"conv-shapes": Score(1, 0)}
    assert sum(record.mistakes.values()) == 1


async def test_what_another_app_has_counted_meanwhile_counts(home):
    save_record(Record().with_solved("padding", first=True))
    async with opened("lenet-5") as (app, pilot):
        screen = await asked(app, pilot)
        save_record(Record().with_solved("stacks", first=True))
        await answer(pilot, "8x8x10")
        await until(pilot, lambda: "in all 3 of 3 exercises" in screen_of(app))
        await keys(pilot, "enter", "f2")
        await until(pilot, lambda: "in all 3 of 4 exercises" in screen_of(app))
        assert screen.practice.record == load_record()
    assert load_record().total == Score(4, 3)


async def test_a_damaged_record_is_said_and_kept(home):
    home.mkdir()
    (home / "practice.json").write_text("{")
    async with opened("lenet-5", (120, 36)) as (app, pilot):
        await asked(app, pilot)
        await until(pilot, lambda: "is damaged" in " ".join(each.message for each in app._notifications))
    assert (home / "practice-damaged.json").read_text() == "{"


async def test_steps_are_shown_when_asked_for_and_after_a_wrong_answer(size):
    async with opened("lenet-5", size) as (app, pilot):
        screen = await asked(app, pilot)
        await keys(pilot, "f2")
        await until(pilot, lambda: "output shape = 8×8×10" in str(screen.verdict.content))
        assert screen.scroll.region.bottom <= screen.answer.region.y < screen.keys.region.bottom < app.size.height
        await keys(pilot, "enter")
        await answer(pilot, "1 1 1")
        await until(pilot, lambda: "1×1×1 is not the answer." in str(screen.verdict.content))
        assert len(str(screen.verdict.content).splitlines()) > 3


async def test_what_is_not_understood_says_what_to_type():
    async with opened("lenet-5") as (app, pilot):
        screen = await asked(app, pilot)
        await answer(pilot, "eight")
        await until(pilot, lambda: "! not understood: type height, width and channels" in screen_of(app))
        screen.answer.value = ""
        await keys(pilot, "enter")  # of nothing
        assert "not understood" in screen_of(app)


async def test_topic_and_grade_change_by_keys():
    async with opened("lenet-5") as (app, pilot):
        await asked(app, pilot)
        for title in [*list(TITLES.values())[1:], TITLES["conv-shapes"]]:
            await keys(pilot, "down")
            await until(pilot, lambda title=title: f": {title}, grade 1" in screen_of(app))
        await burst(app, pilot, "up", "f3", "f3")
        await until(pilot, lambda: "stacks of layers, grade 3" in screen_of(app))
        await keys(pilot, "f2")
        screen = app.screen
        await until(pilot, lambda: screen.scroll.scroll_y == screen.scroll.max_scroll_y > 0)
        await burst(app, pilot, *["pageup"] * 9)
        await until(pilot, lambda: screen.scroll.scroll_y == 0)
        await keys(pilot, "f3")
        await until(pilot, lambda: "grade 1" in screen_of(app))


async def test_its_network_opens_on_the_build_tab_after_asking():
    async with opened("lenet-5") as (app, pilot):
        await burst(app, pilot, "down", "d")
        await until(pilot, lambda: app.document.unsaved)
        screen = await asked(app, pilot)
        wanted = screen.practice.exercise
        await keys(pilot, "f4")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        next(button for button in app.screen.query(Button) if str(button.label) == "Discard").press()
        await until(pilot, lambda: app.preset.name == f"Exercise {wanted.id}")
        row = app.preset.architecture
        assert show_answer(wanted.answer) == "8x8x10"
        assert len(row.layers) == 1


async def test_a_score_that_cannot_be_kept_is_told():
    async with opened("lenet-5") as (app, pilot):
        await asked(app, pilot)
        with patch("core.storage.write_atomically", side_effect=OSError(28, "No space left on device")):
            await keys(pilot, "f2")
            await until(
                pilot,
                lambda: (
                    "the score is not kept: No space left on device"
                    in " ".join(each.message for each in app._notifications)
                ),
            )


async def test_a_question_mark_is_text_and_f1_helps():
    async with opened("lenet-5") as (app, pilot):
        screen = await asked(app, pilot)
        await keys(pilot, "question_mark")
        assert app.focused is screen.query_one(Input)
        assert screen.answer.value == "?"


async def test_it_looks_as_it_was_last_looked_at(size, update):
    async with opened("lenet-5", size) as (app, pilot):
        await asked(app, pilot)
        await answer(pilot, "7x7x10")
        await until(pilot, lambda: "The + 1 is missing" in screen_of(app))
        check_golden(app, f"exercises-{size[0]}x{size[1]}", update=update)
