"""The gradients view: a line for every layer, its figures and how they went, while training goes on."""

from math import nan

import pytest
from msgspec.structs import replace

from core.events import LayerSample, StepSampled
from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten
from tests.tui.driving import Themed, check_golden, faint_texts, lines_of, screen_of, themes_in_turn, until
from tests.tui.inspect.networks import Network, fixed, inspecting, trained
from tui.inspect.views.gradients.view import chart_of
from tui.theme import DARK, LIGHT
from tui.training_session import TrainedNetwork
from tui.widgets.gradient_table import percent

SIZES = [(80, 24), (120, 36)]


def told(*samples: StepSampled, architecture: Architecture | None = None) -> Network:
    """A network whose training took ``samples``."""
    network = fixed()
    run = TrainedNetwork("deep", architecture, network.run.plan) if architecture else network.run
    return Network(run, replace(network.history, samples=samples), network.inspected)


def line(app, row: int) -> str:
    """The line of the table about the layer in ``row``."""
    return next(line for line in lines_of(app) if line.lstrip(" !").startswith(f"{row}  "))


async def test_the_screen_is_as_it_was_last_looked_at(update):
    async with inspecting(fixed(), "g", SIZES[0]) as (app, _pane, pilot):
        for name in ("inspect-gradients", "inspect-gradients-chart"):
            if name.endswith("chart"):
                await pilot.resize_terminal(*SIZES[0])
                await pilot.press("enter")
            for size in SIZES:
                await pilot.resize_terminal(*size)
                for theme in themes_in_turn(app, LIGHT, DARK):
                    app.theme = theme.name
                    await pilot.pause()
                    assert not faint_texts(app, 3.0), (name, size, theme.name)
                    if theme is DARK:
                        check_golden(app, f"{name}-{size[0]}x{size[1]}", update=update)


@pytest.mark.keras
async def test_the_figures_are_those_of_the_newest_sample():
    network = trained()
    async with inspecting(network, "g") as (app, _pane, _pilot):
        newest = network.history.samples[-1]
        assert {layer.row for layer in newest.layers} == {1, 4, 5}
        for layer in newest.layers:
            shown = line(app, layer.row)
            assert f"{layer.gradient:.1e}" in shown
            assert f"{layer.update:.1e}" in shown
            assert percent(layer.dead) == shown.split()[-2]
            assert percent(layer.saturated) == shown.split()[-1]
        assert f"the last at step {newest.step:,}" in screen_of(app)


async def test_the_largest_gradient_has_the_longest_bar():
    async with inspecting(fixed(), "g") as (app, _pane, _pilot):
        newest = fixed().history.samples[-1]
        lengths = [line(app, layer.row).count("\u2588") for layer in newest.layers]
        assert [layer.gradient for layer in newest.layers] == sorted(layer.gradient for layer in newest.layers)
        assert lengths == sorted(lengths)
        assert lengths[0] < lengths[-1]


async def test_o_follows_another_quantity():
    async with inspecting(fixed(), "g") as (app, pane, pilot):
        seen = []
        for _ in range(4):
            seen.append(pane.view.table.quantity)
            assert f"{seen[-1]} trend" in screen_of(app)
            await pilot.press("o")
        assert seen == ["gradient", "update", "dead", "saturated"]
        assert pane.view.table.quantity == "gradient"


async def test_enter_draws_the_layer_and_the_arrows_choose_it():
    async with inspecting(fixed(), "g") as (app, pane, pilot):
        await pilot.press("enter")
        await until(pilot, lambda: "1 Conv2D 4·5×5 relu: norm of the loss's gradient" in screen_of(app))
        await pilot.press("down", "o")
        await until(pilot, lambda: "4 Dense 16 sigmoid: step as a share" in screen_of(app))
        await pilot.press("o")
        await until(pilot, lambda: "no relu, so no unit can die" in screen_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: not pane.view.chart.display or not pane.view.charted)
        assert "no relu" not in screen_of(app)
        await pilot.press("end", "enter")
        assert pane.view.table.chosen.row == 5


async def test_a_click_chooses_and_a_second_opens_the_chart():
    async with inspecting(fixed(), "g") as (_app, pane, pilot):
        await pilot.click(pane.view.table, offset=(10, 2))
        assert pane.view.table.chosen.row == 4
        await pilot.click(pane.view.table, offset=(10, 3), times=2)
        await until(pilot, lambda: pane.view.charted)
        assert pane.view.table.chosen.row == 5
        await pilot.click(pane.view.table, offset=(10, 0))
        assert pane.view.table.chosen.row == 5


def test_the_chart_is_over_epochs_and_in_powers_of_ten():
    history = fixed().history
    from core.inspection.gradients import layer_trends

    drawn = chart_of(layer_trends(history.samples)[4], "gradient", "4 Dense", history)
    assert [round(point.x * 94) for point in drawn.curves[0].points] == [1, 40, 94, 120, 188]
    assert all(10**point.y == pytest.approx(0.25 / (1 + round(point.x * 94) / 100)) for point in drawn.curves[0].points)
    assert [label for _, label in drawn.y.ticks(5)] == ["1e-2", "1e-1", "1e0"] or drawn.y.low == -2
    shares = chart_of(layer_trends(history.samples)[4], "saturated", "4 Dense", history)
    assert (shares.y.low, shares.y.high, shares.y.percent) == (0, 1, True)
    assert chart_of(layer_trends(history.samples)[4], "dead", "4 Dense", history) is None


