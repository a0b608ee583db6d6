"""Drawing a digit by mouse and by keys, and the network's answer to it."""

from threading import Event

import numpy as np
import pytest
from msgspec.structs import replace
from textual.events import MouseDown, MouseMove, MouseUp
from textual.geometry import Offset

from core.inspection.drawing import Drawing, Pad, centred
from tests.tui.driving import SIZES, burst, check_golden, faint_texts, keys, lines_of, screen_of, themes_in_turn, until
from tests.tui.inspect.networks import QUICK, SMALL, Fixed, Network, fixed, inspecting, trained
from tui.inspect.outputs import OutputBars
from tui.inspect.views.draw.model import loaded
from tui.inspect.views.draw.view import EMPTY, UNAVAILABLE, WORKING
from tui.inspect.views.walk.view import WalkView
from tui.theme import DARK, LIGHT

LEAST = 3.0
"""WCAG's least contrast for large text and for parts of a control."""
SEVEN = [*["up"] * 6, *["left"] * 5, "space", *["right"] * 9, *["down", "left"] * 3, *["down"] * 8, "space"]
"""A 7, upwards and to the left of the middle."""


def asked(network_class):
    """A network that answers as ``network_class`` does."""
    return Network(fixed().run, fixed().history, network_class(SMALL, QUICK))


class Linear(Fixed):
    def outputs(self, image):
        return np.arange(-3, 7, dtype=np.float32)


class Broken(Fixed):
    def outputs(self, image):
        return np.full(10, np.nan, np.float32)


class Failing(Fixed):
    def outputs(self, image):
        raise RuntimeError("out of [b]memory[/b]\nin two \x1b[31mlines")


class OfOtherShape(Fixed):
    def outputs(self, image):
        return np.ones((28, 28, 10), np.float32)


class OfTwelve(Fixed):
    def outputs(self, image):
        return np.eye(12, dtype=np.float32)[11]


class Slow(Fixed):
    """Answers only once it may."""

    def __init__(self, architecture, plan):
        super().__init__(architecture, plan)
        self.may = Event()
        self.asked = []

    def outputs(self, image):
        self.asked.append(Pad.of(image))
        assert self.may.wait(30)
        return super().outputs(image)


def goes_in(view):
    image = view.drawing.present.image
    return image if view.as_drawn else centred(image)


def answered(view, network):
    """Whether what is shown is what the network gives for what goes in."""
    shown = view.bars.outputs
    return shown is not None and np.array_equal(shown, network.inspected.outputs(goes_in(view)))


async def drag(pilot, pad, *cells, button=1):
    """Press a mouse button over the first cell of ``pad``, (x, y), move over the others, and let it go."""
    inside = [(x + 1, y + 1) for x, y in cells]
    await pilot.mouse_down(pad, inside[0], button=button)
    for cell in inside[1:]:
        await pilot._post_mouse_events([MouseMove], pad, cell, button=button)
    await pilot._post_mouse_events([MouseUp], pad, inside[-1], button=button)
    await pilot.pause()


def point_at(app, pad, kind, x, y, button=1):
    """A mouse event at a part of a cell, as terminals send it that tell pixels."""
    at = pad.content_region
    app.screen._forward_event(kind(None, at.x + x, at.y + y, 0, 0, button, False, False, False))


# -- Drawing -----------------------------------------------------------------------------------------------------------


async def test_space_puts_the_pen_down_and_the_arrows_draw():
    async with inspecting(fixed(), "d") as (app, pane, pilot):
        view = pane.view
        await keys(pilot, "left", "up")
        assert view.drawing == Drawing.blank()
        assert "pen up at row 14, column 14" in screen_of(app)
        await keys(pilot, "space", "right", "right", "down", "space")
        assert view.drawing.present == Pad().stroke((13, 13), (13, 15)).stroke((13, 15), (14, 15))
        await keys(pilot, "down", "down")
        assert view.drawing.present == Pad().stroke((13, 13), (13, 15)).stroke((13, 15), (14, 15))
        assert "pen up at row 17, column 16" in screen_of(app)
        assert view.drawing.past == (Pad(),), "a stroke from pen down to pen up is one step"


