"""The glossary: opened at a field, a layer, a term; links followed and gone back; where it leads to."""

import subprocess
import sys

from textual.widgets import Input

from tests.tui.driving import SIZES, check_golden, faint_texts, keys, opened, screen_of, themes_in_turn, until
from tui.screens.glossary import Glossary
from tui.screens.help import HelpPage
from tui.theme import DARK, LIGHT


def shows(app, id: str) -> bool:
    """Whether the glossary is on top and shows the entry ``id``."""
    return isinstance(app.screen, Glossary) and app.screen.shown is not None and app.screen.shown.entry.id == id


async def test_f1_opens_the_entry_of_a_layer_and_of_a_field():
    async with opened("lenet-5") as (app, pilot):
        for pressed, wanted in (
            (["down"], "layers/Conv2D"),
            (["end"], "layers/Dense"),
            (["home"], "layers/Input"),
            (["down", "enter"], "network/filter"),
            (["down", "down"], "network/stride"),
            (["down", "down"], "activations/tanh"),
        ):
            await keys(pilot, *pressed, "f1")
            await until(pilot, lambda wanted=wanted: shows(app, wanted))
            focused = app.screen_stack[0].focused
            await keys(pilot, "escape")
            await until(pilot, lambda: len(app.screen_stack) == 1)
            assert app.focused is focused
        await keys(pilot, "escape", "2", "e", "down", "f1")
        await until(pilot, lambda: shows(app, "optimizers/Adam"))
        await keys(pilot, "pagedown")  # below the curve
        await until(pilot, lambda: "options: sgd, rmsprop" in screen_of(app))
        await keys(pilot, "escape", "down", "f1")
        await until(pilot, lambda: shows(app, "training/learning_rate"))
        await keys(pilot, "escape", "escape", "4", "f1")
        await until(pilot, lambda: isinstance(app.screen, HelpPage))


async def test_links_are_followed_and_lead_back_and_out():
    async with opened("lenet-5") as (app, pilot):
        await keys(pilot, "ctrl+g", "text:leaky", "down", "up")
        await until(pilot, lambda: shows(app, "activations/leaky_relu") or shows(app, "layers/LeakyReLU"))
        await keys(pilot, *["backspace"] * 5, "text:sigmoid")
        await until(pilot, lambda: shows(app, "activations/sigmoid"))
        assert app.screen.chart.chart is not None
        assert "Not in this network" in app.screen.places.content.plain
        await keys(pilot, "left")
        assert app.screen.filter.value == "sigmoid", "left moves the cursor while there is text"
        await keys(pilot, "enter")
        await until(pilot, lambda: shows(app, "activations/tanh"))
        assert app.screen.filter.value == ""
        await keys(pilot, "tab", "enter")
        await until(pilot, lambda: shows(app, "training/saturation"))
        await keys(pilot, "left")
        await until(pilot, lambda: shows(app, "activations/tanh"))
        await keys(pilot, "left", "left")
        await until(pilot, lambda: shows(app, "activations/sigmoid"))
        await keys(pilot, "text:tanh", "shift+tab")
        await until(pilot, lambda: shows(app, "activations/tanh") and app.screen.links[app.screen.marked].row == 7)
        await keys(pilot, "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert (app.tab, app.build_pane.selected) == ("build", 7)
        await keys(pilot, "ctrl+g", "text:epoch")
        await until(pilot, lambda: shows(app, "training/epoch"))
        await keys(pilot, "shift+tab", "enter")
        await until(pilot, lambda: app.tab == "train")
        await until(pilot, lambda: app.train_pane.form.has_focus_within)


async def test_nothing_found_is_said_with_what_is_meant():
    async with opened(None, (80, 24)) as (app, pilot):
        await keys(pilot, "ctrl+g", "text:sigmiod", "enter", "pagedown", "pageup", "tab")
        assert "no match" in screen_of(app)
        assert "did you mean sigmoid" in screen_of(app)
        assert not app.screen.chart.display
        await keys(pilot, *["backspace"] * 7)
        await until(pilot, lambda: app.screen.shown is not None)


async def test_the_palette_finds_terms_by_any_name():
    async with opened("lenet-5") as (app, pilot):
        await keys(pilot, "ctrl+p", "text:glossary: xavier")
        await until(pilot, lambda: "Glossary: Xavier uniform" in screen_of(app))
        await keys(pilot, "ctrl+p", "escape")
        await keys(pilot, "ctrl+p", "text:Glossary: saddle")
        await until(pilot, lambda: "Glossary: saddle point" in screen_of(app))
        await keys(pilot, "enter")
        await until(pilot, lambda: shows(app, "training/saddle_point"))


async def test_f1_in_a_text_field_of_a_dialog_is_help():
    async with opened("lenet-5") as (app, pilot):
        await keys(pilot, "S", "f1")
        await until(pilot, lambda: isinstance(app.screen, HelpPage))


async def test_what_it_looks_like(update):
    async with opened("lenet-5", SIZES[0]) as (app, pilot):
        await keys(pilot, "down", "enter", "down", "down", "down", "down", "f1")
        await until(pilot, lambda: shows(app, "activations/tanh"))
        for size in [*SIZES, (60, 18), (200, 60)]:
            await pilot.resize_terminal(*size)
            for theme in themes_in_turn(app, LIGHT, DARK):
                app.theme = theme.name
                await pilot.pause()
                assert not faint_texts(app, 3.0), (size, theme.name)
            app.theme = DARK.name
            await pilot.pause()
            assert isinstance(app.focused, Input)
            assert app.screen.detail.region.width >= 50
            check_golden(app, f"glossary-{size[0]}x{size[1]}", update=update)


def test_the_app_starts_without_it():
    code = "import sys, tui.app; sys.exit(any(name.startswith('core.glossary') for name in sys.modules))"
    subprocess.run([sys.executable, "-c", code], check=True)
