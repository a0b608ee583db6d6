"""Keys that come faster than the app acts go where they would have gone one by one."""

from time import monotonic
from weakref import ref

from textual.app import App
from textual.events import Key
from textual.screen import Screen

from core import presets
from core.network.layers import Dense
from tests.tui.driving import burst, opened, until
from tui.builder.stack import Stack
from tui.key_order import KeyOrder


async def test_a_layer_is_added_and_edited_in_one_burst(size):
    async with opened("lenet-5", size) as (app, pilot):
        await burst(app, pilot, "end", "up", "a", *"dense", "enter", "enter", *"10", "enter", "up", "d")
        await until(pilot, lambda: len(app.preset.architecture.layers) == 8)
        assert app.preset.architecture.layers[-3:-1] == (Dense(120, "tanh"), Dense(10, "relu"))
        assert isinstance(app.focused, Stack)


async def test_a_layer_that_has_just_been_picked_is_edited_by_the_keys_that_follow(size):
    async with opened("lenet-5", size) as (app, pilot):
        await pilot.press("end", "a")
        await until(pilot, lambda: app.screen.is_modal)
        await burst(app, pilot, *"dense", "enter", "enter", *"10", "enter")
        await until(pilot, lambda: len(app.preset.architecture.layers) == 9 and isinstance(app.focused, Stack))
        assert app.preset.architecture.layers[-1].units == 10


async def test_a_tab_is_opened_by_the_key_behind_the_one_that_leaves_a_field(size):
    async with opened("lenet-5", size) as (app, pilot):
        await burst(app, pilot, "end", "enter", *"12", "enter", "3")
        await until(pilot, lambda: app.tabs.current == "inspect")
        assert app.preset.architecture.layers[-1].units == 12


async def test_a_plan_is_opened_edited_and_left_in_one_burst(size):
    async with opened("lenet-5", size) as (app, pilot):
        await burst(app, pilot, "2", "e", "down", "down", *"0.5", "enter", "1")
        await until(pilot, lambda: app.tabs.current == "build")
        assert app.preset.plan.optimizer.learning_rate == 0.5


async def test_a_list_takes_the_letters_that_follow_the_one_that_opened_it(size):
    async with opened("lenet-5", size) as (app, pilot):
        await burst(app, pilot, "end", "enter", "down", *"gelu", "enter", "escape", "u")
        await until(pilot, lambda: isinstance(app.focused, Stack))
        await until(pilot, lambda: not app.document.past)
        await burst(app, pilot, "ctrl+r")
        assert app.preset.architecture.layers[-1].activation == "gelu"


async def test_a_paste_goes_to_the_field_that_the_key_before_it_opens(size):
    from textual.events import Key, Paste

    async with opened("lenet-5", size) as (app, pilot):
        await pilot.press("end")
        app.post_message(Key("enter", None))
        app.post_message(Paste("25"))
        await until(pilot, lambda: app.preset.architecture.layers[-1].units == 25)


async def test_keys_do_not_wait_forever_for_a_focus_that_never_comes(size):
    async with opened("lenet-5", size) as (app, pilot):
        app.key_order.hold()  # and nobody ever releases it
        await burst(app, pilot, "down", "down")
        await until(pilot, lambda: app.build_pane.selected == 2)


def test_keys_that_wait_while_the_app_ends_are_given_up():
    app, screen = App[None](), Screen[None]()
    order = KeyOrder(app)
    order._screen = ref(screen)  # a key has been passed on to it
    order._waiting.append(Key("down", None))
    order._since = monotonic()
    order._look()  # as a timer does that was set before the end: there is no screen any more
    assert not order._waiting


async def test_a_key_that_comes_when_the_screens_are_closed_is_dropped():
    async with opened("lenet-5") as (app, _):
        await app._close_all()
        await app.on_event(Key("escape", "\x1b"))


async def test_a_layer_that_a_held_key_stops_at_is_the_one_that_is_edited():
    async with opened("lenet-5") as (app, pilot):
        await burst(app, pilot, *["down"] * 3, *["up"] * 2, *["down"] * 5, "enter", "9", "9", "enter")
        await until(pilot, lambda: app.preset.architecture.layers[5] == Dense(99, "tanh"))
        assert app.preset.architecture.layers[:5] == presets.load(presets.find("lenet-5")).architecture.layers[:5]


async def test_the_lines_of_the_layer_that_a_held_key_rests_at_are_built():
    async with opened("lenet-5") as (app, pilot):
        for key in [*["down"] * 6, *["up"] * 5]:
            await burst(app, pilot, key)
        layer = app.preset.architecture.layers[0]
        await until(pilot, lambda: app.build_pane.selected == 1)
        await until(
            pilot,
            lambda: [line.entry.path for line in app.build_pane.form.lines][:2] == [("filters",), ("kernel_size",)],
        )
        assert app.build_pane.form.lines[0].entry.text == str(layer.filters)