async def test_numbers_that_are_none_are_told_with_the_step_since_when():
    good = LayerSample(1, 0.5, 3.0, 1e-3, 0.25, None)
    bad = LayerSample(1, nan, nan, nan, 1.0, None)
    other = LayerSample(5, 0.5, 3.0, 0.2, None, None)
    network = told(StepSampled(1, (good, other)), StepSampled(120, (bad, other)), StepSampled(188, (bad, other)))
    async with inspecting(network, "g", SIZES[0]) as (app, _pane, pilot):
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: "NaN since step 120" in line(app, 1))
            assert line(app, 1).lstrip().startswith("!")
            assert "large" in line(app, 5)
            assert "!" not in line(app, 5)
            await pilot.press("enter")
            await until(pilot, lambda: "NaN from here" in screen_of(app))
            await pilot.press("escape")
            await until(pilot, lambda: "NaN from here" not in screen_of(app))


async def test_while_it_trains_new_samples_come_in():
    whole = fixed().history
    network = told(*whole.samples[:2])
    async with inspecting(network, "g") as (app, pane, pilot):
        assert "2 samples of single steps, the last at step 40" in screen_of(app)
        for number in (3, 4, 5):
            pane.history = replace(whole, samples=whole.samples[:number])
        await until(pilot, lambda: "5 samples of single steps, the last at step 188" in screen_of(app))
        # Another training: what the last one told is gone at once.
        pane.history = replace(whole, samples=(), ended=None)
        await pilot.pause()
        assert "No samples yet" in screen_of(app)


async def test_behind_another_view_nothing_is_drawn_and_back_again_all_of_it():
    whole = fixed().history
    async with inspecting(told(*whole.samples[:2]), "g") as (_app, pane, pilot):
        view = pane.view
        await pilot.press("f")
        pane.history = whole
        await until(pilot, lambda: not view.active)
        assert len(view.table.samples) == 2
        await pilot.press("g")
        await until(pilot, lambda: len(view.table.samples) == 5)


async def test_without_samples_it_says_so():
    async with inspecting(told(), "g") as (app, pane, pilot):
        assert "No samples were taken" in screen_of(app)
        await pilot.press("down", "enter", "o", "end")  # there is nothing to choose
        assert not pane.view.chart.display
    async with inspecting(told(StepSampled(1, ())), "g") as (app, pane, pilot):
        assert "No layer has weights" in screen_of(app)


async def test_a_hundred_layers_scroll():
    deep = Architecture((28, 28, 1), (Flatten(), *(Dense(9, "sigmoid") for _ in range(99)), Dense(10, "softmax")))
    layers = tuple(LayerSample(row, 10.0 ** (row / 10 - 10), 3.0, 1e-3, None, 0.5) for row in range(2, 102))
    network = told(*(StepSampled(step, layers) for step in range(1, 401)), architecture=deep)
    async with inspecting(network, "g", (80, 24)) as (app, pane, pilot):
        assert line(app, 2)
        await pilot.press("end")
        await until(pilot, lambda: any("101  Dense 10 softmax" in shown for shown in lines_of(app)))
        assert not any("  2  Dense" in shown for shown in lines_of(app))
        await pilot.press("pageup")
        assert 80 < pane.view.table.chosen.row < 101
        await pilot.press("home")
        await until(pilot, lambda: any("  2  Dense 9 sigmoid" in shown for shown in lines_of(app)))
        assert all(len(shown) <= 80 for shown in lines_of(app))


async def test_the_table_needs_samples_and_an_architecture_alone():

    from tui.widgets.gradient_table import GradientTable

    network = fixed()

    class Alone(Themed):
        def compose(self):
            yield GradientTable()

    app = Alone()
    app.register_theme(DARK)
    async with app.run_test(size=(100, 12)) as pilot:
        table = app.query_one(GradientTable)
        table.samples = network.history.samples
        await pilot.pause()
        assert "?" in line(app, 4)
        table.architecture = network.run.architecture
        await pilot.pause()
        assert "Dense 16 sigmoid" in line(app, 4)


def test_shares_take_four_cells():
    assert [percent(share) for share in (None, nan, 0.0, 0.001, 0.25, 0.999, 1.0)] == [
        "-", "NaN", "0%", "<1%", "25%", ">99%", "100%",
    ]  # fmt: skip


async def test_no_figure_is_cut_off_however_narrow():
    async with inspecting(fixed(), "g", (60, 24)) as (app, _pane, pilot):
        for width in (60, 66, 71, 72, 80):
            await pilot.resize_terminal(width, 24)
            await pilot.pause()
            lines = lines_of(app)
            head = next(line for line in lines if "Grad." in line and "Layer" in line)
            assert head.split()[-3:] == ["Update", "Dead", "Sat."], width
            assert ("gradient" in head) == (width > 71), width
            for row, sample in zip((1, 4, 5), fixed().history.samples[-1].layers, strict=True):
                line = next(line for line in lines if line.split()[:1] == [str(row)])
                assert line.split()[-4:] == [
                    f"{sample.update:.1e}",
                    "usual",
                    percent(sample.dead),
                    percent(sample.saturated),
                ], width
                assert len(line) == len(head), width
