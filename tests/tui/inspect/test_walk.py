"""The walk of a digit: what is drawn and told of every layer, against what the network itself gives."""

from threading import Event

import numpy as np
import pytest

from core.formatting import show_percent
from core.inspection.activations import FRAME, GROUND
from core.inspection.tensors import LayerOutput
from core.network.architecture import Architecture
from core.network.layers import Activation, Conv2D, Dense, Dropout, Flatten
from core.typography import typeset
from tests.tui.driving import check_golden, faint_texts, lines_of, screen_of, themes_in_turn, until
from tests.tui.inspect.networks import QUICK, SMALL, Fixed, Network, fixed, inspecting, trained
from tui.inspect.messages import WalkWanted
from tui.inspect.views.walk.stepper import Stepper
from tui.theme import DARK, LIGHT
from tui.training_session import TrainedNetwork

SIZES = [(80, 24), (120, 36)]
DEEP = Architecture((28, 28, 1), (Flatten(), *(Dense(8, "sigmoid") for _ in range(98)), Dense(10, "softmax")))
WIDE = Architecture((28, 28, 1), (Conv2D(512, (5, 5), activation="relu"), Flatten(), Dense(4096, "relu"), Dense(10)))


def stand_in(inspected, architecture=None):
    """A network that was never trained, with the answers of ``inspected``."""
    known = fixed()
    return Network(TrainedNetwork("small", architecture or SMALL, known.run.plan), known.history, inspected)


def of(architecture):
    return stand_in(Fixed(architecture, QUICK), architecture)


async def walked(pane, pilot):
    """The view, once it shows a digit, at the input."""
    view = pane.view
    await until(pilot, lambda: view.activations.scene)
    await pilot.press("home")
    await pilot.pause()
    return view


def told_of(view):
    return view.activations.head.content.plain.splitlines()


def figures(values):
    low, high, mean = (f"{number:.3g}" for number in (values.min(), values.max(), values.mean(dtype=np.float64)))
    return f"{low} to {high}, mean {mean}, "


@pytest.mark.keras
async def test_the_digit_every_layer_and_the_answer_are_told_as_the_network_gives_them():
    network = trained()
    passages = network.inspected.walk(network.inspected.images[0])
    async with inspecting(network, "w") as (app, pane, pilot):
        view = await walked(pane, pilot)
        for row, layer in enumerate(network.run.architecture.stack):
            label, told = told_of(view)[:2]
            shape = "×".join(map(str, passages[row].values.shape))
            assert label == f"{row}  {typeset(layer.label)}  {shape}"
            assert told.startswith(figures(passages[row].values).replace("e-0", "e-"))
            zeros = float(np.mean(passages[row].values == 0))
            assert told.endswith(f"{show_percent(zeros, 1)} zeros")
            await pilot.press("down")
            await pilot.pause()
        output = network.inspected.outputs(network.inspected.images[0])
        sure = show_percent(output.max(), 1)
        said = f"test digit 0, a {network.inspected.labels[0]}: predicted {output.argmax()} at {sure}"
        assert view.title.content.plain == said
        assert view.activations.bars.display
        np.testing.assert_allclose(view.activations.bars.outputs, output, atol=1e-6)
        assert show_percent(output.max(), 1) in screen_of(app).split("Dense 10 softmax")[-1]


@pytest.mark.keras
async def test_maps_are_drawn_as_the_network_gives_them():
    network = trained()
    maps = network.inspected.walk(network.inspected.images[0])[1].values
    async with inspecting(network, "w", (200, 60)) as (_app, pane, pilot):
        view = await walked(pane, pilot)
        await pilot.press("down")
        await pilot.pause()
        layout, picture = view.activations._layout, view.activations.pixels.drawn.picture
        times = layout.tile[0] // 24
        assert layout.grid.places >= 4
        for index in range(4):
            top, left = ((place * (24 * times + 1)) + 1 for place in divmod(index, layout.grid.columns))
            drawn = picture[top : top + 24 * times : times, left : left + 24 * times : times]
            assert np.abs(drawn - 255 * maps[..., index] / maps.max()).max() <= 0.5 + 1e-3


