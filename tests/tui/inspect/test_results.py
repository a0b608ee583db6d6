"""The Results view: its figures against a count example by example, its keys, and networks that give no answer."""

from collections import Counter

import numpy as np
import pytest
from msgspec.structs import replace

from core.datasets import DATASETS
from core.inspection.results import Results, TrainingResults
from tests.tui.driving import check_golden, faint_texts, keys, lines_of, screen_of, themes_in_turn, until
from tests.tui.inspect.networks import QUICK, SMALL, Fixed, fixed, inspecting, trained
from tui.inspect.views.results.confusion import HEADER
from tui.inspect.views.results.view import ResultsView, cell, figures
from tui.theme import DARK, LIGHT

LEAST = 3.0
SIZES = [(80, 24), (120, 36), (200, 60)]
CLASSES = DATASETS["mnist"].classes


@pytest.fixture
def wanted(monkeypatch):
    """The cells that a person wanted to see."""
    told = []

    def heard(view, event):
        told.append((event.true, event.predicted))

    monkeypatch.setattr(ResultsView, "on_cell_wanted", heard, raising=False)
    return told


class Answering(Fixed):
    """Answers with outputs of one's own."""

    def __init__(self, outputs):
        super().__init__(SMALL, QUICK)
        self.given = np.asarray(outputs(self.labels), np.float32)

    def results(self, wanted=lambda: True):
        return Results.of(self.given, self.labels, float("nan"), CLASSES)


class Unreadable(Fixed):
    """Has lost its pictures."""

    @property
    def images(self):
        raise RuntimeError("the device [b]is gone[/b]")

    @images.setter
    def images(self, images):
        pass


def answering(outputs):
    return replace(fixed(), inspected=Answering(outputs))


def counted(network):
    """How often each class was taken for which one, counted one by one."""
    results = network.inspected.results()
    answers = [max(range(10), key=row.__getitem__) for row in results.probabilities.tolist()]
    return Counter(zip(network.inspected.labels.tolist(), answers, strict=True))


def row_of(app, name):
    """The words in the row of the class ``name``."""
    return next(line.split() for line in lines_of(app) if line.split()[:1] == [name] and len(line.split()) == 15)


async def ready(pane, pilot):
    """The view, once it has everything."""
    await until(pilot, lambda: pane.view.images is not None)
    pane.view.focus_default()
    await until(pilot, lambda: pane.view.matrix.has_focus)
    return pane.view


async def test_it_looks_as_it_did_when_last_looked_at(update):
    async with inspecting(fixed(), "r", SIZES[0]) as (app, pane, pilot):
        view = await ready(pane, pilot)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            for theme in themes_in_turn(app, LIGHT, DARK):
                app.theme = theme.name
                for percent in (True, False):
                    view.matrix.percent = percent
                    await pilot.pause()
                    assert not faint_texts(app, LEAST), (size, theme.name)
                if theme is DARK:
                    check_golden(app, f"inspect-results-{size[0]}x{size[1]}", update=update)
        await pilot.resize_terminal(80, 24)
        await keys(pilot, "c")
        check_golden(app, "inspect-results-percent-80x24", update=update)


@pytest.mark.keras
async def test_every_figure_is_that_of_the_answers(size):
    network = trained()
    counts = counted(network)
    right = sum(counts[digit, digit] for digit in range(10))
    async with inspecting(network, "r", size) as (app, pane, pilot):
        await ready(pane, pilot)
        said = screen_of(app)
        assert f"accuracy {right / 100:.2f}%, {right:,} of 10,000 correct" in said
        for digit in range(10):
            row = row_of(app, str(digit))
            assert [0 if text == "\u00b7" else int(text) for text in row[1:11]] == [
                counts[digit, other] for other in range(10)
            ]
            support = sum(counts[digit, other] for other in range(10))
            found = sum(counts[other, digit] for other in range(10))
            hits = counts[digit, digit]
            expected = [hits / found, hits / support, 2 * hits / (found + support)]
            assert row[11:14] == [f"{value:.3f}" for value in expected]
            assert row[14] == f"{support:,}"
        recalls = [counts[digit, digit] / sum(counts[digit, other] for other in range(10)) for digit in range(10)]
        assert f"recall {sum(recalls) / 10:.3f}, F1" in said


@pytest.mark.keras
async def test_the_cursor_begins_at_the_most_frequent_confusion_and_n_goes_on_from_there():
    network = trained()
    counts = counted(network)
    mistakes = sorted((-count, cell) for cell, count in counts.items() if cell[0] != cell[1])
    async with inspecting(network) as (app, pane, pilot):
        view = await ready(pane, pilot)
        assert view.matrix.cell == mistakes[0][1]
        (true, taken), count = mistakes[0][1], -mistakes[0][0]
        assert f"most confused: {true} as {taken} ({count} of " in screen_of(app)
        for _, (true, taken) in mistakes[1:4]:
            await keys(pilot, "n")
            assert view.matrix.cell == (true, taken)
            support = sum(counts[true, other] for other in range(10))
            share = 100 * counts[true, taken] / support
            said = f"class {true}: {counts[true, taken]} of {support:,} predicted {taken} ({share:.1f}%)"
            assert said in screen_of(app)


