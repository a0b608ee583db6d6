"""Dialogs, lists to pick from, the header and the palette: what they show of any text, and where keys lead."""

import json
from pathlib import Path

from msgspec.structs import replace
from textual.widgets import Button

from core import presets
from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten
from tests.core.importing.test_keras_file import dense, entry, made, sequential
from tests.tui.driving import keys, lines_of, opened, screen_of, until
from tui.header import Header
from tui.screens.add_layer import AddLayer
from tui.screens.browse_presets import BrowsePresets
from tui.screens.data import DataPage
from tui.screens.dialogs import Ask, NameFile
from tui.screens.help import HelpPage
from tui.screens.text_prompt import TextPrompt

STEERING = "a\x1b[31mb\x07\u202e[bold]c"


def _harmless(screen: str) -> bool:
    return not any(character in screen for character in "\x1b\x07\u202e") and r"\x1b" in screen


async def test_names_and_answers_reach_the_terminal_without_escape_codes(size):
    async with opened("lenet-5", size) as (app, pilot):
        for screen in (Ask(STEERING, {"yes": STEERING}), NameFile(STEERING)):
            app.push_screen(screen)
            await pilot.pause()
            assert _harmless(screen_of(app))
            await keys(pilot, "escape")
        app.header.title = app.header.data = app.header.activity = STEERING
        await pilot.pause()
        assert _harmless(lines_of(app)[0])


async def test_a_file_name_with_escape_codes_is_listed_without_them(size, home: Path):
    preset = replace(presets.load(presets.find("lenet-5")), name=STEERING, description=STEERING, origin=STEERING)
    presets.save(preset, home / "presets" / f"{STEERING}.toml")
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "p", "text:bold")
        assert screen_of(app).count("[bold]c") > 1
        assert _harmless(screen_of(app))
        await keys(pilot, "escape", "ctrl+p", "text:open a")
        await until(pilot, lambda: "[bold]c" in screen_of(app))
        assert _harmless(screen_of(app))


async def test_the_header_always_tells_what_training_is_doing(size):
    async with opened("lenet-5", size) as (app, pilot):
        app.header.title = "a name that is far too long for one line, " * 4
        for activity in ("training 3/10", "paused", "paused a-run-of-a-very-long-name-" + "x" * 200 + " 3/10"):
            app.header.activity = activity
            await pilot.pause()
            line = lines_of(app)[0]
            assert activity.split()[0] in line
            assert activity.split()[-1] in line
            assert "a name" in line
            assert "\u2026" in line
            assert "MNIST" not in line
            assert line.endswith("5 Learn")
        app.header.activity = "device auto"
        await pilot.pause()
        assert "device" not in lines_of(app)[0]
        app.header.title, app.header.activity = "784-256-10", "training 784-256-10 13/100"
        await pilot.resize_terminal(60, 18)
        assert " 13/100 " in lines_of(app)[0]
        app.header.title, app.header.activity = "FFNN 784-10-10", "* loading TensorFlow 3 s, 3 s the last time"
        await pilot.resize_terminal(80, 24)
        assert "* loading" in lines_of(app)[0]
        assert "last time" not in lines_of(app)[0]


async def test_a_short_title_leaves_room_for_data_and_device(size):
    async with opened("lenet-5", size) as (app, _):
        assert isinstance(app.header, Header)
        facts = "LeNet-5   MNIST 28×28×1   device auto" if size[0] > 80 else "LeNet-5   device auto"
        assert facts in lines_of(app)[0]


async def test_presets_stand_in_natural_order_with_convolutional_ones_first(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "p")
        assert isinstance(app.screen, BrowsePresets)
        ids = [app.screen.options.get_option_at_index(index).id for index in range(app.screen.options.option_count)]
        names = [Path(name).stem for name in ids if name]
        deep = [name for name in names if name.startswith("deep-sigmoid")]
        assert deep == ["deep-sigmoid-9", "deep-sigmoid-49", "deep-sigmoid-99"]
        assert set(names[:3]) == {"lenet-5", "keras-convnet", "convnet-32-32"}


async def test_the_list_of_layers_says_after_which_one(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "a")
        assert isinstance(app.screen, AddLayer)
        assert "Add a layer after Input" in screen_of(app)


