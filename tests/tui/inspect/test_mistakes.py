"""The Mistakes view: which digits it shows, in which order, its keys, and networks that make none or nothing but."""

from collections import Counter

import numpy as np
import pytest
from msgspec.structs import replace

from core.datasets import DATASETS
from core.datasets.catalog import mnist
from core.inspection.results import Results
from tests.tui.driving import check_golden, faint_texts, keys, lines_of, screen_of, themes_in_turn, until
from tests.tui.inspect.networks import QUICK, SMALL, Fixed, fixed, inspecting, trained
from tui.inspect.views.mistakes.filters import Filter
from tui.inspect.views.mistakes.gallery import TILE, caption
from tui.inspect.views.mistakes.view import MistakesView
from tui.theme import DARK, LIGHT

LEAST = 3.0
SIZES = [(80, 24), (120, 36), (200, 60)]
PLACES = {(80, 24): (2, 2), (120, 36): (3, 5), (200, 60): (5, 11)}
"""Rows and columns of pictures in each size."""
CLASSES = DATASETS["mnist"].classes


@pytest.fixture
def walked(monkeypatch):
    """The digits that a person wanted to see walk."""
    told = []

    def heard(view, event):
        told.append((event.image, event.truth))

    monkeypatch.setattr(MistakesView, "on_walk_wanted", heard, raising=False)
    return told


class Answering(Fixed):
    """Answers all test digits with outputs of one's own."""

    def __init__(self, outputs):
        super().__init__(SMALL, QUICK)
        digits = mnist.load()
        self.images, self.labels = digits.x_test, digits.y_test.astype(np.int32)
        self.given = np.asarray(outputs(self.labels), np.float32)

    def results(self, wanted=lambda: True):
        return Results.of(self.given, self.labels, 1.0, CLASSES)


def answering(outputs):
    return replace(fixed(), inspected=Answering(outputs))


def wrong(network):
    """All mistakes, (example, true class, taken for, output for that), the surest first, found one by one."""
    results = network.inspected.results()
    labels = results.labels.tolist()
    taken = [(max(range(10), key=row.__getitem__), max(row)) for row in results.probabilities.tolist()]
    found = [(at, labels[at], *answer) for at, answer in enumerate(taken) if answer[0] != labels[at]]
    return sorted(found, key=lambda mistake: -mistake[3])


async def ready(pane, pilot):
    """The view, once it has everything."""
    await until(pilot, lambda: pane.view.images is not None)
    await until(pilot, lambda: pane.view.gallery.has_focus)
    return pane.view


async def test_it_looks_as_it_did_when_last_looked_at(update):
    async with inspecting(fixed(), "m", SIZES[0]) as (app, pane, pilot):
        view = await ready(pane, pilot)
        await keys(pilot, "right")
        for size in SIZES:
            await pilot.resize_terminal(*size)
            for theme in themes_in_turn(app, LIGHT, DARK):
                app.theme = theme.name
                await pilot.pause()
                assert not faint_texts(app, LEAST), (size, theme.name)
                if theme is DARK:
                    check_golden(app, f"inspect-mistakes-{size[0]}x{size[1]}", update=update)
            grid = view.gallery.grid
            assert (grid.rows, grid.columns) == PLACES[size]
        await pilot.resize_terminal(80, 24)
        view.show(3, 8)
        await pilot.pause()
        check_golden(app, "inspect-mistakes-filter-80x24", update=update)
        assert not faint_texts(app, LEAST)


@pytest.mark.keras
async def test_the_surest_mistakes_come_first_and_the_chosen_one_is_told_in_words():
    network = trained()
    mistakes = wrong(network)
    async with inspecting(network, "m") as (app, pane, pilot):
        view = await ready(pane, pilot)
        assert f"{len(mistakes)} mistakes, most confident first   page 1 of {-(-len(mistakes) // 15)}" in screen_of(app)
        for place in range(3):
            example, true, taken, sure = mistakes[view.gallery.place]
            assert view.gallery.place == place
            assert f">{true} as {taken}  {100 * sure:.1f}%" in screen_of(app)
            other = 100 * network.inspected.results().probabilities[example, true]
            assert f"class {true}, predicted {taken}" in screen_of(app)
            assert f"{100 * sure:.1f}% for {taken}, {other:.1f}% for {true}" in screen_of(app)
            assert f"x_test[{example}]" in screen_of(app)
            np.testing.assert_array_equal(view.chosen.digit.images[0], network.inspected.images[example])
            np.testing.assert_array_equal(view.chosen.outputs.outputs, view.results.probabilities[example])
            await keys(pilot, "right")


