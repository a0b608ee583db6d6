"""What holds for every screen above the tabs: dismissed once, whatever comes too late; help; keys before a layout."""

import pytest
from textual.command import CommandList
from textual.events import Click, Key
from textual.widgets import Button, Input, OptionList

from core import presets
from tests.tui.driving import burst, keys, opened, screen_of, until
from tests.tui.screens import MAKERS, screen_classes
from tui.runs.export_run import choices
from tui.screens.dialogs import Ask, NameFile
from tui.screens.export_dialog import ExportDialog
from tui.screens.glossary import Glossary
from tui.screens.help import HelpPage, help_for
from tui.screens.modal import DismissOnce
from tui.screens.palette import Palette

KINDS = screen_classes()


async def shown(app, pilot, kind, folder, answers):
    """A screen of ``kind`` above another one, with all that it shows at first."""
    below = Ask("Below", {"yes": "Yes"})
    app.push_screen(below)
    await until(pilot, lambda: below.is_mounted)
    screen = MAKERS[kind](folder)
    app.push_screen(screen, answers.append)
    await until(pilot, lambda: screen.is_mounted)
    if kind is Palette:
        await until(pilot, lambda: screen.query_one(OptionList).option_count)
    return below, screen


@pytest.mark.parametrize("names", [["escape"] * 3, ["enter"] * 3, ["down", "enter", "enter", "enter"]], ids="-".join)
async def test_a_screen_dismissed_by_keys_in_a_burst_is_dismissed_once(names, tmp_path):
    async with opened("lenet-5") as (app, pilot):
        for kind in KINDS:
            answers: list[object] = []
            _, screen = await shown(app, pilot, kind, tmp_path, answers)
            await burst(app, pilot, *names)
            await until(pilot, lambda screen=screen, answers=answers: screen in app.screen_stack or answers)
            assert len(answers) <= 1, kind
            while len(app.screen_stack) > 1:
                await burst(app, pilot, "escape", "escape")
            assert app.is_running, kind


async def test_what_reaches_a_screen_after_it_was_dismissed_does_nothing(tmp_path):
    async with opened("lenet-5") as (app, pilot):
        for kind in KINDS:
            answers: list[object] = []
            below, screen = await shown(app, pilot, kind, tmp_path, answers)
            screen.dismiss(None)
            screen.post_message(Button.Pressed(Button("late")))
            screen.post_message(Input.Submitted(Input("late"), "late"))
            screen.post_message(Key("escape", None))
            screen.post_message(Key("enter", None))
            screen.post_message(Click(screen, 0, 0, 0, 0, 1, False, False, False, 0, 0))
            screen.dismiss(None)
            await until(pilot, lambda screen=screen: not screen.is_running)
            screen.dismiss(None)
            assert (app.screen, answers) == (below, [None]), kind
            below.dismiss()
            await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_a_command_of_the_palette_runs_once_however_often_enter_is_pressed():
    async with opened("lenet-5") as (app, pilot):
        await keys(pilot, "ctrl+p", "text:add gaussian")
        await until(pilot, lambda: "Add GaussianNoise" in screen_of(app))
        await burst(app, pilot, "enter", "enter", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: len(app.preset.architecture.layers) > 8)
        assert len(app.preset.architecture.layers) == 9


async def test_the_palette_opens_and_closes_in_one_burst():
    async with opened("lenet-5") as (app, pilot):
        for names in (
            ["ctrl+p", "down", "enter", "enter"],
            ["ctrl+p", "enter", "enter"],
            ["ctrl+p", "escape", "escape"],
        ):
            await burst(app, pilot, *names)
            await until(pilot, lambda: app.is_running)
            while len(app.screen_stack) > 1:
                await burst(app, pilot, "escape", "escape")
        assert app.is_running


async def test_what_asks_before_it_acts_asks_once():
    async with opened("lenet-5") as (app, pilot):
        await keys(pilot, "end", "d")
        for key in ("q", "ctrl+n", "p", "ctrl+o", "S"):
            await burst(app, pilot, key, key, key)
            await until(pilot, lambda: len(app.screen_stack) == 2)
            await burst(app, pilot, "escape", "escape")
            await until(pilot, lambda: len(app.screen_stack) == 1)
            assert app.is_running, key
            assert app.document.unsaved, key


