"""The app as a whole: presets, saving, leaving, the palette, help, the data page, themes, small terminals."""

from pathlib import Path

from core import presets
from tests.tui.driving import keys, lines_of, opened, screen_of, sessions, until
from tui.app import LayerLabApp
from tui.header import TABS
from tui.screens.browse_presets import BrowsePresets
from tui.screens.data import DataPage
from tui.screens.dialogs import Ask, NameFile
from tui.screens.help import HelpPage


async def test_the_app_opens_by_itself_and_with_a_preset(size):
    app = LayerLabApp(presets.load(presets.find("keras-convnet")))
    async with app.run_test(size=size):
        assert "34,826 params" in screen_of(app)
    app = LayerLabApp("lenet-5")
    async with app.run_test(size=size):
        assert "61,706 params" in screen_of(app)
    app = LayerLabApp()
    async with app.run_test(size=size):
        assert "untitled" in lines_of(app)[0]


async def test_off_the_build_tab_it_is_said_what_was_undone(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "d", "u")
        assert not app._notifications
        await keys(pilot, "ctrl+r", "2", "u", "ctrl+r")
        row = len(app.preset.architecture.layers) + 1
        assert [(notice.title, notice.message) for notice in app._notifications] == [
            ("Undone", f"after layer {row - 1} Dense 84 tanh: Dense 10 softmax inserted"),
            ("Redone", f"layer {row} Dense 10 softmax: removed"),
        ]


async def test_the_browser_filters_and_opens_a_preset(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "p", "text:alexn")
        assert isinstance(app.screen, BrowsePresets)
        assert "Cannot be trained here" in screen_of(app)
        await keys(pilot, "enter")
        await until(pilot, lambda: app.preset.name == "AlexNet")
        assert "62,378,344 params" in screen_of(app)
        assert not app.document.unsaved


async def test_the_browser_says_when_nothing_is_called_so(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "p", "text:zzzz")
        assert "no match" in screen_of(app)
        await keys(pilot, "enter", "escape")
        assert app.preset.name == "LeNet-5"


async def test_a_file_that_is_not_toml_is_listed_with_its_reason(size, home: Path):
    (home / "presets").mkdir(parents=True)
    (home / "presets" / "broken.toml").write_text("name = ")
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "p", "text:broken")
        assert "cannot be read" in screen_of(app)
        await keys(pilot, "enter")
        await until(pilot, lambda: not isinstance(app.screen, BrowsePresets))
        assert app.preset.name == "LeNet-5"


async def test_save_as_writes_a_preset_of_ones_own(size, home: Path):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "up", "d", "ctrl+s")
        assert isinstance(app.screen, NameFile)
        await keys(pilot, *["backspace"] * 8, "text:My Net 2", "enter")
        await until(pilot, lambda: not app.document.unsaved)
        saved = presets.load(home / "presets" / "my-net-2.toml")
        assert saved == app.preset
        assert saved.name == "My Net 2"
        await keys(pilot, "u", "ctrl+s")
        await until(pilot, lambda: not app.document.unsaved)
        assert presets.load(home / "presets" / "my-net-2.toml") == app.preset


async def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_lost(size, home: Path):
    home.write_text("a file where the folder should be")
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "d", "S")
        await keys(pilot, "enter")
        await until(pilot, lambda: len(app._notifications))
        assert "cannot be written" in next(iter(app._notifications)).message
        assert app.document.unsaved


async def test_replacing_a_file_is_asked_first(size, home: Path):
    presets.save(presets.load(presets.find("ffnn-10")), home / "presets" / "lenet-5.toml")
    async with opened(str(presets.SHIPPED / "lenet-5.toml"), size) as (app, pilot):
        await keys(pilot, "S", "enter")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await keys(pilot, "escape")
        assert presets.load(home / "presets" / "lenet-5.toml").name != "LeNet-5"