@pytest.mark.keras
async def test_the_filters_show_the_mistakes_of_a_true_class_and_of_an_answer():
    network = trained()
    counts = Counter((true, taken) for _, true, taken, _ in wrong(network))
    in_class = [sum(counts[digit, other] for other in range(10)) for digit in range(10)]
    as_answer = [sum(counts[other, digit] for other in range(10)) for digit in range(10)]
    async with inspecting(network, "m") as (app, pane, pilot):
        view = await ready(pane, pilot)
        await keys(pilot, "a")
        assert f"{in_class[0]} mistakes in class 0, most confident first" in screen_of(app)
        await keys(pilot, "a", "a", "A")
        assert f"{in_class[1]} mistakes in class 1, most confident first" in screen_of(app)
        await keys(pilot, "x", "b", "b", "b")
        assert f"{as_answer[2]} wrongly predicted 2, most confident first" in screen_of(app)
        await keys(pilot, "B", "B", "B", "B")
        assert f"{as_answer[9]} wrongly predicted 9" in screen_of(app)
        await keys(pilot, *"aaaaa")
        assert view.filter == Filter(4, 9)
        assert f"{counts[4, 9]} of class 4 predicted 9, most confident first" in screen_of(app)
        assert ">4 as 9" in screen_of(app)
        await keys(pilot, "escape")
        assert view.filter == Filter()
        assert "all mistakes" not in screen_of(app)


@pytest.mark.keras
async def test_a_cell_on_the_diagonal_shows_the_right_answers():
    network = trained()
    results = network.inspected.results()
    right = sum(1 for at in range(10_000) if results.labels[at] == 6 == results.probabilities[at].argmax())
    async with inspecting(network, "m") as (app, pane, pilot):
        view = await ready(pane, pilot)
        view.show(6, 6)
        await pilot.pause()
        assert f"{right} of class 6 predicted 6, correct, most confident first" in screen_of(app)
        assert ">6 as 6" in screen_of(app)
        assert "class 6, predicted 6, correct" in screen_of(app)
        view.show(6, None)
        await pilot.pause()
        assert view.gallery.place == 0
        assert "mistakes in class 6" in screen_of(app)


async def test_arrows_and_page_keys_go_through_all_of_them(size):
    rows, columns = PLACES[size]
    last = len(wrong(fixed())) - 1
    async with inspecting(fixed(), "m", size) as (app, pane, pilot):
        view = await ready(pane, pilot)
        gallery, page = view.gallery, rows * columns
        steps = [
            ("left", 0),
            ("up", 0),
            ("right", 1),
            ("down", 1 + columns),
            ("left", columns),
            ("up", 0),
            ("pagedown", page),
            ("left", page - 1),
            ("right", page),
            ("pageup", 0),
            ("end", last),
            ("down", last),
            ("right", last),
            ("pagedown", last),
            ("home", 0),
        ]
        for key, place in steps:
            await keys(pilot, key)
            assert gallery.place == place, key
            assert f"page {place // page + 1} of {last // page + 1}" in screen_of(app)
            assert sum(line.count(">" + f"{view.results.labels[view._items[place]]} as") for line in lines_of(app)) == 1


async def test_enter_walks_the_digit_that_is_chosen(walked):
    example, true, *_ = wrong(fixed())[2]
    async with inspecting(fixed(), "m") as (_app, pane, pilot):
        await ready(pane, pilot)
        await keys(pilot, "right", "right", "enter")
        await until(pilot, lambda: walked)
        image, truth = walked[0]
        assert truth == CLASSES[true]
        np.testing.assert_array_equal(image, fixed().inspected.images[example])
        await until(pilot, lambda: pane.chosen == "walk")


async def test_the_mouse_chooses_a_digit_and_walks_it(size, walked):
    _, columns = PLACES[size]
    async with inspecting(fixed(), "m", size) as (_app, pane, pilot):
        gallery = (await ready(pane, pilot)).gallery
        second = (TILE[1] + 3, TILE[0] + 3)
        await pilot.click(gallery, offset=second)
        await until(pilot, lambda: gallery.place == columns + 1)
        await pilot.click(gallery, offset=(TILE[1], 3))
        assert gallery.place == columns + 1
        await pilot.click(gallery, offset=second, times=2)
        await until(pilot, lambda: walked)


async def test_the_mouse_changes_the_filter():
    async with inspecting(fixed(), "m") as (app, pane, pilot):
        view = await ready(pane, pilot)
        for word, expected in {
            "true class": Filter(0),
            "predicted: any": Filter(0, 0),
            "all mistakes": Filter(),
        }.items():
            line = view.line.region.y
            column = lines_of(app)[line].index(word) + 2
            await pilot.click(view.line, offset=(column - view.line.region.x, 0))
            await until(pilot, lambda: view.filter == expected)  # noqa: B023  # awaited within the loop
            await pilot.pause()


