"""The stepper: every number of a stop, and where the window is."""

from contextlib import asynccontextmanager

import numpy as np
import pytest

from core.inspection.activations import FRAME
from core.inspection.steps import Steps, steps
from core.inspection.tensors import LayerOutput, Weight
from core.network.architecture import Architecture
from core.network.layers import AveragePooling2D, Conv2D, DepthwiseConv2D, MaxPooling2D
from core.network.summary import summarize
from tests.tui.driving import Themed, check_golden, faint_texts, screen_of, themes_in_turn, until
from tests.tui.inspect.networks import Fixed, Network, fixed, inspecting
from tui.inspect.views.walk.stepper import Place, Stepper
from tui.theme import DARK, LIGHT

SIZES = [(80, 24), (120, 36)]
LECTURE = Steps(
    "Conv2D 1@2x2",
    "convolution",
    Conv2D(1, (2, 2)).facts((3, 3, 1)).window,
    np.arange(9.0, dtype=np.float32).reshape(3, 3, 1),
    np.array([[19.0, 25.0], [37.0, 43.0]], np.float32)[..., None],
    np.arange(4.0, dtype=np.float32).reshape(2, 2, 1, 1),
)


class Stage(Themed):
    """Nothing but a stepper."""

    def __init__(self, shown: Steps, filter: int = 0) -> None:
        super().__init__()
        self.stepper = Stepper(shown, filter)
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.theme = DARK.name

    def on_mount(self) -> None:
        self.push_screen(self.stepper)


@asynccontextmanager
async def stepping(shown, size=(120, 36), filter=0):
    app = Stage(shown, filter)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.stepper.is_mounted and app.stepper.input_pixels.drawn)
        await pilot.pause()
        yield app, app.stepper, pilot


