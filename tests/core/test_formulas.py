"""A formula's text is its computation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.network.formulas import Formula, Number, total
from core.network.layers import Layer, LayerError
from tests.core.generated import layers, shapes

FUNCTIONS = {"floor": lambda x: x // 1, "ceil": lambda x: -(-x // 1), "max": max}


def test_a_number_shows_how_it_came_about() -> None:
    weights = Formula("weights", "height * width * depth", "a source")(height=5, width=5, depth=6)
    assert weights == Number("weights", 150, "height * width * depth", (("height", 5), ("width", 5), ("depth", 6)))
    assert weights.substituted == "5 * 5 * 6"


def test_the_name_can_be_another() -> None:
    assert Formula("size", "2 * one")("height", one=3).name == "height"


def test_functions_stay_and_negative_values_stand_in_brackets() -> None:
    size = Formula("size", "max(0, floor((size - window) / stride) + 1)")(size=3, window=-2, stride=2)
    assert size.substituted == "max(0, floor((3 - (-2)) / 2) + 1)"
    assert size.value == 3


def test_names_within_names_are_not_replaced() -> None:
    assert Formula("n", "size_a * size")(size=2, size_a=7).substituted == "7 * 2"


def test_a_formula_reaches_nothing_but_its_values() -> None:
    for text in ("open", "__import__", "print"):
        with pytest.raises(NameError):
            Formula("escape", text)()


def test_total_of_none_is_zero() -> None:
    assert total(()) == 0
    assert total((Formula("a", "n")(n=2), Formula("b", "n")(n=3))) == 5


@given(layers(), shapes())
def test_every_number_of_every_layer_is_what_its_steps_say(layer: Layer, shape: tuple[int, ...]) -> None:
    try:
        facts = layer.facts(shape)
    except LayerError:
        return
    for number in (*facts.sizes, *facts.weights, *facts.biases, *facts.statistics, *facts.multiply_adds):
        assert isinstance(number.value, int)
        assert eval(number.substituted, {"__builtins__": {}}, FUNCTIONS) == number.value  # noqa: S307  # our own text


@given(st.integers(0, 10**6), st.integers(1, 50), st.integers(1, 20))
def test_the_sliding_window_is_counted_stop_by_stop(size: int, window: int, stride: int) -> None:
    from core.network.shapes import output_size

    size %= 300
    slid = output_size("height", size, window, stride, "valid")
    stops = range(0, size - window + 1, stride)
    assert max(slid.output, 0) == len(stops)
    if stops:
        assert slid.unseen == size - (stops[-1] + window)