async def test_quitting_asks_about_what_is_unsaved(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "d", "q")
        assert isinstance(app.screen, Ask)
        await keys(pilot, "escape")
        assert app.is_running
        await keys(pilot, "q", "left", "enter")
        await until(pilot, lambda: not app.is_running or app._exit)


async def test_quitting_while_training_asks_and_stops_first(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "t")
        await until(pilot, lambda: app.train_pane.busy)
        await until(pilot, lambda: sessions)
        sessions[0].allow(5)
        await until(pilot, lambda: app.train_pane.state == "running")
        await keys(pilot, "q")
        assert isinstance(app.screen, Ask)
        await keys(pilot, "left", "enter")
        await until(pilot, lambda: app._exit)
        assert any(command.startswith("stop") for command in sessions[0].commands)
        assert not app.train_pane.busy


async def test_opening_another_preset_asks_about_what_is_unsaved(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "d", "p", "text:ffnn-10", "enter")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await keys(pilot, "left", "enter")
        await until(pilot, lambda: "10" in app.preset.name and not app.document.unsaved)


async def test_a_new_stack_is_empty(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "ctrl+n")
        await until(pilot, lambda: not app.preset.architecture.layers)
        assert app.documents.path is None


async def test_the_palette_lists_actions_presets_and_layers(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "ctrl+p", "text:add gaussian")
        await until(pilot, lambda: "Add GaussianNoise" in screen_of(app))
        await keys(pilot, "enter")
        await until(pilot, lambda: len(app.preset.architecture.layers) == 9)
        await keys(pilot, "ctrl+p", "text:undo")
        await until(pilot, lambda: "Undo the last edit" in screen_of(app))


async def test_every_action_with_a_key_has_an_id_a_tooltip_and_a_palette_entry(size):
    from textual.binding import Binding

    from tui.palette import Commands

    async with opened("lenet-5", size) as (app, _):
        offered = {command.name for command in Commands(app.screen)._actions()}
        for prefix, owner in (("", app), ("Build: ", app.build_pane), ("Train: ", app.train_pane)):
            for binding in owner.BINDINGS:
                assert isinstance(binding, Binding)
                if binding.system:
                    continue
                assert binding.id
                assert binding.tooltip
                assert f"{prefix}{binding.description}" in offered


async def test_help_is_about_the_widget_in_focus(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "question_mark")
        assert isinstance(app.screen, HelpPage)
        assert "The layers of the network" in app.screen.content.text
        await keys(pilot, "escape")
        assert not isinstance(app.screen, HelpPage)


async def test_the_data_page_draws_digits_and_counts_classes(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "m")
        assert isinstance(app.screen, DataPage)
        page = app.screen
        await until(pilot, lambda: page.preview is not None)
        await keys(pilot, "5")
        assert page.chosen == 5
        assert page.preview.train_counts == (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
        assert "\u2580" in screen_of(app)
        await keys(pilot, "right")
        assert page.chosen == 6
        await keys(pilot, "escape")
        assert app.screen is not page


async def test_tabs_open_by_key_and_by_click(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "2")
        assert app.tabs.current == "train"
        header = lines_of(app)[0]
        for tab, title in reversed(TABS.items()):
            await pilot.click("Header", offset=(header.rindex(title), 0))
            await pilot.pause()
            assert app.tabs.current == app.header.tab == tab


async def test_light_and_dark(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "ctrl+t")
        assert not app.current_theme.dark
        await keys(pilot, "ctrl+t")
        assert app.current_theme.dark


async def test_a_terminal_too_small_says_so_and_recovers(size):
    async with opened("lenet-5", size) as (app, pilot):
        await pilot.resize_terminal(40, 10)
        await pilot.pause()
        assert "this terminal is 40×10" in screen_of(app)
        await keys(pilot, "end", "d")
        assert not app.document.unsaved
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert "61,706 params" in screen_of(app)
        await keys(pilot, "end", "d")
        assert len(app.preset.architecture.layers) == 7