def layered(layer, size, seed=1):
    """``layer`` on an image out of a hat: its kernel and bias too, and an output of zeros."""
    draw = np.random.default_rng(seed)
    row = summarize(Architecture(size, (layer,))).rows[1]
    output = np.zeros(row.facts.output, np.float32)
    weights = []
    if isinstance(layer, Conv2D):
        shape = (*layer.kernel_size, size[2] // layer.groups, layer.filters)
        weights = [("kernel", draw.normal(size=shape)), ("bias", draw.normal(size=layer.filters))]
    if isinstance(layer, DepthwiseConv2D):
        shape = (*layer.kernel_size, size[2], layer.depth_multiplier)
        weights = [("kernel", draw.normal(size=shape)), ("bias", draw.normal(size=shape[2] * shape[3]))]
    passages = LayerOutput(0, draw.random(size, dtype=np.float32)), LayerOutput(1, output)
    return steps(row, passages, [Weight(1, name, value.astype("f"), value.astype("f")) for name, value in weights])


@pytest.mark.parametrize("size", SIZES)
async def test_the_example_of_the_lecture(size):
    async with stepping(LECTURE, size) as (app, stepper, pilot):
        equations = [
            "0*0 + 1*1 + 3*2 + 4*3 = 19",
            "1*0 + 2*1 + 4*2 + 5*3 = 25",
            "3*0 + 4*1 + 6*2 + 7*3 = 37",
            "4*0 + 5*1 + 7*2 + 8*3 = 43",
        ]
        for stop, equation in enumerate(equations):
            assert equation in screen_of(app)
            assert f"stop {stop + 1} of 4" in screen_of(app)
            result = equation.split()[-1]
            assert stepper.sums.content.plain.splitlines()[-1].split() == ["output", result]
            await pilot.press("right")
            await pilot.pause()
        assert stepper.place.stop == 3  # there is none after the last
        shown = [word for word in stepper.grids.content.plain.split() if word.isdigit()]
        assert shown == ["4", "5", "0", "1", "0", "5", "7", "8", "2", "3", "14", "24"]


async def test_the_arrows_slide_the_window_stop_by_stop():
    async with stepping(layered(Conv2D(2, (3, 3), strides=(2, 2)), (9, 9, 1))) as (_app, stepper, pilot):
        assert (stepper._steps.stops, stepper.place) == (16, Place())
        for key, stop in [
            ("left", 0),
            ("up", 0),
            ("right", 1),
            ("down", 5),
            ("right", 6),
            ("right", 7),
            ("right", 8),
            ("left", 7),
            ("up", 3),
            ("up", 3),
            ("end", 15),
            ("right", 15),
            ("down", 15),
            ("home", 0),
        ]:
            await pilot.press(key)
            assert stepper.place.stop == stop, key


async def test_the_frame_goes_with_the_window():
    async with stepping(layered(Conv2D(1, (3, 3), strides=(2, 2)), (9, 9, 1))) as (_app, stepper, pilot):
        times = (stepper.input_pixels.drawn.picture.shape[1] - 2) // 9
        await pilot.press("down", "right")
        frame = np.argwhere(stepper.input_pixels.drawn.picture == FRAME)
        # The window covers rows and columns 2 to 4; the frame is one pixel around them.
        assert frame.min(axis=0).tolist() == [2 * times] * 2
        assert frame.max(axis=0).tolist() == [1 + 5 * times] * 2


async def test_filters_and_channels_can_be_chosen():
    taken = layered(Conv2D(3, (2, 2)), (4, 4, 2))
    async with stepping(taken, filter=1) as (app, stepper, pilot):
        for key, place in [
            ("full_stop", Place(0, 2, 0)),
            ("full_stop", Place(0, 0, 0)),
            ("comma", Place(0, 2, 0)),
            ("plus", Place(0, 2, 1)),
            ("plus", Place(0, 2, 0)),
            ("minus", Place(0, 2, 1)),
        ]:
            await pilot.press(key)
            assert stepper.place == place
        await pilot.pause()
        patch, kernel = taken.x[:2, :2, 1], taken.kernel[:, :, 1, 2]
        each = [float((taken.x[:2, :2, c] * taken.kernel[:, :, c, 2]).sum()) for c in (0, 1)]
        said = stepper.sums.content.plain.splitlines()
        assert said[0].split()[:2] == ["channel", "2"]
        assert float(said[0].split()[-1]) == pytest.approx(float((patch * kernel).sum()), rel=1e-3)
        assert said[1].split()[0] == "2"
        assert float(said[1].split()[-1]) == pytest.approx(sum(each), rel=1e-3)
        assert float(said[2].split()[-1]) == pytest.approx(sum(each) + float(taken.bias[2]), rel=1e-3)
        assert "input channel 2 of 2" in screen_of(app)


async def test_padding_is_marked_and_counts_as_zero():
    taken = layered(Conv2D(1, (3, 3), padding="same", activation="relu"), (5, 5, 1))
    async with stepping(taken) as (app, stepper, pilot):
        assert stepper.grids.content.plain.count("pad ") + stepper.grids.content.plain.count("pad\n") >= 3
        assert "pad: padding, which is 0" in screen_of(app)
        assert "after relu" in screen_of(app)
        total = float((taken.x[:2, :2, 0] * taken.kernel[1:, 1:, 0, 0]).sum())
        assert float(stepper.sums.content.plain.splitlines()[0].split()[-1]) == pytest.approx(total, rel=1e-3)
        await pilot.press("down", "right")
        await pilot.pause()
        assert "pad" not in screen_of(app)


@pytest.mark.parametrize(("padding", "said"), [("same", "which does not count"), (1, "a zero that counts")])
async def test_pooling_tells_which_padding_takes_part(padding, said):
    taken = layered(MaxPooling2D((3, 3), strides=(1, 1), padding=padding), (5, 5, 2))
    async with stepping(taken) as (app, _stepper, _pilot):
        assert said in screen_of(app)


async def test_the_largest_number_is_marked():
    taken = layered(MaxPooling2D(), (4, 4, 2))
    async with stepping(taken, filter=1) as (_app, stepper, pilot):
        await pilot.press("end")
        largest = float(taken.x[2:, 2:, 1].max())
        marked = [word for word in stepper.grids.content.plain.split() if word.startswith(">")]
        assert [float(word[1:]) for word in marked] == [pytest.approx(largest, abs=1e-3)]
        said = stepper.sums.content.plain.splitlines()[0]
        assert said.strip().startswith("largest of")
        assert float(said.split()[-1]) == pytest.approx(largest, abs=1e-3)


async def test_an_average_is_added_up_and_divided():
    taken = layered(AveragePooling2D(), (4, 4, 1))
    async with stepping(taken) as (_app, stepper, _pilot):
        added, divided, _ = stepper.sums.content.plain.splitlines()
        total = float(taken.x[:2, :2].sum())
        assert float(added.split()[-1]) == pytest.approx(total, abs=1e-3)
        assert divided.split()[2:4] == ["/", "4"]
        assert float(divided.split()[-1]) == pytest.approx(total / 4, abs=1e-3)


async def test_a_depthwise_filter_has_one_channel():
    taken = layered(DepthwiseConv2D((2, 2), depth_multiplier=2), (4, 4, 3))
    async with stepping(taken) as (app, stepper, pilot):
        for _ in range(3):
            await pilot.press("full_stop")
        await pilot.press("plus")
        await pilot.pause()
        assert stepper.place == Place(0, 3, 0)
        assert "input, channel 2" in screen_of(app)
        assert stepper.sums.content.plain.split()[:2] == ["channel", "2"]


@pytest.mark.parametrize("size", SIZES)
async def test_a_large_filter_is_shortened_and_that_is_told(size):
    async with stepping(layered(Conv2D(1, (11, 11)), (14, 14, 1)), size) as (app, stepper, pilot):
        await until(pilot, lambda: stepper.grids.content.plain)
        assert "shortened: the first and last 3 of 11×11" in stepper.grids.content.plain
        assert "\u2026" in screen_of(app)
        assert max(map(len, stepper.grids.content.plain.splitlines())) <= stepper.numbers.content_size.width


@pytest.mark.parametrize("kernel", [(1, 1), (5, 5), (7, 7), (7, 1)])
async def test_the_sum_is_in_sight_whatever_the_size(kernel):
    taken = layered(Conv2D(2, kernel, padding="same"), (28, 28, 2))
    async with stepping(taken, SIZES[0]) as (app, stepper, pilot):
        for size in (*SIZES, (200, 60)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            for line in stepper.sums.content.plain.splitlines():
                assert line.strip() in screen_of(app), size
            assert stepper.sums.content.plain.splitlines()[-1].split()[0] == "output"
            below = stepper.tables.max_scroll_y
            await pilot.press("pagedown")
            await pilot.pause()
            assert bool(stepper.tables.scroll_y) == bool(below), size
            await pilot.press("pageup")
            await pilot.pause()
            assert stepper.tables.scroll_y == 0, size


async def test_a_click_on_the_output_goes_to_that_stop():
    async with stepping(layered(Conv2D(1, (3, 3)), (6, 6, 1))) as (_app, stepper, pilot):
        times = (stepper.output_pixels.drawn.picture.shape[1] - 2) // 4
        await pilot.click(stepper.output_pixels, offset=(1 + 2 * times, (1 + 3 * times) // 2))
        await until(pilot, lambda: stepper.place.stop)
        assert stepper._steps.place(stepper.place.stop) == (3, 2)
        await pilot.click(stepper.output_pixels, offset=(0, 0))
        await pilot.pause()
        assert stepper._steps.place(stepper.place.stop) == (3, 2)


async def test_a_network_that_has_become_nan_is_stepped_through_all_the_same():
    taken = layered(Conv2D(1, (3, 3), padding="same"), (5, 5, 1))
    taken.kernel[:] = np.nan
    taken.output[:] = np.nan
    async with stepping(taken) as (_app, stepper, pilot):
        await pilot.press("end")
        assert "NaN" in stepper.grids.content.plain
        assert stepper.sums.content.plain.splitlines()[-1].split()[-1] == "NaN"


async def test_it_has_help():
    network = fixed()
    async with inspecting(network, "w") as (app, pane, pilot):
        await until(pilot, lambda: pane.view.activations.scene)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, Stepper))
        await pilot.press("question_mark")
        await until(pilot, lambda: "The window as it slides" in screen_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Stepper))


async def test_escape_closes_it():
    async with stepping(LECTURE) as (app, stepper, pilot):
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not stepper)


