"""The network strip above the views: one layer chosen for all of them."""

from tests.tui.driving import screen_of, until
from tests.tui.inspect.networks import SMALL, fixed, inspecting
from tui.inspect.chosen_layer import stepped

DENSE = 4


async def test_the_layer_chosen_is_the_first_with_weights_and_survives_the_views():
    async with inspecting(fixed(), "w") as (_app, pane, pilot):
        await until(pilot, lambda: pane.view.activations.scene)
        assert pane.layer_row == 1
        await pilot.press("down")
        await until(pilot, lambda: pane.strip.selected == 2)
        await pilot.press("v")
        await until(pilot, lambda: pane.chosen == "weights" and pane.view.entries)
        assert pane.strip.selected == 2, "a layer without weights stays chosen"
        assert pane.view.weight is None
        await pilot.press("down")
        await until(pilot, lambda: pane.view.weight and pane.view.weight.row == DENSE)
        for key in ("r", "d", "g"):
            await pilot.press(key)
            await pilot.pause()
        await until(pilot, lambda: pane.view.table.chosen.row == DENSE)
        await pilot.press("w")
        await until(pilot, lambda: pane.view.rows.cursor == DENSE)
        assert pane.layer_row == DENSE


async def test_a_click_in_the_strip_chooses_for_the_view():
    async with inspecting(fixed(), "w") as (_app, pane, pilot):
        await until(pilot, lambda: pane.view.activations.scene)
        await pilot.click(pane.strip, offset=(1, 2))
        await until(pilot, lambda: pane.view.rows.cursor == 0)
        await pilot.click(pane.strip, offset=(pane.strip.size.width - 1, 2))
        await until(pilot, lambda: pane.view.rows.cursor == len(SMALL.layers))


async def test_in_a_low_terminal_it_is_a_line_and_only_where_a_layer_is_shown():
    async with inspecting(fixed(), "w", (80, 24)) as (_app, pane, pilot):
        await until(pilot, lambda: pane.strip.size.height == 1)
        await pilot.press("r")
        await until(pilot, lambda: not pane.strip.display)
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: pane.strip.display and pane.strip.size.height > 1)


async def test_tab_and_shift_tab_step_through_the_views():
    async with inspecting(fixed()) as (_app, pane, pilot):
        for key, name in (("tab", "mistakes"), ("tab", "draw"), ("shift+tab", "mistakes"), ("shift+tab", "results")):
            await pilot.press(key)
            await until(pilot, lambda name=name: pane.chosen == name)
        await pilot.press("shift+tab")
        await until(pilot, lambda: pane.chosen == "findings")


async def test_u_is_neither_shown_nor_works_outside_build_and_train():
    async with inspecting(fixed()) as (app, _pane, pilot):
        app.build_pane.selected = 1
        app.build_pane.action_delete()
        edited = app.document
        await pilot.pause()
        assert "u Undo" not in screen_of(app)
        await pilot.press("u", "ctrl+r")
        await pilot.pause()
        assert app.document is edited
        await pilot.press("1")
        await until(pilot, lambda: "u Undo" in screen_of(app))
        await pilot.press("u")
        await until(pilot, lambda: app.document is not edited)


def test_steps_from_a_layer_that_is_not_listed():
    rows = [1, 4, 5]
    assert [stepped(rows, layer, 1) for layer in range(7)] == [1, 4, 4, 4, 5, 5, 5]
    assert [stepped(rows, layer, -1) for layer in range(7)] == [1, 1, 1, 1, 1, 4, 5]
