"""The Build tab, driven by keys and mouse at the two sizes that matter."""

import pytest

from core.network.layers import Conv2D, Dense, Dropout, Flatten
from tests.tui.driving import burst, keys, lines_of, opened, screen_of, until
from tui.builder.stack import Stack


async def test_it_shows_the_stack_with_shapes_and_counts(size):
    async with opened("lenet-5", size) as (app, _):
        screen = screen_of(app)
        assert "Conv2D 16·5×5 tanh" in screen
        assert "10×10×16" in screen
        assert "61,706 params = 61,470 weights + 236 biases" in screen
        assert "ready to train" in screen


async def test_every_keystroke_in_the_form_changes_the_numbers(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "down", "down", "down", "enter", "text:3")
        assert app.preset.architecture.layers[2].filters == 3
        await keys(pilot, "text:2")
        assert app.preset.architecture.layers[2].filters == 32
        assert app.build_pane.summary.totals.params == 112_122


async def test_a_keystroke_has_its_numbers_before_it_is_painted(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "down", "enter")
        app.focused.value = "3"
        assert app.build_pane.totals.summary.rows[1].layer.filters == 3


async def test_an_edit_is_said_once_and_is_one_step_for_undo(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "down", "down", "down", "enter", "text:32", "enter")
        assert app.build_pane.totals.notice == "params 61,706 → 112,122 (+82%)"
        assert isinstance(app.focused, Stack)
        await keys(pilot, "u")
        assert app.preset.architecture.layers[2].filters == 16
        await keys(pilot, "ctrl+r")
        assert app.preset.architecture.layers[2].filters == 32
        await keys(pilot, "u")
        assert not app.document.unsaved


async def test_letters_in_a_number_field_are_told_and_lose_nothing(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "down", "enter", "text:abc")
        assert "! expected a whole number" in screen_of(app)
        assert app.preset.architecture.layers[0].filters == 6
        await keys(pilot, "escape")
        assert isinstance(app.focused, Stack)
        assert app.preset.architecture.layers[0].filters == 6