@pytest.mark.parametrize("key", ["q", "ctrl+n"])
async def test_saving_before_leaving_takes_enter_twice(key, home):
    async with opened("lenet-5") as (app, pilot):
        await keys(pilot, "end", "d", key)
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await keys(pilot, "left", "left")
        await burst(app, pilot, "enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, NameFile) or app._exit or not app.document.unsaved)
        await burst(app, pilot, "enter", "enter", "enter")
        await until(pilot, lambda: app._exit or (home / "presets" / "lenet-5.toml").exists())
    assert presets.load(home / "presets" / "lenet-5.toml").architecture.layers


def test_every_screen_is_of_the_one_kind_that_is_dismissed_once():
    assert set(KINDS) == set(MAKERS), "a new screen needs a maker in tests/tui/screens.py"
    assert all(issubclass(kind, DismissOnce) for kind in KINDS)


async def test_help_opens_over_every_screen_and_closes_back_to_it(tmp_path):
    async with opened("lenet-5") as (app, pilot):
        for kind in KINDS:
            if kind is HelpPage:
                continue
            _, screen = await shown(app, pilot, kind, tmp_path, [])
            for key in ("f1", "question_mark"):
                field = app.focused
                await keys(pilot, key)
                if key == "f1" and isinstance(app.screen, Glossary) and kind is not Glossary:
                    await keys(pilot, key, "escape", "escape")  # its entry; twice it is help
                    continue
                if key == "question_mark" and isinstance(field, Input):
                    assert field.value.endswith("?"), kind
                    continue
                assert isinstance(app.screen, HelpPage), (kind, key)
                assert screen.HELP.strip().splitlines()[0] in app.screen.content.text
                await keys(pilot, key)
                assert app.screen is screen, (kind, key)
            while len(app.screen_stack) > 1:
                await keys(pilot, "escape")


async def test_f1_helps_on_every_tab():
    async with opened("lenet-5") as (app, pilot):
        for tab in "1234":
            await keys(pilot, tab, *(["shift+tab"] if tab == "1" else []), "f1")
            await until(pilot, lambda: isinstance(app.screen, HelpPage))
            await keys(pilot, "f1")
            assert len(app.screen_stack) == 1


async def test_f1_twice_helps_in_a_field_where_a_question_mark_is_text():
    async with opened("lenet-5") as (app, pilot):
        await keys(pilot, "down", "enter")
        await until(pilot, lambda: isinstance(app.focused, Input))
        await keys(pilot, "f1")
        await until(pilot, lambda: isinstance(app.screen, Glossary))
        await keys(pilot, "f1")
        await until(pilot, lambda: isinstance(app.screen, HelpPage))
        assert "## Glossary" in app.screen.content.text
        assert "## Form" in app.screen.content.text


@pytest.mark.parametrize("then", [["escape"], ["down", "escape"], ["pagedown", "x", "enter", "escape"]], ids="-".join)
async def test_keys_of_one_burst_wait_until_what_they_opened_is_there(then):
    async with opened() as (app, pilot):
        for opener in ("p", "question_mark", "m", "a", "S", "ctrl+o", "ctrl+p"):
            for _ in range(2):
                await burst(app, pilot, opener, *then)
                await burst(app, pilot, "escape", "escape")
            await until(pilot, lambda: len(app.screen_stack) == 1)
            assert app._exception is None, opener
            await burst(app, pilot, "2")
            assert app.tabs.current == "train", opener
            await burst(app, pilot, "1")
            assert app.tabs.current == "build", opener
        await app.train_pane.stop_and_wait()


async def test_a_palette_that_is_closed_while_it_searches_finds_nothing():
    async with opened() as (app, pilot):
        await burst(app, pilot, "ctrl+p")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        palette = app.screen
        await palette.query_one(CommandList).remove()
        await palette._gather_commands("e").wait()
        palette.dismiss()
        await until(pilot, lambda: len(app.screen_stack) == 1)


@pytest.mark.parametrize("size", [(60, 18), (80, 24)], ids=str)
async def test_keys_answers_and_titles_of_every_screen_are_whole(size, tmp_path):
    folder = tmp_path / "a-folder-with-a-long-name" / "in-another-one-with-a-long-name"
    folder.mkdir(parents=True)
    makers = [lambda make=make: make(folder) for make in MAKERS.values()]
    makers += [lambda: NameFile("name" * 20), lambda: ExportDialog("Export a run", choices(), folder)]
    async with opened("lenet-5", size) as (app, pilot):
        for make in makers:
            screen = make()
            app.push_screen(screen)
            await until(pilot, lambda screen=screen: screen.is_mounted)
            for widget in screen.query("Button, .note, .title, #picker-keys, #data-keys"):
                place = screen.find_widget(widget)
                assert place.clip.contains_region(place.region), (screen, widget)
            app.pop_screen()
            await pilot.pause()


async def test_names_of_presets_are_whole_where_there_is_little_room():
    async with opened("lenet-5", (60, 18)) as (app, pilot):
        await keys(pilot, "p", "text:bn-512")
        await until(pilot, lambda: "bn-512-128-128-64-64-64" in screen_of(app))


async def test_help_lists_the_keys_that_say_what_they_do_and_no_others(tmp_path):
    async with opened("lenet-5") as (app, pilot):
        for kind in KINDS:
            await shown(app, pilot, kind, tmp_path, [])
            listed = help_for(app.screen, app.focused).keys
            assert listed, kind
            assert not [each for each in listed if not (each.key and each.action and each.what)], kind
            assert not [each for each in listed if "cursor" in each.what or each.action == "Focus Next"], kind
            app.pop_screen()
            app.pop_screen()
            await pilot.pause()