@pytest.mark.keras
async def test_other_results_have_the_cursor_at_their_own_worst_confusion():
    async with inspecting(answering(lambda labels: np.eye(10)[np.where(labels == 7, 1, labels)])) as (app, pane, pilot):
        view = await ready(pane, pilot)
        assert view.matrix.cell == (7, 1)
        await keys(pilot, "down", "down")
        other = answering(lambda labels: np.eye(10)[np.where(labels == 4, 9, labels)])
        pane.results = other.inspected.results()
        await until(pilot, lambda: view.matrix.cell == (4, 9))
        assert "most confused: 4 as 9 (" in screen_of(app)


async def test_percent_of_the_true_class_and_back():
    network = trained()
    counts = counted(network)
    support = sum(counts[3, other] for other in range(10))
    async with inspecting(network) as (app, pane, pilot):
        await ready(pane, pilot)
        before = row_of(app, "3")
        await keys(pilot, "c")
        shares = [100 * counts[3, other] / support for other in range(10)]
        assert row_of(app, "3")[1:11] == [f"{share:.1f}" if share else "\u00b7" for share in shares]
        assert "% of the true class" in screen_of(app)
        await keys(pilot, "c")
        assert row_of(app, "3") == before


@pytest.mark.keras
async def test_the_digits_below_are_the_surest_of_the_cell():
    network = trained()
    async with inspecting(network, "r", (120, 36)) as (_app, pane, pilot):
        view = await ready(pane, pilot)
        true, taken = view.matrix.cell
        results = network.inspected.results()
        outputs = results.probabilities
        inside = [at for at in range(10_000) if results.labels[at] == true and outputs[at].argmax() == taken]
        surest = max(inside, key=lambda at: outputs[at, taken])
        await until(pilot, lambda: view.digits.images)
        np.testing.assert_array_equal(view.digits.images[0], network.inspected.images[surest])


async def test_arrows_go_from_cell_to_cell_and_stop_at_the_edges():
    async with inspecting(fixed()) as (_app, pane, pilot):
        view = await ready(pane, pilot)
        view.matrix.cell = (0, 0)
        for key, expected in {
            "right": (0, 1),
            "down": (1, 1),
            "end": (1, 9),
            "right ": (1, 9),
            "left": (1, 8),
            "up": (0, 8),
            "up ": (0, 8),
            "home": (0, 0),
        }.items():
            await keys(pilot, key.strip())
            assert view.matrix.cell == expected, key


async def test_enter_wants_the_digits_of_the_cell_unless_it_is_empty(wanted):
    results = fixed().inspected.results()
    row, column = np.argwhere(results.confusion == 0)[0].tolist()
    async with inspecting(fixed()) as (app, pane, pilot):
        view = await ready(pane, pilot)
        view.matrix.cell = (row, column)
        await keys(pilot, "enter")
        assert f"class {row}: none of {results.support[row]} predicted {column}" in screen_of(app)
        assert "enter shows" not in screen_of(app)
        view.matrix.cell = (4, 4)
        await keys(pilot, "enter")
        assert wanted == [(4, 4)]


async def test_the_mouse_chooses_a_cell_and_opens_it(wanted):
    async with inspecting(fixed(), "r", SIZES[0]) as (app, pane, pilot):
        view = await ready(pane, pilot)

        def line_of_six():
            return view.matrix.region.y + HEADER + 6 * view.matrix.lines + view.matrix.lines // 2

        for size in SIZES:
            await pilot.resize_terminal(*size)
            wanted.clear()
            view.matrix.cell = (0, 0)
            await until(pilot, lambda: "35" in lines_of(app)[line_of_six()])
            line = line_of_six()
            column = lines_of(app)[line].index("35")
            offset = (column - view.matrix.region.x, line - view.matrix.region.y)
            await pilot.click(view.matrix, offset=offset)
            await until(pilot, lambda: view.matrix.cell == (6, 6))
            assert "class 6: 35 of 43 predicted 6, correct" in screen_of(app)
            await pilot.click(view.matrix, offset=offset, times=2)
            await until(pilot, lambda: wanted == [(6, 6)])
            await until(pilot, lambda: pane.chosen == "mistakes")
            await pilot.press("r")
            await until(pilot, lambda: pane.view is view)
            await pilot.click(view.matrix, offset=(1, 0))
            assert view.matrix.cell == (6, 6), size


async def test_while_the_network_is_asked_it_says_so():
    async with inspecting(fixed()) as (app, pane, pilot):
        view = await ready(pane, pilot)
        cell = view.matrix.cell
        pane.results = None
        await pilot.pause()
        assert "evaluating the network on the 10,000 test digits ..." in screen_of(app)
        assert "class" not in "".join(lines_of(app)[3:])
        await keys(pilot, "enter", "n", "down")
        pane.results = fixed().inspected.results()
        await until(pilot, lambda: "accuracy 81.80%" in screen_of(app))
        assert view.matrix.cell == cell
        await keys(pilot, "n")
        assert view.matrix.cell != cell