class Computed(Fixed):
    """As `Fixed`, but the convolution and the pooling are what they would be."""

    def walk(self, image):
        passages = list(super().walk(image))
        weights = {(weight.row, weight.name): weight.after for weight in self.weights()}
        patches = np.lib.stride_tricks.sliding_window_view(passages[0].values[..., 0], (5, 5))
        maps = np.einsum("hwij,ijf->hwf", patches, weights[1, "kernel"][:, :, 0]) + weights[1, "bias"]
        maps = np.maximum(maps, 0).astype(np.float32)
        passages[1] = LayerOutput(1, maps)
        passages[2] = LayerOutput(2, maps.reshape(12, 2, 12, 2, 4).max(axis=(1, 3)))
        return tuple(passages)


@pytest.mark.parametrize(("name", "layer"), [("convolution", 1), ("pooling", 2)])
async def test_it_looks_as_it_was_last_looked_at(name, layer, update):
    known = fixed()
    network = Network(known.run, known.history, Computed(known.run.architecture, known.run.plan))
    async with inspecting(network, "w", SIZES[0]) as (app, pane, pilot):
        await until(pilot, lambda: pane.view.activations.scene)
        await pilot.press("home", *["down"] * layer, "enter")
        await until(pilot, lambda: isinstance(app.screen, Stepper) and app.screen.input_pixels.drawn)
        await pilot.press(*["down"] * (9 // layer), *["right"] * (10 // layer))
        for size in SIZES:
            await pilot.resize_terminal(*size)
            for theme in themes_in_turn(app, LIGHT, DARK):
                app.theme = theme.name
                await pilot.pause()
                assert not faint_texts(app, 3.0), (size, theme.name)
                if theme is DARK:
                    check_golden(app, f"inspect-stepper-{name}-{size[0]}x{size[1]}", update=update)
