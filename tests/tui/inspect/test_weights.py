"""The weights view: how the weights of every layer are spread before and after training, and pictures of them."""

import re

import numpy as np
import pytest

from core.formatting import show_weight
from core.inspection.tensors import Weight
from core.inspection.violin_pairs import value_axis
from core.network.architecture import Architecture
from core.network.layers import Conv2D, Dense, Flatten, MaxPooling2D
from tests.tui.driving import check_golden, faint_texts, lines_of, screen_of, themes_in_turn, until
from tests.tui.inspect.networks import SMALL, Fixed, Network, fixed, inspecting, trained
from tui.ascii_signs import in_ascii
from tui.theme import DARK, LIGHT
from tui.training_session import TrainedNetwork

SIZES = [(80, 24), (120, 36)]
SCENES = {"": [], "-filters": ["i"], "-matrix": ["down"], "-bias": ["i", "right"]}
"""What is pressed to come from one screen to the next."""


class Given(Fixed):
    """A network with the weights it is given; an error is raised."""

    def __init__(self, told: tuple[Weight, ...] | Exception, architecture: Architecture = SMALL) -> None:
        super().__init__(architecture, fixed().run.plan)
        self.told = told
        self.asked = 0

    def weights(self) -> tuple[Weight, ...]:
        self.asked += 1
        if isinstance(self.told, Exception):
            raise self.told
        return self.told


def given(told: tuple[Weight, ...] | Exception, architecture: Architecture = SMALL) -> Network:
    run = TrainedNetwork("given", architecture, fixed().run.plan)
    return Network(run, fixed().history, Given(told, architecture))


def weight(row, name, shape, seed=1):
    draw = np.random.default_rng(seed)
    return Weight(row, name, draw.normal(0, 0.1, shape).astype("f"), draw.normal(0, 0.2, shape).astype("f"))


async def shown(pilot, pane):
    """Wait until the weights are worked out."""
    await until(pilot, lambda: pane.view.entries is not None)
    await pilot.pause()
    return pane.view


async def test_the_screen_is_as_it_was_last_looked_at(update):
    async with inspecting(fixed(), "v", SIZES[0]) as (app, pane, pilot):
        await shown(pilot, pane)
        for scene, pressed in SCENES.items():
            await pilot.resize_terminal(*SIZES[0])
            await pilot.press(*pressed)
            for size in SIZES:
                await pilot.resize_terminal(*size)
                for theme in themes_in_turn(app, LIGHT, DARK):
                    app.theme = theme.name
                    await pilot.pause()
                    faint = [text for text in faint_texts(app, 3.0) if "\u2580" not in text]
                    assert not faint, (scene, size, theme.name)
                    if theme is DARK:
                        check_golden(app, f"inspect-weights{scene}-{size[0]}x{size[1]}", update=update)


@pytest.mark.keras
async def test_the_figures_are_those_of_the_networks_weights_and_training_is_seen_in_the_list():
    network = trained()
    async with inspecting(network, "v") as (app, pane, pilot):
        await shown(pilot, pane)
        for told in network.inspected.weights():
            if told.name == "kernel":
                ratio = told.after.astype(float).std() / told.before.astype(float).std()
                assert any(f"×{ratio:.2f}" in line for line in lines_of(app))
        layers = ((1, 1), (4, 3), (5, 3))
        weights = {(told.row, told.name): told for told in network.inspected.weights()}
        assert len(weights) == 2 * len(layers)
        for (row, name), told in weights.items():
            view = pane.view
            while view.listing.chosen.row != row:
                await pilot.press("down")
            while view.weight.name != name:
                await pilot.press("right")
            screen = lines_of(app)
            assert any(f"{name} {'×'.join(map(str, told.after.shape))}" in line for line in screen)
            for when, values in (("before", told.before), ("after", told.after)):
                line = next(line for line in screen if re.search(rf"{when} +-?\d\S* +\d", line))
                exact = values.astype(np.float64)
                expected = [show_weight(float(of)) for of in (exact.mean(), exact.std(), exact.min(), exact.max())]
                assert line.partition(when)[2].split()[:4] == expected


