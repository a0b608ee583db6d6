"""The footer: whole keys, and none that does something else, or nothing."""

import pytest
from textual.keys import _character_to_key, key_to_character

from core.presets import Preset
from tests.tui.driving import SIZES, keys, lines_of, opened, until
from tui.document_controller import EMPTY
from tui.forms.choice import Choice
from tui.forms.form import StructForm
from tui.widgets.key_footer import MOST, Item, KeyFooter, fitting
from tui.widgets.typed_keys import character_of


def _items(*names: str) -> tuple[Item, ...]:
    return tuple(Item(name, name, "word", "", "help" if name == "?" else name) for name in names)


def test_only_whole_keys_are_shown_and_the_one_for_help_in_any_case():
    items = _items(*"abcdefgh?")  # six cells each, two between
    for room in range(80):
        shown = fitting(items, room)
        assert sum(item.width + 2 for item in shown) - 2 <= room or not shown
        assert (room < 6) != ("?" in [item.name for item in shown])
        assert len(shown) == min(MOST + 1, (room + 2) // 8)
    assert fitting(items, 80) == (*items[:MOST], items[-1])


async def _footer(app, pilot) -> str:
    await pilot.pause()
    return lines_of(app)[-1]


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_in_a_field_that_takes_letters_no_letter_is_shown_as_a_key(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "2", "e")
        form = app.query_one("#plan", StructForm)
        seen = set()
        for line in form.lines[:8]:
            line.control.focus()
            await until(pilot, lambda line=line: app.focused is line.control)
            shown = await _footer(app, pilot)
            assert not {"t Train", "n One", "e Plan", "p Presets", "u Undo"} & {
                " ".join(pair) for pair in zip(shown.split(), shown.split()[1:], strict=False)
            }
            assert "^s Save" in shown
            seen.add(isinstance(line.control, Choice))
        assert seen == {True, False}


async def test_keys_that_would_be_refused_are_not_shown():
    async with opened() as (app, pilot):
        assert "Delete" not in await _footer(app, pilot), "the input stays"
        await keys(pilot, "down")
        assert "d Delete" in await _footer(app, pilot)
        assert "t Train" in await _footer(app, pilot)
        app.documents.open_document(Preset("empty", EMPTY.architecture), None)
        assert "t Train" not in await _footer(app, pilot)
        await keys(pilot, "t")  # it still says why
        assert "cannot train" in app.train_pane.message


async def test_a_click_presses_the_key():
    async with opened() as (app, pilot):
        shown = await _footer(app, pilot)
        await pilot.click(offset=(shown.index("t Train") + 2, app.size.height - 1))
        await until(pilot, lambda: app.tabs.current == "train")
        await app.train_pane.stop_and_wait()


async def test_below_a_dialog_no_keys_are_shown(size):
    async with opened("lenet-5", size) as (app, pilot):
        before = await _footer(app, pilot)
        for key in ("a", "p", "question_mark", "S"):
            await keys(pilot, key)
            await until(pilot, lambda: app.screen.is_modal)
            assert not app.screen_stack[0].query_one(KeyFooter).render().plain
            await keys(pilot, "escape")
            assert await _footer(app, pilot) == before


async def test_where_a_question_mark_is_text_f1_is_the_key_for_help(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter")
        shown = await _footer(app, pilot)
        assert shown.startswith("\u23ce Done  esc Back")
        assert "F1 Help" in shown
        assert "more" not in shown
        await keys(pilot, "down")
        assert "? more" in await _footer(app, pilot)
        assert "F1" not in await _footer(app, pilot)


async def test_where_the_question_mark_is_the_tour_it_says_so(size):
    async with opened(None, size) as (app, pilot):
        assert "? Tour" in await _footer(app, pilot)
        assert (await _footer(app, pilot)).endswith("F1 Help")


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (120, 36)], ids=str)
async def test_in_every_field_of_the_plan_escape_goes_back_and_no_sign_is_a_key(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "2", "e", "f2")
        await until(pilot, lambda: len(app.train_pane.form.lines) > 20)
        for line in app.train_pane.form.lines:
            line.control.focus()
            await until(pilot, lambda line=line: app.focused is line.control)
            assert "esc Back" in await _footer(app, pilot)
            active = app.screen.active_bindings
            assert not {"plus", "left_square_bracket", "right_square_bracket"} & set(active), line.caption


def test_every_sign_is_known_by_the_name_of_its_key():
    for sign in map(chr, range(33, 127)):
        key = _character_to_key(sign)
        assert character_of(key, key_to_character(key)) == sign
