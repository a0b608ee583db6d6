"""The first screen: what an empty stack offers, the tour, and a network built from what is suggested."""

from core.network.layers import Dense, Flatten
from tests.tui.driving import keys, opened, screen_of, until
from tui.screens.browse_presets import BrowsePresets
from tui.screens.tour import STEPS, Tour


async def test_an_empty_stack_says_how_to_begin(size):
    async with opened(None, size) as (app, _):
        screen = screen_of(app)
        for words in ("LeNet-5, a network ready to train", "all presets", "your first layer", "a tour"):
            assert words in screen
        assert "!" not in screen


async def test_enter_opens_the_first_preset_and_then_edits(size):
    async with opened(None, size) as (app, pilot):
        await keys(pilot, "enter")
        await until(pilot, lambda: app.preset.name == "LeNet-5")
        assert not app.document.unsaved
        assert "LeNet-5, a network ready to train" not in screen_of(app)
        await keys(pilot, "down", "enter")
        assert app.build_pane.form.has_focus_within


async def test_e_edits_the_input_of_an_empty_stack(size):
    async with opened(None, size) as (app, pilot):
        await keys(pilot, "e")
        await until(pilot, lambda: app.build_pane.form.has_focus_within)
        assert "28 x 28 x 1" in screen_of(app)
        await keys(pilot, "escape")
        assert "your first layer" in screen_of(app)


async def test_the_tour_goes_on_back_and_closes(size):
    async with opened(None, size) as (app, pilot):
        await keys(pilot, "question_mark")
        assert isinstance(app.screen, Tour)
        for step in STEPS:
            assert step.title in screen_of(app)
            await keys(pilot, "enter")
        assert not isinstance(app.screen, Tour)
        await keys(pilot, "question_mark", "right", "left")
        assert STEPS[0].title in screen_of(app)
        await keys(pilot, "escape")
        assert not isinstance(app.screen, Tour)


async def test_presets_show_a_drawing_of_each():
    async with opened(None) as (app, pilot):
        await keys(pilot, "p", "text:lenet")
        assert isinstance(app.screen, BrowsePresets)
        assert "10²×16" in screen_of(app)
        assert "C   3 Conv2D 16·5×5 tanh" in screen_of(app)


async def test_784_10_10_is_built_and_begun_with_few_keys(size):
    async with opened(None, size) as (app, pilot):
        pressed = ["a", "enter", "a", *"den 10", "enter", "a", "enter", "t"]
        names = ["space" if key == " " else key for key in pressed]
        await keys(pilot, *names)
        assert app.preset.architecture.layers == (Flatten(), Dense(10, "relu"), Dense(10, "softmax"))
        await until(pilot, lambda: app.train_pane.busy)
        assert len(pressed) <= 14
        await until(pilot, lambda: "784-10-10" in app.header.activity)
        await app.train_pane.stop_and_wait()


async def test_a_layer_is_added_with_its_arguments(size):
    async with opened(None, size) as (app, pilot):
        await keys(pilot, "a", "text:conv 8 5x5 same", "enter")
        (layer,) = app.preset.architecture.layers
        assert (layer.type, layer.filters, layer.kernel_size, layer.padding) == ("Conv2D", 8, (5, 5), "same")


async def test_what_cannot_be_a_layer_is_not_added(size):
    async with opened(None, size) as (app, pilot):
        await keys(pilot, "a", "text:dense foo", "enter")
        assert "no match" in screen_of(app)
        assert app.preset.architecture.layers == ()