async def test_arrows_choose_the_layer_and_its_weight():
    async with inspecting(fixed(), "v") as (_app, pane, pilot):
        view = await shown(pilot, pane)
        seen = [(view.weight.row, view.weight.name)]
        for key in ("right", "right", "left", "down", "down", "down", "up", "home", "end", "pageup", "pagedown"):
            await pilot.press(key)
            seen.append((view.weight.row, view.weight.name))
        expected = [(1, "kernel"), (1, "bias"), (1, "kernel"), (1, "bias"), (4, "kernel"), (5, "kernel"), (5, "kernel")]
        rest = [(4, "kernel"), (1, "kernel"), (5, "kernel"), (1, "kernel"), (5, "kernel")]
        assert seen == [*expected, *rest]


async def test_a_click_chooses_a_layer_and_a_second_one_shows_its_pictures():
    async with inspecting(fixed(), "v") as (_app, pane, pilot):
        view = await shown(pilot, pane)
        await pilot.click(view.listing, offset=(10, 2))
        assert view.weight.row == 4
        await pilot.click(view.listing, offset=(10, 3), times=2)
        await until(pilot, lambda: view.pictured)
        assert view.weight.row == 5
        await pilot.press("down", "up")  # the keys still choose
        assert view.weight.row == 4


async def test_the_bars_are_the_shares_of_the_weights():
    async with inspecting(fixed(), "v") as (_app, pane, pilot):
        view = await shown(pilot, pane)
        await pilot.press("down")
        await pilot.pause()
        chart = ["".join(segment.text for segment in line) for line in view.histogram.draw()]
        before, after = view.weight.distribution.bins(view.histogram.size.width)
        top = max(before.max(), after.max())
        assert f"highest: {top:.1%}" in chart[0]
        wide = view.histogram.size.width // len(after)
        rows = [line.ljust(len(after) * wide) for line in chart[1:-2]]
        for place, share in enumerate(after):
            filled = sum(row[place * wide] == "\u2588" for row in rows)
            dotted = sum("\u2800" <= row[place * wide] <= "\u28ff" for row in rows)
            whole = int(share / top * len(rows))
            assert whole - dotted <= filled <= whole + 1
        assert chart[-1].startswith(f"{view.weight.distribution.low:.3g}")
        assert chart[-1].endswith(f"{view.weight.distribution.high:.3g}")


async def test_pictures_before_and_after_are_two():
    async with inspecting(fixed(), "v") as (app, pane, pilot):
        view = await shown(pilot, pane)
        await pilot.press("space")  # without pictures, this key has nothing to do
        assert not view.images.before
        await pilot.press("i")
        await until(pilot, lambda: "after: 1 to 4 of 4 filters" in screen_of(app))
        after = view.images.draw()
        await pilot.press("space")
        await until(pilot, lambda: "before: 1 to 4 of 4 filters" in screen_of(app))
        assert view.images.draw()[2:] != after[2:]
        await pilot.press("i")
        await until(pilot, lambda: "highest" in screen_of(app))


async def test_a_dense_layer_on_the_pixels_is_seen_as_images_on_pages(size):
    architecture = Architecture((28, 28, 1), (Flatten(), Dense(4096, "relu"), Dense(10, "softmax")))
    told = (weight(2, "kernel", (784, 4096)), weight(2, "bias", (4096,)), weight(3, "kernel", (4096, 10)))
    async with inspecting(given(told, architecture), "v", size) as (app, pane, pilot):
        view = await shown(pilot, pane)
        await pilot.press("i")
        await until(pilot, lambda: "of 4,096 units, page 1 of" in screen_of(app))
        assert "means" not in screen_of(app)
        await pilot.press("comma")
        await until(pilot, lambda: "to 4,096 of 4,096 units" in screen_of(app))
        await pilot.press("full_stop")
        await until(pilot, lambda: "after: 1 to " in screen_of(app))
        await pilot.press("down")
        await until(pilot, lambda: "inputs down, units across, means of several" in screen_of(app))
        assert view.images.page == 0
        for resized in SIZES:
            await pilot.resize_terminal(*resized)
            await until(pilot, lambda: "inputs down, units across, means of several" in screen_of(app))
            assert all(len(line) <= resized[0] for line in lines_of(app))


