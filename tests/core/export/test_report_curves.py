"""Charts as SVG: whole, inside their frame, readable without color, and whatever the runs are called."""

import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.charts import Point
from core.export.chart_svg import Figure, svg
from core.export.sections import charts
from core.history import History
from core.run_charts import BEST, RUNS, TRAINING, VALIDATION
from tests.core import generated
from tests.core.export.reported import history

SVG = "{http://www.w3.org/2000/svg}"
FIGURES = pytest.mark.parametrize("figure", ["loss", "accuracy"])

heights = st.floats(0, 1e4, allow_subnormal=False)
curves = st.lists(st.tuples(st.floats(0.001, 500), heights), max_size=60).map(
    lambda points: tuple(Point(*point) for point in sorted(dict(points).items()))
)
histories = st.builds(
    History, loss=curves, val_loss=curves, accuracy=curves.map(lambda some: tuple(Point(x, y / 1e4) for x, y in some))
)


def single(quantity: str, went: History) -> Figure | None:
    return next((figure for figure in charts.single(went) if figure.name == quantity), None)


def overlaid(quantity: str, histories: list[tuple[str, History]]) -> Figure | None:
    return next((figure for figure in charts.overlaid(histories) if figure.name == f"runs-{quantity}"), None)


def drawn(chart: Figure | None, *, alone: bool = False) -> ET.Element:
    assert chart is not None
    return ET.fromstring(svg(chart, alone=alone))  # noqa: S314  # what we wrote ourselves


def frame(picture: ET.Element) -> tuple[float, float, float, float]:
    left, top, width, height = map(float, picture.attrib["viewBox"].split())
    return left, top, left + width, top + height


def places(picture: ET.Element) -> list[tuple[float, float]]:
    """Everywhere that something is drawn."""
    found = []
    for element in picture.iter():
        if "points" in element.attrib:
            found += [tuple(map(float, pair.split(","))) for pair in element.attrib["points"].split()]
        for x, y in (("x", "y"), ("x1", "y1"), ("x2", "y2"), ("cx", "cy")):
            if x in element.attrib and element.tag != f"{SVG}rect":
                found.append((float(element.attrib[x]), float(element.attrib[y])))
    return found  # type: ignore[return-value]  # the pairs are pairs


@FIGURES
@settings(max_examples=40, deadline=None)
@given(went=histories)
def test_everything_is_drawn_inside_the_frame(figure: str, went: History) -> None:
    chart = single(figure, went)
    if chart is None:
        assert not (went.loss or went.val_loss) or figure == "accuracy"
        return
    picture = drawn(chart)
    left, top, right, bottom = frame(picture)
    assert all(left <= x <= right and top <= y <= bottom for x, y in places(picture))


@FIGURES
def test_a_chart_has_a_title_and_a_description_that_are_read_out(figure: str) -> None:
    picture = drawn(single(figure, history(3)))
    named = {element.attrib["id"]: element.text for element in picture.iter() if "id" in element.attrib}
    title, description = picture.attrib["aria-labelledby"].split()
    assert picture.attrib["role"] == "img"
    assert named[title] == figure.capitalize()
    assert "validation" in (named[description] or "")


def test_a_file_of_its_own_has_style_and_background_and_a_part_of_a_page_has_neither() -> None:
    chart = single("loss", history(2))
    alone, inside = drawn(chart, alone=True), drawn(chart)
    assert alone.find(f"{SVG}style") is not None
    assert alone.find(f"{SVG}rect") is not None
    assert inside.find(f"{SVG}style") is None
    assert inside.find(f"{SVG}rect") is None


def test_each_curve_is_drawn_through_its_points_with_a_mark_at_each_epoch_that_was_validated() -> None:
    picture = drawn(single("loss", history(6, best=4)))
    groups = {group.attrib["class"]: group for group in reversed(list(picture.iter(f"{SVG}g")))}
    curves = [group for group in picture.iter(f"{SVG}g") if group is not groups[group.attrib["class"]]]
    training, validation, best = curves
    assert training.find(f"{SVG}polyline") is not None
    assert len(validation.findall(f"{SVG}circle")) == 6
    assert len(best.findall(f"{SVG}polygon")) == 1


def test_curves_can_be_told_apart_without_color() -> None:
    for together in (RUNS, (TRAINING, VALIDATION, BEST)):
        for one, other in combinations(together, 2):
            assert (one.dash, one.mark, one.hollow) != (other.dash, other.mark, other.hollow)


def test_a_curve_of_many_points_is_drawn_of_few_and_marked_here_and_there() -> None:
    many = History(val_accuracy=tuple(Point(epoch, epoch / 5000) for epoch in range(1, 4001)))
    picture = svg(overlaid("accuracy", [("long", many)]))  # type: ignore[arg-type]  # there is a chart
    assert len(picture) < 20_000
    assert picture.count("<circle") <= 25


@settings(max_examples=40, deadline=None)
@given(st.lists(generated.texts(), min_size=1, max_size=8))
def test_names_of_any_kind_are_text_and_nothing_else(names: list[str]) -> None:
    went = history(2)
    plain = drawn(overlaid("loss", [(f"run {number}", went) for number, _ in enumerate(names)]))
    named = drawn(overlaid("loss", [(name, went) for name in names]))
    assert sorted(element.tag for element in named.iter()) == sorted(element.tag for element in plain.iter())
    texts = [element.text or "" for element in named.iter(f"{SVG}text")]
    assert all(text.isprintable() for text in texts)
    assert [text for text in texts if "<script>" in text] == []