async def test_a_dot_is_drawn_where_the_pen_is_put_down_and_the_pen_stays_on_the_pad():
    async with inspecting(fixed(), "d") as (_app, pane, pilot):
        await keys(pilot, "space", "space")
        assert pane.view.drawing.present == Pad().stroke((14, 14), (14, 14))
        for corner, pressed in (((27, 0), ["up", "right"]), ((0, 27), ["down", "left"])):
            pane.view.place = Offset(*corner)
            await keys(pilot, *pressed)
            assert pane.view.place == corner


async def test_the_eraser_takes_ink_away_and_gives_way_to_the_pen_again():
    async with inspecting(fixed(), "d") as (app, pane, pilot):
        view = pane.view
        await keys(pilot, "space", "right", "right", "right", "right", "e")
        assert "eraser down at row 15, column 19" in screen_of(app)
        drawn = Pad().stroke((14, 14), (14, 18))
        await keys(pilot, "left")
        assert view.drawing.present == drawn.erase((14, 18), (14, 17))
        await keys(pilot, "u")
        assert view.drawing.present == drawn, "pen and eraser are a step each"
        await keys(pilot, "e")
        assert "pen up" in screen_of(app)


async def test_undo_and_redo_whole_strokes_and_clear_and_invert():
    async with inspecting(fixed(), "d") as (_app, pane, pilot):
        view = pane.view
        await keys(pilot, "space", "right", "right", "space")
        one = view.drawing.present
        await keys(pilot, "i")
        assert view.drawing.present == one.invert()
        await keys(pilot, "c")
        assert view.drawing.present.empty
        await keys(pilot, "u")
        assert view.drawing.present == one.invert()
        await keys(pilot, "u", "u")
        assert view.drawing.present.empty
        await keys(pilot, "ctrl+r")
        assert view.drawing.present == one
        await keys(pilot, "ctrl+r", "ctrl+r", "ctrl+r")
        assert view.drawing.present.empty


async def test_undo_with_nothing_drawn_leaves_the_network_alone():
    async with inspecting(fixed(), "d") as (app, _pane, pilot):
        preset = app.document.present
        app.document = app.document.edit(replace(preset, architecture=preset.architecture.remove(1)), "")
        before = app.document
        await keys(pilot, "u", "u", "ctrl+r")
        assert app.document is before


async def test_the_mouse_draws_where_it_is():
    async with inspecting(fixed(), "d", (80, 24)) as (_app, pane, pilot):
        view = pane.view
        for size, scale in (((80, 24), 1), ((120, 36), 2), ((200, 60), 3)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda scale=scale: view.pad.scale == scale)
            await drag(pilot, view.pad, (4 * scale, 3 * scale), (9 * scale, 3 * scale), (9 * scale, 5 * scale))
            row, column = 6 + 1 / scale - 0.5, 4 + 0.5 / scale - 0.5
            expected = Pad().stroke((row, column), (row, column + 5)).stroke((row, column + 5), (row + 4, column + 5))
            assert view.drawing.present == expected, size
            assert view.drawing.past == (Pad(),), "undo takes back the whole stroke"
            await keys(pilot, "u")
            assert view.drawing.present.empty


async def test_the_right_button_erases_and_so_does_the_left_one_with_the_eraser():
    async with inspecting(fixed(), "d") as (_app, pane, pilot):
        view = pane.view
        await drag(pilot, view.pad, (10, 10), (40, 10))
        drawn = view.drawing.present
        assert not drawn.empty
        await drag(pilot, view.pad, (10, 10), (40, 10), button=3)
        assert view.drawing.present.empty
        await keys(pilot, "u", "e")
        assert view.drawing.present == drawn
        await drag(pilot, view.pad, (10, 10), (40, 10))
        assert view.drawing.present.empty


async def test_a_stroke_may_leave_the_pad_and_come_back():
    async with inspecting(fixed(), "d") as (_app, pane, pilot):
        view = pane.view
        await drag(pilot, view.pad, (50, 10), (70, 10), (70, 20), (50, 20))
        image = view.drawing.present.image
        assert image[10, 27] == image[20, 27] == 255
        assert not image[15].any()
        assert view.drawing.past == (Pad(),)


async def test_nothing_is_drawn_without_a_button_and_from_beside_the_pad():
    async with inspecting(fixed(), "d") as (_app, pane, pilot):
        view = pane.view
        await pilot.hover(view.pad, (20, 10))
        await drag(pilot, view.ready, (5, 5), (9, 9))
        await drag(pilot, view.pad, (-1, 5), (9, 9))
        await drag(pilot, view.pad, (5, 5), (9, 9), button=2)
        assert view.drawing == Drawing.blank()