async def test_many_filters_are_on_pages():
    architecture = Architecture((28, 28, 1), (Conv2D(512, (3, 3)), MaxPooling2D(), Flatten(), Dense(10, "softmax")))
    told = (weight(1, "kernel", (3, 3, 1, 512)), weight(4, "kernel", (86528, 10)))
    async with inspecting(given(told, architecture), "v", (80, 24)) as (app, pane, pilot):
        await shown(pilot, pane)
        await pilot.press("i")
        await until(pilot, lambda: "of 512 filters, page 1 of" in screen_of(app))
        await pilot.press("full_stop")
        await until(pilot, lambda: "page 2 of" in screen_of(app))


async def test_what_is_not_finite_is_counted():
    broken = weight(1, "kernel", (5, 5, 1, 4))
    broken.after[0] = np.nan
    nothing = Weight(4, "kernel", np.ones((16, 10), "f"), np.full((16, 10), np.nan, "f"))
    async with inspecting(given((broken, nothing)), "v", SIZES[0]) as (app, pane, pilot):
        await shown(pilot, pane)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await pilot.press("home")
            await pilot.pause()
            assert "! after: 20 of 100 are NaN or infinite" in screen_of(app)
            assert any(line.lstrip().startswith("!") and "Conv2D" in line for line in lines_of(app))
            await pilot.press("i")
            await until(pilot, lambda: "20 NaN or infinite as 0" in screen_of(app))
            await pilot.press("i", "down")
            await until(pilot, lambda: "! after: 160 of 160 are NaN or infinite" in screen_of(app))


async def test_weights_that_were_all_the_same_are_a_wall_with_their_value():
    told = Weight(1, "bias", np.zeros(4, "f"), np.array([-0.1, 0.2, 0.3, 0.3], "f"))
    async with inspecting(given((told,)), "v") as (app, pane, pilot):
        view = await shown(pilot, pane)
        assert "before: all 0" in screen_of(app)
        assert "from 0" in screen_of(app)
        walls = [line.index("\u2506") for line in lines_of(app) if "\u2506" in line and "all 0" not in line]
        assert len(walls) == view.histogram.size.height - 3
        assert len(set(walls)) == 1


async def test_weights_that_stayed_as_they_were_are_said_to():
    frozen = weight(1, "kernel", (3, 3))
    async with inspecting(given((Weight(1, "kernel", frozen.before, frozen.before),)), "v") as (app, pane, pilot):
        await shown(pilot, pane)
        assert "unchanged" in screen_of(app)


async def test_figures_of_weights_that_have_grown_huge_stand_apart():
    told = weight(1, "kernel", (5, 5, 1, 4))
    grown = Weight(1, "kernel", told.before, (-told.after * 1.2345e10).astype("f"))
    async with inspecting(given((grown,)), "v", SIZES[0]) as (app, pane, pilot):
        await shown(pilot, pane)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            listed = next(line for line in lines_of(app) if "1  Conv2D" in line)
            assert f"{show_weight(float(grown.after.std()))} ×" in listed
            after = next(line for line in lines_of(app) if re.search(r"after +\S*e\+", line))
            exact = grown.after.astype(np.float64)
            expected = [show_weight(float(of)) for of in (exact.mean(), exact.std(), exact.min(), exact.max())]
            assert after.partition("after")[2].split()[:4] == expected


@pytest.mark.parametrize("value", [-1.2345e10, -3.4e38, -1234.5, -999.6, -999.4, -0.0123456, -1.2345e-30, -1e-45])
def test_a_figure_leaves_a_gap(value):
    assert len(show_weight(value)) <= 8
    assert float(show_weight(value)) == pytest.approx(value, rel=0.05)