async def test_keys_choose_the_layer():
    async with inspecting(fixed(), "w") as (_app, pane, pilot):
        view = await walked(pane, pilot)
        for key, row in [("up", 0), ("down", 1), ("down", 2), ("up", 1), ("end", 5), ("down", 5), ("home", 0)]:
            await pilot.press(key)
            await until(pilot, lambda row=row: told_of(view)[0].startswith(f"{row}  "))
            assert view.rows.cursor == row


async def test_left_and_right_choose_a_map_and_its_figures_are_told():
    network = fixed()
    maps = network.inspected.walk(network.inspected.images[0])[1].values
    async with inspecting(network, "w") as (_app, pane, pilot):
        view = await walked(pane, pilot)
        await pilot.press("down")
        for key, unit in [("right", 1), ("right", 2), ("left", 1), ("left", 0), ("left", 3), ("right", 0)]:
            await pilot.press(key)
            await pilot.pause()
            foot = view.activations.foot.content.plain.splitlines()
            assert foot[0].startswith(f"map {unit + 1}: {figures(maps[..., unit])}")
            assert foot[1] == "4 maps"


async def test_512_maps_and_4096_units_are_on_pages(size):
    async with inspecting(of(WIDE), "w", size) as (_app, pane, pilot):
        view = await walked(pane, pilot)
        for row, count, thing in ((1, 512, "map"), (3, 4096, "unit")):
            while view.rows.cursor < row:
                await pilot.press("down")
            await until(pilot, lambda row=row: told_of(view)[0].startswith(f"{row}  "))
            places = view.activations.places
            pages = -(-count // places)
            assert pages > 1

            def foot():
                return view.activations.foot.content.plain.splitlines()

            assert foot()[1] == f"{thing}s 1-{places} of {count:,}, page 1 of {pages}"
            for key, page in [("pageup", 1), ("pagedown", 2), ("full_stop", 3), ("comma", 2), ("pageup", 1)]:
                await pilot.press(key)
                await pilot.pause()
                assert foot()[1].endswith(f"page {page} of {pages}")
                assert foot()[0].startswith(f"{thing} {(page - 1) * places + 1:,}: ")
            await pilot.press("left")
            await pilot.pause()
            assert foot()[1].endswith(f"{count:,} of {count:,}, page {pages} of {pages}")
            await pilot.press("pagedown")
            await pilot.pause()
            assert foot()[1].endswith(f"page {pages} of {pages}")


async def test_a_hundred_layers_are_scrolled_through(size):
    async with inspecting(of(DEEP), "w", size) as (app, pane, pilot):
        view = await walked(pane, pilot)
        await pilot.press("end")
        await until(pilot, lambda: told_of(view)[0].startswith("100  Dense 10 softmax"))
        assert any(line.lstrip().startswith("100 Dense 10") for line in lines_of(app))
        await pilot.press("up")
        await until(pilot, lambda: told_of(view)[0].startswith("99  Dense 8"))


async def test_shapes_are_whole_beside_the_scrollbar():
    many = (Conv2D(16, (5, 5)), *(Conv2D(128, (1, 1)) for _ in range(60)), Flatten(), Dense(10))
    architecture = Architecture((28, 28, 1), many)
    async with inspecting(of(architecture), "w", SIZES[0]) as (app, pane, pilot):
        await walked(pane, pilot)
        for size in (*SIZES, (60, 18)):
            await pilot.resize_terminal(*size)
            await pilot.press("home", "end")
            await until(pilot, lambda: any(line.lstrip().startswith("63 Dense") for line in lines_of(app)))
            wide = pane.view.rows.region.width
            top = pane.view.rows.region.y + 1
            words = [words for line in lines_of(app)[top:] if (words := line[:wide].split())]
            shown = {line[0]: line[-1].rstrip("\u2581") for line in words}
            assert shown["61"] == "24×24×128", size
            assert shown["62"] == "73728", size
            assert shown["63"] == "10", size


class Uneven(Fixed):
    """The maps of the convolution reach to 8, 4, 2 and 1."""

    def walk(self, image):
        first, convolved, *others = super().walk(image)
        even = convolved.values / convolved.values.max(axis=(0, 1))
        return (first, LayerOutput(1, even * np.array([8, 4, 2, 1], np.float32)), *others)


async def test_each_map_can_have_a_scale_of_its_own():
    async with inspecting(stand_in(Uneven(SMALL, QUICK)), "w", (200, 60)) as (_app, pane, pilot):
        view = await walked(pane, pilot)
        await pilot.press("down")
        await pilot.pause()

        def brightest():
            layout, picture = view.activations._layout, view.activations.pixels.drawn.picture
            places = [divmod(place, layout.grid.columns) for place in range(4)]
            side = layout.tile[0] + 1
            return [
                int(picture[1 + down * side : (down + 1) * side, 1 + across * side : (across + 1) * side].max())
                for down, across in places
            ]

        assert brightest() == [255, 128, 64, 32]
        assert told_of(view)[-1] == "black is 0, white 8"
        await pilot.press("s")
        await pilot.pause()
        assert brightest() == [255] * 4
        assert told_of(view)[-1] == "black is 0, white the largest of each map"
        await pilot.press("s")
        await pilot.pause()
        assert brightest() == [255, 128, 64, 32]


async def test_units_keep_their_one_scale():
    async with inspecting(of(WIDE), "w") as (_app, pane, pilot):
        view = await walked(pane, pilot)
        await pilot.press("end", "up")
        await until(pilot, lambda: told_of(view)[0].startswith("3  Dense 4096"))
        await pilot.pause()
        before = view.activations.pixels.drawn.picture.copy()
        assert len(np.unique(before)) > 100
        await pilot.press("s")
        await pilot.pause()
        assert np.array_equal(view.activations.pixels.drawn.picture, before)
        assert "each" not in told_of(view)[-1]


async def test_a_map_can_be_looked_at_alone():
    async with inspecting(fixed(), "w") as (_app, pane, pilot):
        view = await walked(pane, pilot)
        await pilot.press("down", "right", "space")
        await pilot.pause()
        assert view.activations.foot.content.plain.splitlines()[1] == "map 2 alone of 4"
        picture = view.activations.pixels.drawn.picture
        assert np.count_nonzero(picture == GROUND) == 0
        await pilot.press("right")
        await pilot.pause()
        assert view.activations.foot.content.plain.splitlines()[1] == "map 3 alone of 4"
        await pilot.press("space")
        await pilot.pause()
        assert view.activations.foot.content.plain.splitlines()[1] == "4 maps"
        await pilot.press("down", "down", "down", "space")  # a unit is a number: there is nothing to enlarge
        await until(pilot, lambda: told_of(view)[0].startswith("4  "))
        assert view.activations.foot.content.plain.splitlines()[1] == "16 units"


async def test_another_digit_of_the_test_set_is_walked():
    network = fixed()
    async with inspecting(network, "w") as (_app, pane, pilot):
        view = await walked(pane, pilot)
        before = view._walked
        for _ in range(3):
            await pilot.press("n")
            await until(pilot, lambda before=before: view._walked is not before)
            digit = view._walked.digit
            assert digit.index != before.digit.index
            assert digit.image.tolist() == network.inspected.images[digit.index].tolist()
            assert f"test digit {digit.index}, a {network.inspected.labels[digit.index]}: " in view.title.content.plain
            before = view._walked


async def test_another_view_can_have_a_digit_walked():
    network = fixed()
    async with inspecting(network, "r") as (_app, pane, pilot):
        for place, truth, said in ((9, "4", "a 4: predicted"), (7, "", "a digit of unknown class: predicted")):
            image = network.inspected.images[place]
            pane.post_message(WalkWanted(image, truth))
            await until(pilot, lambda: pane.chosen == "walk")
            await until(pilot, lambda said=said: pane.view.title.content.plain.startswith(said))
            view = await walked(pane, pilot)
            assert view._walked.digit.image is image
            assert (view.digit.drawn.picture == image).all()
            await pilot.press("r")
            await until(pilot, lambda: pane.chosen == "results")


async def test_a_window_is_opened_at_the_map_that_is_chosen():
    async with inspecting(fixed(), "w") as (app, pane, pilot):
        await walked(pane, pilot)
        await pilot.press("down", "right", "right", "enter")
        await until(pilot, lambda: isinstance(app.screen, Stepper))
        assert app.screen.place.filter == 2
        await until(pilot, lambda: "filter 3 of 4" in screen_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, Stepper))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, Stepper))
        await until(pilot, lambda: "MaxPooling2D" in screen_of(app))