async def test_a_list_steps_with_the_arrows_and_opens_with_a_letter(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter", "down", "right")
        assert app.preset.architecture.layers[-1].activation == "celu"
        await keys(pilot, "left", "left")
        assert app.preset.architecture.layers[-1].activation == "tanh"
        await keys(pilot, "text:gel")
        assert app.preset.architecture.layers[-1].activation == "tanh"
        await keys(pilot, "enter")
        assert app.preset.architecture.layers[-1].activation == "gelu"


async def test_a_layer_is_added_behind_the_chosen_one(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "up", "a", "text:dropo", "enter")
        await until(pilot, lambda: len(app.preset.architecture.layers) == 9)
        assert app.preset.architecture.layers[7] == Dropout(0.5)
        assert app.build_pane.selected == 8


async def test_the_search_for_a_layer_is_fuzzy_and_can_be_given_up(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "a", "text:glavpo2")
        assert "GlobalAveragePooling2D" in screen_of(app)
        await keys(pilot, "escape")
        assert len(app.preset.architecture.layers) == 8


async def test_delete_duplicate_and_move(size):
    async with opened("lenet-5", size) as (app, pilot):
        before = app.preset.architecture.layers
        await keys(pilot, "down", "D")
        assert app.preset.architecture.layers == (before[0], *before)
        assert app.build_pane.selected == 2
        await keys(pilot, "d")
        assert app.preset.architecture.layers == before
        await keys(pilot, "home", "down", "J")
        assert app.preset.architecture.layers[:2] == (before[1], before[0])
        assert app.build_pane.selected == 2
        await keys(pilot, "K")
        assert app.preset.architecture.layers == before
        assert app.build_pane.selected == 1


async def test_the_input_stays_and_its_shape_can_be_edited(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "d")
        assert len(app.preset.architecture.layers) == 8
        await keys(pilot, "enter", "text:32 32 3")
        assert app.preset.architecture.input_shape == (32, 32, 3)


async def test_a_layer_is_dragged_with_the_mouse(size):
    async with opened("lenet-5", size) as (app, pilot):
        before = app.preset.architecture.layers
        await pilot.mouse_down("#stack", offset=(8, 2))
        await pilot.hover("#stack", offset=(8, 3))
        await pilot.mouse_up("#stack", offset=(8, 3))
        await pilot.pause()
        assert app.preset.architecture.layers[:2] == (before[1], before[0])


async def test_a_click_chooses_and_a_double_click_edits(size):
    async with opened("lenet-5", size) as (app, pilot):
        await pilot.click("#stack", offset=(8, 3))
        assert app.build_pane.selected == 2
        await pilot.click("#stack", offset=(8, 2), times=2)
        await until(pilot, lambda: app.build_pane.form.has_focus_within)
        assert app.build_pane.selected == 1


async def test_a_layer_that_cannot_take_its_input_says_why_and_a_key_mends_it(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "down", "down", "down", "enter", "down", "text:99", "enter")
        lines = lines_of(app)
        broken = next(line for line in lines if "Conv2D 16·99×99" in line)
        assert broken.lstrip("\u2502 ").startswith("!")
        assert "?" in broken
        assert any("does not fit 14×14" in line for line in lines)
        await keys(pilot, "f", "enter")
        assert app.preset.architecture.layers[2].padding == "same"
        assert not app.build_pane.summary.errors


async def test_an_empty_stack_says_what_to_do_and_f_begins(size):
    async with opened(None, size) as (app, pilot):
        assert "there are no layers yet" in screen_of(app)
        await keys(pilot, "f", "enter")
        assert app.preset.architecture.layers == (Flatten(),)
        assert [notice.message.partition(" u ")[2] for notice in app._notifications] == [
            "undoes it; it cannot be trained yet"
        ]
        await keys(pilot, "f", "enter")
        assert app.preset.architecture.layers == (Flatten(), Dense(10, "softmax"))
        assert [notice for notice in app._notifications if notice.message.endswith("undoes it, t trains it")]
        assert not app.build_pane.problems


async def test_an_output_that_is_not_the_classes_is_told_and_mended(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter", "text:12")
        assert any("MNIST has 10 classes" in problem.message for problem in app.build_pane.problems)
        await keys(pilot, "enter", "f", "enter")
        assert app.preset.architecture.layers[-1].units == 10


async def test_a_dense_of_a_million_million_units_is_refused_with_its_memory(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter", "text:1000000000000")
        assert any(problem.code == "too-large" for problem in app.build_pane.problems)
        assert "TiB" in " ".join(problem.message for problem in app.build_pane.problems)


async def test_the_window_slides_over_the_image(size):
    async with opened("lecture-7x7-stride-2", size) as (app, pilot):
        await keys(pilot, "down", "full_stop", "full_stop")
        assert app.build_pane.explanation.stop == 2
        await keys(pilot, "comma")
        assert app.build_pane.explanation.stop == 1


async def test_names_full_of_markup_and_escape_codes_are_plain_text(size):
    async with opened("lenet-5", size) as (app, pilot):
        from msgspec.structs import replace

        app.document = app.document.edit(replace(app.preset, name="[red]\x1b[2Jx[/] [@click=app.quit]"))
        await pilot.pause()
        assert "[red]" in lines_of(app)[0]
        assert "\x1b" not in screen_of(app)


async def test_keys_that_come_together_all_count(size):
    async with opened("lenet-5", size) as (app, pilot):
        before = app.preset.architecture.layers
        await burst(app, pilot, "down", "down", "down", "d", "d")
        await until(pilot, lambda: app.preset.architecture.layers == before[:2] + before[4:])
        assert app.build_pane.selected == 3
        await burst(app, pilot, "u", "u", "home", "down", "J", "J", "J")
        await until(pilot, lambda: app.preset.architecture.layers == (*before[1:4], before[0], *before[4:]))
        assert app.build_pane.selected == 4


async def test_a_number_typed_in_one_burst_stands_as_typed(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter")
        await burst(app, pilot, *"123456")
        await keys(pilot, "7")
        assert app.preset.architecture.layers[-1].units == 1234567
        assert app.focused.value == "1234567"


async def test_steps_through_a_family_in_one_burst_all_count(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter", "f2")
        app.build_pane.form.focus_field(("kernel_initializer",))
        await pilot.pause()
        before = app.focused.value
        options = app.focused.options
        await burst(app, pilot, "right", "right", "right")
        await pilot.pause()
        assert app.focused.value == options[(options.index(before) + 3) % len(options)]
        assert app.preset.architecture.layers[-1].kernel_initializer.alias() == app.focused.value


async def test_what_a_field_could_not_take_stays_with_its_layer(size):
    async with opened("mlp-64-64", size) as (app, pilot):
        await keys(pilot, "down", "down", "enter", "f2")
        app.build_pane.form.focus_field(("kernel_regularizer",))
        await keys(pilot, "text:zzz", "enter")
        assert app.build_pane.form.has_focus_within
        await keys(pilot, "escape", "down")
        assert "zzz" not in screen_of(app)
        await keys(pilot, "up")
        assert "zzz" not in screen_of(app)


async def test_letters_in_a_choice_do_not_reach_the_keys_around_it(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter", "f2")
        app.build_pane.form.focus_field(("use_bias",))
        await keys(pilot, "n", "p")
        assert app.preset.architecture.layers[-1].use_bias is False
        assert not app.screen.is_modal


def test_conv2d_is_what_the_palette_makes(size):
    assert Conv2D.initial() == Conv2D(32, (3, 3), activation="relu")


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (120, 36)], ids=str)
async def test_an_argument_that_fits_nothing_is_named_and_adds_nothing(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "a", "text:dense 10 sofmax")
        await until(pilot, lambda: "! Dense has no argument" in screen_of(app))
        assert {"sofmax:", "softmax?"} <= set(screen_of(app).split())
        await keys(pilot, "enter")
        assert app.screen.is_modal
        await keys(pilot, "ctrl+u", "text:conv 0")
        await until(pilot, lambda: "! filters: expected" in screen_of(app))
        await keys(pilot, "ctrl+u", "text:dense 10 softmax", "enter")
        await until(pilot, lambda: len(app.preset.architecture.layers) == 9)