async def test_a_hundred_layers_scroll():
    architecture = Architecture((28, 28, 1), (Flatten(), *(Dense(9, "sigmoid") for _ in range(100))))
    told = tuple(weight(row, "kernel", (9, 9)) for row in range(2, 102))
    async with inspecting(given(told, architecture), "v", (80, 24)) as (app, pane, pilot):
        view = await shown(pilot, pane)
        await pilot.press("end")
        assert view.weight.row == 101
        await until(pilot, lambda: any("101  Dense 9 sigmoid" in line for line in lines_of(app)))
        await pilot.press("pageup")
        assert view.weight.row < 101


async def test_without_weights_it_says_so():
    async with inspecting(given((), Architecture((28, 28, 1), (Flatten(),))), "v") as (app, pane, pilot):
        await shown(pilot, pane)
        assert "No layer has weights" in screen_of(app)
        await pilot.press("i", "down", "right", "space", "full_stop")
        assert "No layer has weights" in screen_of(app)


async def test_an_error_is_said_and_the_app_goes_on():
    network = given(RuntimeError("out of [bold]memory[/]"))
    async with inspecting(network, "v") as (app, pane, pilot):
        await until(pilot, lambda: "! out of [bold]memory[/]" in screen_of(app))
        await pilot.press("r", "v")
        await until(pilot, lambda: pane.chosen == "weights")
        assert network.inspected.asked == 1


async def test_the_network_is_asked_once_and_again_when_it_is_another():
    network = given((weight(1, "kernel", (3, 3)),))
    async with inspecting(network, "r") as (_app, pane, pilot):
        assert network.inspected.asked == 0
        await pilot.press("v")
        view = await shown(pilot, pane)
        await pilot.press("r", "v")
        await until(pilot, lambda: view.active)
        assert network.inspected.asked == 1
        pane.inspected = None
        await pilot.pause()
        assert view.entries is None
        other = Given((weight(4, "kernel", (3, 3)),))
        pane.inspected = other
        await until(pilot, lambda: view.entries and view.entries[0].row == 4)
        assert (network.inspected.asked, other.asked) == (1, 1)


def many_layers(count):
    """A network of ``count`` layers with kernels and biases, the biases all 0 before training."""
    architecture = Architecture((28, 28, 1), (Flatten(), *(Dense(9, "sigmoid") for _ in range(count))))
    told = []
    for row in range(2, count + 2):
        after = np.random.default_rng(row).normal(0.01 * row, 0.1, 9).astype("f")
        told += [weight(row, "kernel", (9, 9), row), Weight(row, "bias", np.zeros(9, "f"), after)]
    return given(tuple(told), architecture)


async def all_layers(pilot, pane):
    """The weights of all layers side by side."""
    view = await shown(pilot, pane)
    await pilot.press("a")
    await until(pilot, lambda: view.all_layers.has_focus and view.all_layers.violins.size)
    await pilot.pause()
    return view.all_layers


def chosen(panel):
    """The layer and the weight of the violin that is marked; None if none is."""
    at = panel.violins.chosen
    return None if at is None else (panel.violins.pairs[at].row, panel.violins.pairs[at].name)


async def test_the_violins_look_as_they_were_last_looked_at(update):
    async with inspecting(fixed(), "v", SIZES[0]) as (app, pane, pilot):
        await all_layers(pilot, pane)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            for theme in themes_in_turn(app, LIGHT, DARK):
                app.theme = theme.name
                await pilot.pause()
                assert not faint_texts(app, 3.0), (size, theme.name)
                if theme is DARK:
                    check_golden(app, f"inspect-weights-violins-{size[0]}x{size[1]}", update=update)