async def test_without_a_network_nothing_is_kept():
    async with inspecting(fixed()) as (_app, pane, pilot):
        view = await ready(pane, pilot)
        pane.state = "preparing"
        await until(pilot, lambda: view.inspected is None)
        await pilot.pause()
        assert view.images is None
        assert view.matrix.results is None


async def test_a_network_that_gives_nothing_but_nan(size, wanted):
    async with inspecting(answering(lambda labels: np.full((len(labels), 10), np.nan)), "r", size) as (
        app,
        pane,
        pilot,
    ):
        await ready(pane, pilot)
        said = screen_of(app)
        assert "! 500 of 500 digits have no prediction: the outputs are NaN" in said
        assert "loss nan" in said
        assert "accuracy 0.00%, 0 of 500 correct" in said
        assert row_of(app, "7")[11:] == ["-", "0.000", "0.000", "49"]
        await keys(pilot, "n", "enter", "c")
        assert not wanted
        assert not faint_texts(app, LEAST)


async def test_a_class_that_is_never_answered_has_no_precision():
    async with inspecting(answering(lambda labels: np.eye(10)[np.where(labels == 7, 1, labels)])) as (app, pane, pilot):
        await ready(pane, pilot)
        assert row_of(app, "7")[11:] == ["-", "0.000", "0.000", "49"]
        assert row_of(app, "2")[11:] == ["1.000", "1.000", "1.000", "55"]
        await keys(pilot, "c")
        assert row_of(app, "2")[1:11] == ["\u00b7"] * 2 + ["100"] + ["\u00b7"] * 7


async def test_without_mistakes_n_stays_where_it_is():
    async with inspecting(answering(lambda labels: np.eye(10)[labels])) as (app, pane, pilot):
        view = await ready(pane, pilot)
        await keys(pilot, "down", "right", "n")
        assert view.matrix.cell == (1, 1)
        assert "class 1: 67 of 67 predicted 1, correct (100.0%); enter shows them" in screen_of(app)


async def test_pictures_that_cannot_be_had_are_told_in_a_line():
    async with inspecting(replace(fixed(), inspected=Unreadable(SMALL, QUICK))) as (app, _pane, pilot):
        await until(pilot, lambda: "The digits could not be loaded: the device [b]is gone[/b]" in screen_of(app))
        assert "accuracy 81.80%" in screen_of(app)


async def test_names_that_are_long_or_steer_the_terminal_are_made_to_fit():
    names = ("T-shirt/top", "a\x1b[31m[b]", *CLASSES[2:])
    async with inspecting(fixed(), "r", (80, 24)) as (app, pane, pilot):
        view = await ready(pane, pilot)
        pane.results = replace(fixed().inspected.results(), classes=names)
        await until(pilot, lambda: "T-sh\u2026" in screen_of(app))
        assert "T-shirt/top" in screen_of(app)
        assert "\x1b" not in screen_of(app)
        assert all(len(line) <= 80 for line in lines_of(app))
        assert view.matrix.size.width == 78


def test_figures_and_cells_in_words():
    outputs, labels = np.eye(3, dtype=np.float32)[[0, 1, 1, 1]], np.array([0, 0, 1, 1])
    results = Results.of(outputs, labels, 0.25, ("a", "b", "c"))
    assert figures(results) == (
        "loss 0.2500   accuracy 75.00%, 3 of 4 correct",
        "macro precision 0.833, recall 0.750, F1 0.733",
    )
    assert cell(results, 0, 1) == "class a: 1 of 2 predicted b (50.0%); enter shows them"
    assert cell(results, 1, 1) == "class b: 2 of 2 predicted b, correct (100.0%); enter shows them"
    assert cell(results, 1, 0) == "class b: none of 2 predicted a"
    assert cell(results, 2, 0) == "class c: the test set has none"


async def test_in_the_lowest_terminal_the_cell_chosen_is_in_sight():
    async with inspecting(fixed(), "r", (60, 18)) as (app, pane, pilot):
        await until(pilot, lambda: app.focused is pane.view.matrix)
        view = pane.view
        for row in (9, 0):
            view.matrix.cell = (row, 0)
            await until(pilot, lambda row=row: any(line.split()[:1] == [str(row)] for line in lines_of(app)))


def test_what_the_same_weights_make_of_what_they_learned_from_stands_beside_it():
    judged = Results.of(
        np.eye(2)[[0, 1, 1, 1]], np.array([0, 1, 1, 0]), 0.5, ("a", "b"), TrainingResults(0.1, 0.9375, 10_000)
    )
    assert judged.generalization_gap == 0.9375 - 0.75
    assert figures(judged)[1] == "training accuracy 93.75% on 10,000 examples, generalization gap 18.75 pp"
