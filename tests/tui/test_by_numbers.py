"""A network by numbers in the app: what is computed, how it comes about, and the steps of the optimizer."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from core.backpropagation.worked import Worked
from core.network.architecture import Architecture
from core.network.layers import LSTM, Dense
from core.presets import Preset
from tests.tui.driving import burst, check_golden, faint_texts, keys, lines_of, opened, screen_of, themes_in_turn, until
from tests.tui.inspect.networks import fixed, inspecting, trained
from tui.app import LayerLabApp
from tui.by_numbers.beginnings import trained_numbers
from tui.by_numbers.layout import Layout
from tui.by_numbers.page import ByNumbers
from tui.theme import DARK, LIGHT

SIZES = [(120, 36), (80, 24), (200, 60), (60, 18)]


@asynccontextmanager
async def numbers(
    begin: Callable[[Callable[[], bool]], Worked | None], size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[LayerLabApp, ByNumbers, Pilot[None]]]:
    """The page of ``begin``, once it is computed."""
    async with opened("lenet-5", size) as (app, pilot):
        page = ByNumbers("small", begin)
        app.push_screen(page)
        await until(pilot, lambda: page.worked is not None and page.quantity and page.listing.has_focus)
        yield app, page, pilot


def _fixed() -> Callable[[Callable[[], bool]], Worked]:
    """Numbers that are the same on every machine."""
    return partial(trained_numbers, fixed().inspected, None, "", None)  # type: ignore[arg-type]  # it has what is asked


async def select(pilot: Pilot[None], page: ByNumbers, name: str) -> None:
    """Select the array ``name`` in the list."""
    names = [quantity.name for quantity in page.worked.numbers.quantities]
    page.listing.cursor = names.index(name)
    await until(pilot, lambda: page.quantity.name == name)


async def test_every_array_is_listed_and_its_numbers_explained() -> None:
    async with numbers(_fixed()) as (app, page, pilot):
        assert "test digit 0, a 7" in screen_of(app)
        assert page.quantity.name == "x"
        for quantity in page.worked.numbers.quantities:
            await until(pilot, lambda name=quantity.name: page.quantity.name == name)
            assert page.quantity.values[page.at] == pytest.approx(max(quantity.values.ravel(), key=abs)), (
                "the largest is chosen first"
            )
            told = page.explanation.content.plain
            assert told.strip()
            assert quantity.name in page.heading_line.content.plain
            await keys(pilot, "down")


async def test_a_number_is_chosen_by_keys_and_by_the_mouse() -> None:
    async with numbers(_fixed()) as (app, page, pilot):
        await select(pilot, page, "z4")
        await keys(pilot, "tab", "home")
        values = page.quantity.values
        assert page.at == (int(values.argmin()),)
        await keys(pilot, "end")
        assert page.at == (int(values.argmax()),)
        await pilot.click(page.table, offset=(page.table._labels + 9 + 3, 1))
        await until(pilot, lambda: page.at == (1,))
        assert "z4[1] = sum of W4[i, 1] × a3[i] over i, + b4[1]" in screen_of(app)
        await keys(pilot, "right", "down", "left", "left", "left", "left", "left", "left", "left", "left", "up")
        assert page.at == (0,)
        await keys(pilot, "escape")
        assert page.listing.has_focus
        await select(pilot, page, "z1")
        await keys(pilot, "enter", "pagedown", "pagedown")
        channels = [page.at[2]]
        await keys(pilot, "pageup")
        channels.append(page.at[2])
        assert channels[0] - channels[1] == 1
        assert f"page {page.at[2] + 1} of 4" in screen_of(app)
        assert "escape: list" in screen_of(app)
        await keys(pilot, "escape")
        assert "escape: close" in screen_of(app)
        await keys(pilot, "escape")
        await until(pilot, lambda: app.screen is not page)


async def test_steps_are_taken_and_taken_back() -> None:
    async with numbers(_fixed()) as (app, page, pilot):
        first = page.worked.numbers
        assert not page.check_action("undo", ())
        await keys(pilot, "u")
        assert page.worked.numbers is first
        await burst(app, pilot, "s", "u", "s", "n", "b", "u", "s", "u")
        await until(pilot, lambda: page.worked.before == () and not page._busy and page.worked.index == 0)
        assert page.worked.numbers.loss == pytest.approx(first.loss), "what a key asks for may still be under way"
        for count in (1, 2):
            await keys(pilot, "s")
            await until(pilot, lambda count=count: page.worked.steps == count)
        assert page.worked.numbers.loss < first.loss
        assert "after 2 steps" in screen_of(app)
        await select(pilot, page, "W5 new")
        assert "0.9^3" in screen_of(app), "the third step"
        await burst(app, pilot, "s", "s", "u", "s", "u", "u", "n")
        await until(pilot, lambda: page.worked.index == 1)
        assert page.worked.steps == 2, "each key acts, in its turn"
        assert "test digit 1, a 2" in screen_of(app)
        assert page.worked.numbers.state.steps == 2
        await keys(pilot, "b")
        await until(pilot, lambda: page.worked.index == 0)
        for count in (1, 0):
            await keys(pilot, "u")
            await until(pilot, lambda count=count: page.worked.steps == count)
        assert page.worked.numbers.loss == pytest.approx(first.loss)
        await keys(pilot, "b")
        await until(pilot, lambda: not page.workers)
        assert page.worked.index == 0


async def test_it_looks_as_it_last_looked(home: Path, update: bool) -> None:
    async with numbers(_fixed()) as (app, page, pilot):
        for size in SIZES:
            await pilot.resize_terminal(*size)
            for name in ("z1", "dL/dW5", "W4 new"):
                await select(pilot, page, name)
                for theme in themes_in_turn(app, LIGHT, DARK):
                    app.theme = theme.name
                    await pilot.pause()
                    assert not faint_texts(app, 3.0), (size, name, theme.name)
                plain = name.replace("/", "").replace(" ", "-")
                check_golden(app, f"numbers-{plain}-{size[0]}x{size[1]}", update=update)
            assert "F1: help" in lines_of(app)[-2], "the keys are in view"


@pytest.mark.parametrize(
    ("architecture", "why"),
    [
        (Architecture((28, 28)), "there are no layers yet"),
        (Architecture((28, 28), (LSTM(4), Dense(10, "softmax"))), "layer 1, LSTM, is not written out"),
    ],
)
async def test_what_cannot_be_written_out_is_told_on_the_page(architecture: Architecture, why: str) -> None:
    app = LayerLabApp(Preset("odd", architecture))
    async with app.run_test(size=(120, 36)) as pilot:
        await keys(pilot, "N")
        await until(pilot, lambda: why in screen_of(app))
        await keys(pilot, "s", "u", "n", "enter", "escape")
        await until(pilot, lambda: not isinstance(app.screen, ByNumbers))


@pytest.mark.keras
async def test_the_open_network_is_shown_as_its_training_begins() -> None:
    from core.training.step_state import initial_state

    async with opened("lenet-5") as (app, pilot):
        await keys(pilot, "N")
        await until(pilot, lambda: isinstance(app.screen, ByNumbers) and app.screen.worked)
        state = initial_state(app.preset.architecture, app.preset.plan)
        for key, values in app.screen.worked.numbers.state.weights.items():
            assert np.array_equal(values, state.weights[key])
        assert "test digit 0, a 7" in screen_of(app)
        assert app.screen.worked.numbers.loss == pytest.approx(np.log(10), abs=0.5)


@pytest.mark.keras
async def test_a_trained_network_is_shown_with_the_walked_digit_and_its_next_step() -> None:
    network = trained()
    async with inspecting(network, "w") as (app, pane, pilot):
        await until(pilot, lambda: pane.view.activations.scene)
        await keys(pilot, "n")
        await until(pilot, lambda: pane.view.shown[2] != 0)
        image, truth, index = pane.view.shown
        await keys(pilot, "N")
        await until(pilot, lambda: isinstance(app.screen, ByNumbers) and app.screen.worked)
        worked = app.screen.worked
        assert (worked.index, worked.numbers.right) == (index, int(truth))
        assert worked.numbers.state.steps == 188, "two epochs of 94"
        np.testing.assert_allclose(worked.numbers.output, network.inspected.outputs(image), atol=1e-6)
        assert any(np.abs(each["momentum"]).max() > 0 for each in worked.numbers.state.slots.values())


async def test_elsewhere_on_inspect_it_is_the_first_digit() -> None:
    async with inspecting(fixed(), "g") as (app, _pane, pilot):
        await keys(pilot, "N")
        await until(pilot, lambda: isinstance(app.screen, ByNumbers) and app.screen.worked)
        assert "test digit 0" in screen_of(app)


async def test_a_digit_of_unknown_class_is_taken_for_what_is_predicted() -> None:
    inspected = fixed().inspected
    image = inspected.images[3]
    worked = trained_numbers(inspected, image, "", None, lambda: False)  # type: ignore[arg-type]  # as above
    assert worked.numbers.right == int(inspected.outputs(image).argmax())
    assert worked.caption.startswith("the digit shown, taken for a ")


def test_a_table_has_a_place_for_every_number() -> None:
    for shape in ((7,), (1,), (3, 4), (2, 3, 4), (2, 1, 3, 2)):
        layout = Layout(shape, 3)
        places = set()
        for index in np.ndindex(*shape):
            page, row, column = layout.place(index)
            assert (page < layout.pages, row < layout.rows, column < layout.columns) == (True, True, True)
            assert layout.index(page, row, column) == index
            places.add((page, row, column))
        assert len(places) == np.prod(shape)
        assert layout.moved((0,) * len(shape), 99, 99, 99) == tuple(size - 1 for size in shape)


def test_what_is_taken_back_keeps_the_example() -> None:
    worked = trained_numbers(fixed().inspected, None, "", None, lambda: False)  # type: ignore[arg-type]  # as above
    later = worked.stepped().another(4)
    assert later.undone().index == 4
    assert later.undone().numbers.state is worked.numbers.state
    assert worked.undone() is worked
    none = replace(worked, numbers=replace(worked.numbers, updates={}))
    assert none.stepped() is none