async def test_every_layer_has_a_violin_and_arrows_go_from_one_to_the_next():
    async with inspecting(fixed(), "v") as (_app, pane, pilot):
        panel = await all_layers(pilot, pane)
        assert [pair.row for pair in panel.violins.pairs] == [1, 4, 5]
        seen = [chosen(panel)]
        for key in ("right", "down", "down", "right", "left", "up", "up", "end", "home", "b", "right", "pagedown"):
            await pilot.press(key)
            await pilot.pause()
            seen.append(chosen(panel))
        kernels = [(row, "kernel") for row in (1, 4, 5, 5, 5, 4, 1, 1, 5, 1)]
        assert seen == [*kernels, (1, "bias"), (4, "bias"), (5, "bias")]
        assert pane.strip.selected == 5
        await pilot.press("a")
        await until(pilot, lambda: pane.view.has_focus)
        assert pane.view.histogram.weight.row == 5


async def test_weights_of_one_layer_stand_side_by_side_too():
    told = [weight(1, name, (4, 8)) for name in ("kernel", "recurrent_kernel", "bias")]
    told += [weight(4, name, (9, 9)) for name in ("depthwise_kernel", "gamma")]
    async with inspecting(given(tuple(told)), "v") as (_app, pane, pilot):
        panel = await all_layers(pilot, pane)
        seen = []
        for key in ("right", "right", "left", "b", "right", "b", "left", "b"):
            await pilot.press(key)
            await pilot.pause()
            seen.append(chosen(panel))
        weights = [(1, "recurrent_kernel"), (4, "depthwise_kernel"), (1, "recurrent_kernel")]
        assert seen == [*weights, (1, "bias"), (1, "bias"), None, (4, "gamma"), (4, "depthwise_kernel")]


async def test_a_layer_without_biases_is_said_to_have_none():
    async with inspecting(given((weight(1, "kernel", (3, 3)), weight(4, "bias", (9,)))), "v") as (app, pane, pilot):
        panel = await all_layers(pilot, pane)
        await pilot.press("b")
        await until(pilot, lambda: "No biases in layer 1: left and right go to those of other layers" in screen_of(app))
        await pilot.press("right")
        await until(pilot, lambda: chosen(panel) == (4, "bias"))


async def test_the_figures_are_those_of_the_violin():
    network = fixed()
    async with inspecting(network, "v", SIZES[0]) as (app, pane, pilot):
        await all_layers(pilot, pane)
        for told in (one for one in network.inspected.weights() if one.name == "kernel"):
            for when, values in (("before", told.before), ("after", told.after)):
                expected = [show_weight(float(of)) for of in np.quantile(values.astype(float), (0, 0.25, 0.5, 0.75, 1))]
                line = next(line for line in lines_of(app) if re.search(rf"{when} +-\d", line))
                assert line.split()[1:] == expected
            await pilot.press("down")
            await pilot.pause()


async def test_a_violin_is_as_wide_as_its_density_over_the_axis():
    async with inspecting(fixed(), "v", (200, 60)) as (_app, pane, pilot):
        panel = await all_layers(pilot, pane)
        violins = panel.violins
        drawn = ["".join(segment.text for segment in line) for line in violins.draw()]
        rows = violins.size.height - 4
        axis = value_axis(violins.pairs)
        for place, pair in enumerate(violins.pairs):
            center = 8 + place * violins._wide + violins._side + 1
            for row, line in enumerate(drawn[1 : rows + 1]):
                filled = len(line[center + 1 :]) - len(line[center + 1 :].lstrip("\u28ff"))
                value = axis.value(1 - row / (rows - 1))
                near = [pair.after.width(value + by * (axis.high - axis.low) / rows) for by in (-0.5, 0, 0.5)]
                assert min(near) * violins._side - 1.01 <= filled <= max(near) * violins._side + 1.01


async def test_a_thousand_layers_are_on_pages():
    async with inspecting(many_layers(1000), "v", SIZES[0]) as (app, pane, pilot):
        panel = await all_layers(pilot, pane)
        for key, first, last in (("end", 994, 1000), ("home", 1, 7), ("pagedown", 8, 14), ("left", 1, 7)):
            await pilot.press(key)
            await until(pilot, lambda first=first, last=last: f"{first:,} to {last:,} of 1,000" in screen_of(app))
            assert all(len(line) <= SIZES[0][0] for line in lines_of(app))
        assert chosen(panel) == (8, "kernel")