async def test_a_button_let_go_where_the_terminal_did_not_see_it_ends_the_stroke():
    async with inspecting(fixed(), "d") as (app, pane, pilot):
        view = pane.view
        await pilot.mouse_down(view.pad, (10, 10))
        drawn = view.drawing.present
        assert not drawn.empty
        await pilot.hover(view.pad, (30, 10))
        await pilot.hover(view.pad, (30, 20))
        assert view.drawing.present == drawn
        assert app.mouse_captured is None
        await drag(pilot, view.pad, (30, 20), (40, 20))
        assert len(view.drawing.past) == 2


async def test_parts_of_a_cell_are_told_apart_where_the_terminal_tells_them():
    async with inspecting(fixed(), "d") as (app, pane, pilot):
        view = pane.view
        point_at(app, view.pad, MouseDown, 10.5, 6.25)
        point_at(app, view.pad, MouseMove, 20.25, 8.0)
        point_at(app, view.pad, MouseUp, 20.25, 8.0)
        await until(pilot, lambda: not view.drawing.merging and view.drawing.past)
        assert view.drawing.present == Pad().stroke((5.75, 4.75), (7.5, 9.625))


async def test_the_mouse_takes_over_from_the_keys_and_they_from_it():
    async with inspecting(fixed(), "d") as (app, pane, pilot):
        view = pane.view
        await keys(pilot, "space", "right")
        assert view.pad.cursor is not None
        await drag(pilot, view.pad, (10, 3), (10, 8))
        assert len(view.drawing.past) == 2, "the stroke of the keys is a step of its own"
        assert view.pad.cursor is None
        assert "row" not in screen_of(app)
        await keys(pilot, "right")
        assert view.pad.cursor == (6, 8)
        assert not view.down


# -- The network's answer ----------------------------------------------------------------------------------------------


@pytest.mark.keras
async def test_the_outputs_are_those_for_what_goes_in_after_every_stroke():
    network = trained()
    async with inspecting(network, "d") as (app, pane, pilot):
        view = pane.view
        assert view.bars.outputs is None
        for stroke in (SEVEN, ["i"], ["u"], ["e", "space", "up", "up", "space"]):
            await burst(app, pilot, *stroke)
            await until(pilot, lambda: answered(view, network))
            told = network.inspected.outputs(centred(view.drawing.present.image))
            assert f"> centred:  {told.argmax()} at {100 * told.max():.1f}%" in screen_of(app)
        await keys(pilot, "x")
        assert view.as_drawn
        assert answered(view, network), "both are known already"
        assert np.array_equal(goes_in(view), view.drawing.present.image)
        told = network.inspected.outputs(view.drawing.present.image)
        assert f"> as drawn: {told.argmax()} at {100 * told.max():.1f}%" in screen_of(app)
        await keys(pilot, "c")
        assert view.bars.outputs is None


async def test_which_picture_goes_in_is_marked():
    async with inspecting(fixed(), "d") as (app, pane, pilot):
        view = pane.view
        await burst(app, pilot, *SEVEN)
        assert view.ready.pad == Pad.of(centred(view.drawing.present.image))
        assert view.ready.pad != view.drawing.present
        assert " > centred: input " in lines_of(app)[4]
        await keys(pilot, "x")
        assert " > as drawn: input " in lines_of(app)[4]
        assert "centred: input" not in screen_of(app)


async def test_an_empty_pad_says_what_to_do():
    async with inspecting(fixed(), "d") as (app, pane, pilot):
        for line in EMPTY.splitlines():
            assert line in screen_of(app)
        await keys(pilot, "enter")
        assert pane.chosen == "draw", "there is nothing to walk with"
        await keys(pilot, "space", "space")
        assert EMPTY.splitlines()[0] not in screen_of(app)


async def test_only_the_newest_drawing_is_asked_about():
    network = asked(Slow)
    slow = network.inspected
    async with inspecting(network, "d") as (app, pane, pilot):
        view = pane.view
        await keys(pilot, "space", "space")
        first = view.drawing.present
        await until(pilot, lambda: slow.asked)
        assert WORKING in screen_of(app)
        await keys(pilot, "space", *["up"] * 8, "space")
        newest = view.drawing.present
        slow.may.set()
        await until(pilot, lambda: answered(view, fixed()))
        ready = [Pad.of(centred(pad.image)) for pad in (first, newest)]
        assert slow.asked == [first, ready[0], newest, ready[1]]