async def test_a_filter_that_fits_nothing_says_so_and_which_key_clears_it(walked):
    results = fixed().inspected.results()
    true, taken = np.argwhere(results.confusion == 0)[0].tolist()
    async with inspecting(fixed(), "m", (80, 24)) as (app, pane, pilot):
        view = await ready(pane, pilot)
        view.show(true, taken)
        await pilot.pause()
        assert f"No digit of class {true} was predicted {taken}: x shows all mistakes again." in screen_of(app)
        assert not faint_texts(app, LEAST)
        await keys(pilot, "enter", "right", "pagedown", "end")
        assert not walked
        await keys(pilot, "x")
        assert "91 mistakes" in screen_of(app)


async def test_a_network_that_makes_no_mistake():
    async with inspecting(answering(lambda labels: np.eye(10)[labels]), "m") as (app, pane, pilot):
        view = await ready(pane, pilot)
        assert "No mistakes: all 10,000 predictions are correct." in screen_of(app)
        assert view.gallery.has_focus
        await keys(pilot, "a")
        assert "No mistakes in class 0: x shows" in screen_of(app)
        await keys(pilot, "x", "b")
        assert "No digit was wrongly predicted 0: x shows" in screen_of(app)
        view.show(5, 5)
        await pilot.pause()
        assert "892 of class 5 predicted 5, correct" in screen_of(app)


async def test_a_network_that_gives_nothing_but_nan():
    async with inspecting(answering(lambda labels: np.full((len(labels), 10), np.nan)), "m") as (app, pane, pilot):
        await ready(pane, pilot)
        assert "No predictions: the network's outputs are NaN for all 10,000 digits." in screen_of(app)
        await keys(pilot, "a", "right", "enter", "end")
        assert "NaN for all 10,000 digits" in screen_of(app)


async def test_a_network_that_gives_nan_now_and_then():
    def outputs(labels):
        answers = np.eye(10)[(labels + 1) % 10]
        answers[:100, 3] = np.nan
        return answers

    async with inspecting(answering(outputs), "m", (80, 24)) as (app, pane, pilot):
        await ready(pane, pilot)
        assert "9,900 mistakes, most confident first; 100 gave NaN   page 1 of 2,475" in screen_of(app)


async def test_ten_thousand_digits_are_on_pages():
    async with inspecting(answering(lambda labels: np.eye(10)[np.full(len(labels), 1)]), "m") as (app, pane, pilot):
        view = await ready(pane, pilot)
        assert "8,865 mistakes, most confident first   page 1 of 591" in screen_of(app)
        await keys(pilot, "end")
        assert "page 591 of 591" in screen_of(app)
        assert view.gallery.place == 8_864
        assert len(view.gallery._drawn) <= view.gallery.grid.places


async def test_while_the_network_is_asked_it_says_so_and_keeps_no_pictures():
    async with inspecting(fixed(), "m") as (app, pane, pilot):
        view = await ready(pane, pilot)
        pane.results = None
        await pilot.pause()
        assert "evaluating the network on the 10,000 test digits ..." in screen_of(app)
        await keys(pilot, "a", "x", "enter", "right")
        pane.inspected = None
        await until(pilot, lambda: view.images is None)
        await pilot.pause()
        assert not len(view.gallery._images)


async def test_linear_outputs_are_told_as_they_are():
    def outputs(labels):
        answers = -5.0 * np.ones((len(labels), 10))
        answers[np.arange(len(labels)), (labels + 1) % 10] = 12.5
        return answers

    async with inspecting(answering(outputs), "m") as (app, pane, pilot):
        await ready(pane, pilot)
        assert "12.5 for 8, -5 for 7" in screen_of(app)
        assert "%" not in "".join(lines_of(app)[5:-2])


def test_a_caption_is_as_wide_as_the_picture_whatever_the_names():
    outputs, labels = np.eye(2, dtype=np.float32)[[1, 0]], np.array([0, 1])
    for names in (("0", "1"), ("T-shirt/top", "Trouser"), ("a\nb", "\x1b[31m")):
        results = Results.of(outputs, labels, 0.5, names)
        assert len(caption(results, 0)) == TILE[1] - 1
        assert caption(results, 0).endswith(" 100.0%")
        assert "\x1b" not in caption(results, 1)


def test_stepping_a_filter_goes_round():
    filters = [Filter()]
    for _ in range(4):
        filters.append(filters[-1].stepped("true", 1, 3))
    assert [each.true for each in filters] == [None, 0, 1, 2, None]
    assert Filter(1).stepped("predicted", -1, 3) == Filter(1, 2)