async def test_a_question_begins_at_going_back(size):
    async with opened("lenet-5", size) as (app, pilot):
        answers: list[str | None] = []
        for pressed, expected in ((["enter"], None), (["left", "enter"], "second"), (["right", "enter"], "first")):
            app.push_screen(Ask("Which?", {"first": "First", "second": "Second"}), answers.append)
            await pilot.pause()
            focused = app.focused
            assert isinstance(focused, Button)
            others = {button.styles.background for button in app.screen.query(Button) if button is not focused}
            assert focused.styles.background not in others
            await keys(pilot, *pressed)
            assert answers[-1] == expected


async def test_the_file_a_name_is_saved_as_is_told_while_typing(size, home: Path):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "S")
        assert isinstance(app.screen, NameFile)
        assert "lenet-5.toml" in screen_of(app)
        await keys(pilot, *["backspace"] * 7)
        assert "type a name" in screen_of(app)
        await keys(pilot, "enter")
        assert isinstance(app.screen, NameFile)
        await keys(pilot, "text:Net 2")
        assert str(app.screen.preview.content).endswith(str(presets.path_for("Net 2").absolute()))
        assert "type a name" not in screen_of(app)


async def test_the_data_page_names_the_class_and_shows_all_counts_without_scrolling(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "m", "3")
        page = app.screen
        assert isinstance(page, DataPage)
        await until(pilot, lambda: page.preview is not None)
        await until(pilot, lambda: "5,949" in screen_of(app))
        screen = screen_of(app)
        assert "Data: MNIST, class 3" in screen
        assert "10,000 to test" in screen
        assert "5,923" in screen
        assert "\u2580" in screen


async def test_the_data_page_shows_a_digit_as_its_numbers_and_its_label_as_a_vector(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "m", "5")
        page = app.screen
        await until(pilot, lambda: page.preview is not None)
        await keys(pilot, "n")
        await until(pilot, lambda: "one-hot: (0, 0, 0, 0, 0, 1, 0, 0, 0, 0)" in str(page.counts.content))
        await until(pilot, lambda: "hexadecimal" in str(page.counts.content))
        first = page.preview.images[5][0]
        assert first[5, 12:17].tolist() == [3, 18, 18, 18, 126], "the first training digit of MNIST"
        shown = str(page.counts.content).splitlines()[1:]
        cell = len(shown[0]) // 28
        pixels = [[row[place : place + cell].strip() for place in range(0, 28 * cell, cell)] for row in shown]
        assert [[0 if each == "." else int(each, 16) for each in row] for row in pixels] == first.tolist()
        assert not page.digits.display
        await keys(pilot, "n")
        await until(pilot, lambda: "5,421" in screen_of(app))


async def test_help_lists_the_keys_of_the_footer_first(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "question_mark")
        assert isinstance(app.screen, HelpPage)
        listed = {each.action: each.key for each in app.screen.content.keys}
        assert (listed["Up"], listed["Down"]) == ("\N{UPWARDS ARROW} k", "\N{DOWNWARDS ARROW} j"), "one line for both"
        actions = list(listed)
        assert actions.index("Presets") < actions.index("Light/dark")
        assert actions.index("Save") < actions.index("Data")


async def test_a_layer_added_from_the_palette_is_seen(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "2", "ctrl+p", "text:add gaussiannoise")
        await until(pilot, lambda: "Add GaussianNoise" in screen_of(app))
        await keys(pilot, "enter")
        await until(pilot, lambda: len(app.preset.architecture.layers) == 9)
        assert app.tabs.current == "build"


async def test_a_keras_file_is_opened_as_what_has_not_been_saved(size, tmp_path: Path):
    path = tmp_path / "taken over.json"
    path.write_text(json.dumps(sequential(entry(None, 28, 28, 1), made("Flatten"), dense(units=7))))
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "ctrl+o")
        assert isinstance(app.screen, TextPrompt)
        await keys(pilot, f"text:{path}x", "enter")
        assert "no such file" in screen_of(app)
        await keys(pilot, "backspace", "enter")
        await until(pilot, lambda: app.preset.name == "taken over")
        assert app.preset.architecture == Architecture((28, 28, 1), (Flatten(), Dense(7)))
        assert app.document.unsaved
        assert app.documents.path is None


async def test_a_keras_file_that_cannot_be_expressed_is_refused_in_a_line(size, tmp_path: Path):
    path = tmp_path / "crafted.json"
    path.write_text(json.dumps(sequential(entry(None, 28, 28, 1), made("Lambda"))))
    async with opened("lenet-5", size) as (app, pilot):
        before = app.document
        await keys(pilot, "ctrl+o", f"text:{path}", "enter")
        await until(pilot, lambda: any("Lambda" in notice.message for notice in app._notifications))
        assert app.document == before