async def test_an_answer_that_comes_after_the_pad_was_cleared_is_not_shown():
    network = asked(Slow)
    async with inspecting(network, "d") as (_app, pane, pilot):
        view = pane.view
        await keys(pilot, "space", "space")
        await until(pilot, lambda: network.inspected.asked)
        await keys(pilot, "c")
        network.inspected.may.set()
        await until(pilot, lambda: view._asking is None)
        assert view.bars.outputs is None
        assert view.reply is None


async def test_a_new_training_leaves_the_drawing_and_its_network_is_asked_anew():
    async with inspecting(fixed(), "d") as (app, pane, pilot):
        view = pane.view
        await burst(app, pilot, *SEVEN)
        await until(pilot, lambda: answered(view, fixed()))
        drawn = view.drawing
        pane.state = "running"
        await until(pilot, lambda: "is being trained" in screen_of(app))
        assert view.reply is None
        assert view.bars.outputs is None
        assert view.drawing == drawn
        await keys(pilot, "3")
        network = asked(Linear)
        pane._load = lambda: network.inspected
        pane.state = "idle"
        await until(pilot, lambda: answered(view, network))
        assert view.drawing == drawn


async def test_without_a_network_it_says_that_there_are_no_outputs():
    async with inspecting(fixed(), "d") as (app, pane, pilot):
        await keys(pilot, "space", "space")
        await until(pilot, lambda: answered(pane.view, fixed()))
        pane.inspected = None
        await pilot.pause()
        assert UNAVAILABLE in screen_of(app)
        assert pane.view.bars.outputs is None
        await keys(pilot, "n", "space", "up", "enter")
        assert pane.chosen == "draw"
        assert pane.view.drawing.present == Pad().stroke((14, 14), (14, 14)).stroke((14, 14), (13, 14))


async def test_it_asks_nothing_while_it_is_not_seen():
    network = asked(Slow)
    async with inspecting(network, "r") as (_app, pane, pilot):
        view = pane.switcher.get_child_by_id("draw")
        view.drawing = Drawing(Pad().stroke((3, 3), (9, 9)))
        await pilot.pause()
        assert network.inspected.asked == []
        network.inspected.may.set()
        await keys(pilot, "d")
        await until(pilot, lambda: answered(view, fixed()))


async def test_a_network_that_gives_nan_has_no_answer(size):
    async with inspecting(asked(Broken), "d", size) as (app, _pane, pilot):
        await keys(pilot, "space", "space")
        await until(pilot, lambda: "centred:  no prediction: the output is NaN" in screen_of(app))
        assert screen_of(app).count("NaN") >= 12


async def test_an_error_is_one_line():
    async with inspecting(asked(Failing), "d", (80, 24)) as (app, pane, pilot):
        await keys(pilot, "space", "space")
        await until(pilot, lambda: "! no outputs: out of [b]memory[/b] in" in screen_of(app))
        await keys(pilot, "space", "up")
        await until(pilot, lambda: pane.view._asking is None)
        assert pane.view.bars.outputs is None
        await keys(pilot, "c")
        assert "memory" not in screen_of(app)


async def test_outputs_of_another_shape_are_an_error_and_of_another_number_are_shown():
    async with inspecting(asked(OfOtherShape), "d") as (app, _pane, pilot):
        await keys(pilot, "space", "space")
        await until(pilot, lambda: "! no outputs: expected a number for every class" in screen_of(app))
    async with inspecting(asked(OfTwelve), "d") as (app, _pane, pilot):
        await keys(pilot, "space", "space")
        await until(pilot, lambda: "> #11 \N{FULL BLOCK}" in screen_of(app))
        assert "> centred:  #11 at 100.0%" in screen_of(app)


async def test_what_is_no_probability_is_shown_as_it_is():
    async with inspecting(asked(Linear), "d") as (app, _pane, pilot):
        await keys(pilot, "space", "space")
        await until(pilot, lambda: "> centred:  9 at 6" in screen_of(app))
        assert "%" not in screen_of(app).replace("89.12%", "")