async def test_the_key_of_the_stepper_is_shown_for_layers_with_a_window_alone_and_refuses_nothing(size):
    async with inspecting(fixed(), "w", size) as (app, pane, pilot):
        view = await walked(pane, pilot)
        title = view.title.content.plain
        for key, slides in [("home", False), ("down", True), ("down", True), ("down", False), ("end", False)]:
            await pilot.press(key)
            await until(pilot, lambda slides=slides: ("Slide window" in screen_of(app)) == slides)
            if not slides:
                await pilot.press("enter")
                await pilot.pause()
                assert not isinstance(app.screen, Stepper)
                assert view.title.content.plain == title, "nothing is refused"


async def test_the_mouse_chooses_layers_and_maps():
    async with inspecting(fixed(), "w") as (app, pane, pilot):
        view = await walked(pane, pilot)
        await pilot.click(view.rows, offset=(8, 2))
        await until(pilot, lambda: told_of(view)[0].startswith("1  "))
        layout = view.activations._layout
        below = layout.tile[0] + 1 if layout.grid.columns < 4 else 0
        place = layout.grid.columns if below else 1
        offset = (2, (below + 4) // 2) if below else (layout.tile[1] + 4, 2)
        left, top = view.activations.pixels._margin
        assert left, "it is centered"
        await pilot.click(view.activations.pixels, offset=(left + offset[0], top + offset[1]))
        await until(pilot, lambda: view.activations.scene.unit == place)
        await pilot.click(view.rows, offset=(8, 2), times=2)
        await until(pilot, lambda: isinstance(app.screen, Stepper))


class Broken(Fixed):
    """A network whose weights have become NaN."""

    def walk(self, image):
        first, *others = super().walk(image)
        for passage in others:
            passage.values[..., :3] = np.nan
        others[-1] = LayerOutput(others[-1].row, np.full(10, np.nan, np.float32))
        return (first, *others)


async def test_nan_is_told():
    known = fixed()
    network = stand_in(Broken(known.run.architecture, known.run.plan))
    async with inspecting(network, "w") as (_app, pane, pilot):
        view = await walked(pane, pilot)
        assert "no prediction: the output is NaN" in view.title.content.plain
        await pilot.press("down")
        await until(pilot, lambda: told_of(view)[0].startswith("1  "))
        assert told_of(view)[2] == f"! {24 * 24 * 3:,} of {24 * 24 * 4:,} are NaN or infinite"
        assert "only NaN" in view.activations.foot.content.plain
        await pilot.press("end")
        await until(pilot, lambda: told_of(view)[0].startswith("5  "))
        assert told_of(view)[1] == "only NaN and infinity: 10 of 10"


class Slow(Fixed):
    """Answers once it is let."""

    def __init__(self, *of):
        super().__init__(*of)
        self.let = Event()

    def walk(self, image):
        self.let.wait()
        return super().walk(image)


async def test_it_says_that_it_is_working_and_drops_what_comes_too_late():
    known = fixed()
    slow = Slow(known.run.architecture, known.run.plan)
    async with inspecting(stand_in(slow), "w") as (_app, pane, pilot):
        view = pane.view
        try:
            await until(pilot, lambda: "computing" in view.title.content.plain)
            assert not view.body.display
            pane.inspected = None
            await pilot.pause()
        finally:
            slow.let.set()
        await pilot.app.workers.wait_for_complete(
            [worker for worker in pilot.app.workers if worker.group == "walk" and not worker.is_cancelled]
        )
        await pilot.pause()
        assert view._walked is None
        assert not view.body.display


class Failing(Fixed):
    """Cannot answer."""

    def walk(self, image):
        raise RuntimeError("out of [memory]\nat last")


async def test_what_goes_wrong_is_one_line():
    known = fixed()
    network = stand_in(Failing(known.run.architecture, known.run.plan))
    async with inspecting(network, "w") as (app, pane, pilot):
        await until(pilot, lambda: "could not be walked: out of [memory] at last" in screen_of(app))
        assert not pane.view.body.display


class Weightless(Fixed):
    """Cannot tell its weights."""

    def weights(self):
        raise RuntimeError("out of memory")


async def test_weights_that_cannot_be_had_are_told_and_asked_for_again():
    async with inspecting(stand_in(Weightless(SMALL, QUICK)), "w") as (app, pane, pilot):
        view = await walked(pane, pilot)
        await pilot.press("down")
        for _ in range(2):
            await pilot.press("enter")
            await until(pilot, lambda: "The weights could not be loaded: out of memory" in view.title.content.plain)
            assert not isinstance(app.screen, Stepper)
            await pilot.press("right")
            await pilot.pause()
            assert "predicted" in view.title.content.plain


async def test_other_weights_are_shown_with_the_same_digit():
    known = fixed()
    async with inspecting(known, "w") as (_app, pane, pilot):
        view = await walked(pane, pilot)
        await pilot.press("n")
        await until(pilot, lambda: view._walked.digit.index)
        await pilot.press("down", "down", "right")
        digit = view._walked.digit
        pane.inspected = None
        await pilot.pause()
        assert not view.body.display
        pane.inspected = Fixed(known.run.architecture, known.run.plan)
        await until(pilot, lambda: view._walked)
        assert view._walked.digit is digit
        assert told_of(view)[0].startswith("2  ")
        assert view.activations.scene.unit == 1


async def test_a_shorter_network_begins_where_it_ends():
    known = fixed()
    async with inspecting(known, "w") as (_app, pane, pilot):
        view = await walked(pane, pilot)
        await pilot.press("end")
        await until(pilot, lambda: view.rows.cursor == 5)
        pane.inspected = Fixed(Architecture((28, 28, 1), (Flatten(), Dense(10))), known.run.plan)
        await until(pilot, lambda: told_of(view)[0] == "2  Dense 10  10")
        assert (view.rows.lines, view.rows.cursor) == (3, 2)


async def test_it_asks_for_nothing_before_it_is_seen():
    known = fixed()
    asked = []

    class Noted(Fixed):
        def walk(self, image):
            asked.append(image)
            return super().walk(image)

    async with inspecting(stand_in(Noted(known.run.architecture, known.run.plan))) as (_app, pane, pilot):
        assert not asked
        await pilot.press("w")
        await walked(pane, pilot)
        await pilot.press("r", "w")
        await pilot.pause()
        assert len(asked) == 1


async def test_sequences_and_flat_inputs_are_drawn_too():
    architecture = Architecture((28, 28), (Dropout(0.5), Flatten(), Dense(64), Activation("tanh"), Dense(10)))

    class Even(Fixed):
        def walk(self, image):
            shapes = [(28, 28), (28, 28), (784,), (64,), (64,), (10,)]
            values = [np.linspace(-1, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape) for shape in shapes]
            return tuple(LayerOutput(row, value) for row, value in enumerate(values))

    async with inspecting(stand_in(Even(architecture, QUICK), architecture), "w", (80, 24)) as (_app, pane, pilot):
        view = await walked(pane, pilot)
        for foot in ("1 map", "1 map", "units 1-", "64 units", "64 units"):
            assert view.activations.foot.content.plain.splitlines()[1].startswith(foot)
            assert told_of(view)[-1] == "-1       0       1  blue negative, orange positive"
            assert FRAME in view.activations.pixels.drawn.picture
            await pilot.press("down")
            await pilot.pause()


async def test_it_looks_as_it_was_last_looked_at(update):
    async with inspecting(fixed(), "w", SIZES[0]) as (app, pane, pilot):
        await walked(pane, pilot)
        for name, pressed in (("maps", ["down", "right"]), ("units", ["end", "up", "right"]), ("answer", ["end"])):
            await pilot.resize_terminal(*SIZES[0])
            await pilot.press(*pressed)
            for size in SIZES:
                await pilot.resize_terminal(*size)
                for theme in themes_in_turn(app, LIGHT, DARK):
                    app.theme = theme.name
                    await pilot.pause()
                    assert not faint_texts(app, 3.0), (name, size, theme.name)
                    if theme is DARK:
                        check_golden(app, f"inspect-walk-{name}-{size[0]}x{size[1]}", update=update)