async def test_a_click_chooses_a_violin():
    async with inspecting(fixed(), "v") as (_app, pane, pilot):
        panel = await all_layers(pilot, pane)
        await pilot.click(panel.violins, offset=(8 + panel.violins._wide + 3, 5))
        await until(pilot, lambda: chosen(panel) == (4, "kernel"))
        await pilot.click(panel.violins, offset=(panel.violins.size.width - 1, 5))
        await pilot.click(panel.violins, offset=(2, 5))
        await pilot.pause()
        assert chosen(panel) == (4, "kernel")


async def test_what_has_one_value_or_none_or_reaches_far_is_drawn_so():
    usual = np.random.default_rng(1).normal(0, 0.1, 5000).astype("f")
    told = (
        Weight(1, "kernel", np.zeros(9, "f"), np.full(9, np.nan, "f")),
        Weight(4, "kernel", usual, np.append(usual, np.float32(9e5))),
        Weight(5, "kernel", usual, np.append(usual, np.float32(np.inf))),
    )
    async with inspecting(given(told), "v", SIZES[0]) as (app, pane, pilot):
        await all_layers(pilot, pane)
        screen = screen_of(app)
        assert "! after: 9 of 9 are NaN or infinite" in screen
        assert "○╌NaN" in screen or "○ NaN" in screen
        assert "↑↓ beyond the central 99.9%" in screen
        assert screen.count("! kernel") == 2
        assert len([line for line in lines_of(app) if "↑" in line and "beyond" not in line]) == 1
        await pilot.press("right")
        await until(pilot, lambda: "9.0e+05" in screen_of(app))


async def test_in_ascii_before_and_after_are_told_apart():
    async with inspecting(fixed(), "v", SIZES[0]) as (app, pane, pilot):
        await all_layers(pilot, pane)
        lines = [in_ascii(line) for line in lines_of(app)]
        assert all(line.isascii() for line in lines)
        assert "?" not in "".join(lines[7:-1])
        legend = next(line for line in lines if "quartiles" in line)
        assert legend.split()[:4] == [":", "before", ":", "after"]
        assert any(":::" in line for line in lines)


async def test_from_the_violins_to_pictures_and_back_to_another_view():
    async with inspecting(fixed(), "v") as (app, pane, pilot):
        await all_layers(pilot, pane)
        await pilot.press("i")
        await until(pilot, lambda: pane.view.pictured and pane.view.has_focus and "filters" in screen_of(app))
        assert not pane.view.compared
        await pilot.press("a", "r", "v")
        await until(pilot, lambda: pane.view.all_layers.has_focus)


async def test_other_weights_have_other_violins_and_the_keys_stay():
    async with inspecting(given((weight(1, "kernel", (3, 3)), weight(4, "kernel", (3, 3)))), "v") as (app, pane, pilot):
        panel = await all_layers(pilot, pane)
        other = Given((weight(4, "kernel", (3, 3)), weight(5, "kernel", (3, 3))))
        pane.inspected = None
        await until(pilot, lambda: "loading the weights" in screen_of(app))
        assert "No weights" not in screen_of(app)
        pane.inspected = other
        await until(pilot, lambda: [pair.row for pair in panel.violins.pairs] == [4, 5] and panel.has_focus)
        await pilot.press("right")
        await until(pilot, lambda: chosen(panel) == (4, "kernel"))


async def test_of_nothing_there_are_no_violins():
    async with inspecting(given((), Architecture((28, 28, 1), (Flatten(),))), "v") as (app, pane, pilot):
        await shown(pilot, pane)
        await pilot.press("a", "right", "b", "end", "pageup", "up")
        await pilot.pause()
        assert "No layer has weights" in screen_of(app)