# -- Test digits and walking -------------------------------------------------------------------------------------------


async def test_n_loads_a_test_digit_and_tells_its_class():
    async with inspecting(fixed(), "d") as (app, pane, pilot):
        view, network = pane.view, fixed().inspected
        seen = set()
        for turn in range(1, 5):
            await keys(pilot, "n")
            await until(pilot, lambda turn=turn: len(view.drawing.past) == turn)
            digit = view._digit
            assert view.drawing.present == Pad.of(network.images[digit.number])
            assert f"test digit {digit.number}: a {network.labels[digit.number]}" in screen_of(app)
            seen.add(digit.number)
        assert len(seen) > 1
        await until(pilot, lambda: answered(view, fixed()))


async def test_a_changed_test_digit_is_called_so_until_it_is_cleared():
    async with inspecting(fixed(), "d") as (app, pane, pilot):
        await keys(pilot, "space", "space", "n")
        await until(pilot, lambda: pane.view._digit)
        await pilot.pause()
        assert " test digit" in screen_of(app)
        await keys(pilot, "i")
        assert "was test digit" in screen_of(app)
        await keys(pilot, "u")
        assert "was test digit" not in screen_of(app)
        assert " test digit" in screen_of(app)
        await keys(pilot, "c", "space", "up")
        assert "test digit" not in screen_of(app).replace("n Test digit", "")
        await keys(pilot, *["u"] * 3)
        assert "test digit" not in screen_of(app), "what was drawn before it was loaded"


async def test_enter_walks_what_goes_in(monkeypatch):
    taken = []
    monkeypatch.setattr(WalkView, "take", lambda _view, image, truth: taken.append((image, truth)))
    async with inspecting(fixed(), "d") as (app, pane, pilot):
        view = pane.view
        await burst(app, pilot, *SEVEN, "enter")
        await until(pilot, lambda: pane.chosen == "walk")
        assert np.array_equal(taken[0][0], centred(view.drawing.present.image))
        await keys(pilot, "d", "x", "enter")
        await until(pilot, lambda: len(taken) == 2)
        assert np.array_equal(taken[1][0], view.drawing.present.image)
        await keys(pilot, "d", "n")
        await until(pilot, lambda: view._digit)
        await keys(pilot, "enter")
        await until(pilot, lambda: len(taken) == 3)
        assert [truth for _, truth in taken] == ["", "", view._digit.name]


# -- Looks -------------------------------------------------------------------------------------------------------------


async def test_how_it_looks(update):
    async with inspecting(fixed(), "d", SIZES[0]) as (app, pane, pilot):
        for scene in ("empty-", ""):
            if not scene:
                await pilot.resize_terminal(*SIZES[0])
                await burst(app, pilot, *SEVEN)
                await until(pilot, lambda: answered(pane.view, fixed()))
            for size in SIZES:
                await pilot.resize_terminal(*size)
                for theme in themes_in_turn(app, LIGHT, DARK):
                    app.theme = theme.name
                    await pilot.pause()
                    assert not faint_texts(app, LEAST), (scene, size, theme.name)
                    if theme is DARK:
                        check_golden(app, f"inspect-draw-{scene}{size[0]}x{size[1]}", update=update)


async def test_at_other_sizes_the_pad_is_whole_and_the_bars_are_seen():
    async with inspecting(fixed(), "d", (60, 18)) as (app, pane, pilot):
        view = pane.view
        await keys(pilot, "space", "space")
        await until(pilot, lambda: answered(view, fixed()))
        for size in ((60, 18), (79, 24), (100, 20), (150, 24), (200, 60), (300, 100)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert view.pad.content_size == (28 * view.pad.scale, 14 * view.pad.scale), size
            top = view.region.y + 1
            assert all(line.count("%") for line in lines_of(app)[top : top + 9]), size
            assert view.region.contains_region(view.bars.region.intersection(view.region)), size
            assert view.query_one("#draw-outputs", OutputBars).content_size.width >= 15, size


@pytest.mark.parametrize("last", [0, 7, 499])
def test_another_digit_is_loaded_whatever_the_chance(last: int):
    network = fixed().inspected
    count = len(network.labels)
    loadable = {loaded(network, (number + 0.5) / (count - 1), last).number for number in range(count - 1)}
    assert loadable == set(range(count)) - {last}
