"""The mistakes that exercises know, each on a layer where its answer can be computed by heart."""

import pytest

from core.learn.exercise import Answer, Asked, Question, What, answer
from core.learn.mistakes import misconceptions
from core.network.architecture import Architecture
from core.network.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    Layer,
    MaxPooling2D,
)
from core.network.summary import summarize

IMAGE = (10, 10, 3)


def feedback(shape: tuple[int, ...], layers: tuple[Layer, ...], what: What, layer: int | None = 1) -> dict[Answer, str]:
    question = Question(Architecture(shape, layers), Asked(layer, what))
    summary = summarize(question.architecture)
    right = answer(summary, question.asked)
    found = {known.answer: known.feedback for known in misconceptions(question, summary, right)}
    assert right not in found
    return found


@pytest.mark.parametrize(
    ("layer", "wrong", "says"),
    [
        (Conv2D(5, (3, 3), (2, 2)), (5, 5, 5), "rounded up"),
        (Conv2D(5, (3, 3), (2, 2)), (3, 3, 5), "+ 1 is missing"),
        (Conv2D(5, (3, 3), (2, 2)), (8, 8, 5), "stride is left out"),
        (Conv2D(5, (3, 3), (2, 2)), (4, 4, 3), "channels are those of the input"),
        (Conv2D(5, (3, 3), (2, 2)), (4, 4, 15), "multiplied"),
        (Conv2D(5, (5, 5), padding=1), (6, 6, 5), "padding is left out"),
        (Conv2D(5, (5, 5), padding=2), (8, 8, 5), "counted once"),
        (Conv2D(5, (3, 3), (3, 3), padding="same"), (3, 3, 5), "padding is left out"),
        (Conv2D(5, (2, 2), (3, 3), padding="same"), (10, 10, 5), "stride is left out"),
        (Conv2D(5, (3, 3), dilation_rate=(2, 2)), (8, 8, 5), "dilation is left out"),
        (Conv2D(5, (3, 1)), (10, 8, 5), "mixed up"),
        (MaxPooling2D((4, 4), (2, 2)), (4, 4, 1), "put together"),
        (MaxPooling2D((2, 2)), (5, 5, 1), "channels are pooled too"),
    ],
)
def test_mistakes_in_a_shape(layer: Layer, wrong: Answer, says: str) -> None:
    assert says in feedback(IMAGE, (layer,), "output_shape")[wrong]


@pytest.mark.parametrize(
    ("layer", "what", "wrong", "says"),
    [
        (Conv2D(5, (3, 3)), "params", 135, "biases are left out"),
        (Conv2D(5, (3, 3)), "params", 50, "depth is left out"),
        (Conv2D(5, (3, 3)), "params", 28, "One filter alone"),
        (Conv2D(5, (3, 3)), "params", 138, "for each channel of the input"),
        (Conv2D(5, (3, 3)), "params", 64 * 135 + 5, "every position"),
        (Conv2D(5, (3, 3)), "weights", 140, "biases are counted too"),
        (Conv2D(5, (3, 3), use_bias=False), "params", 140, "not there"),
        (Conv2D(6, (3, 3), groups=3), "params", 168, "groups are left out"),
        (Conv2D(5, (3, 3), (2, 2)), "multiply_adds", 64 * 135, "stride is left out"),
        (Conv2D(5, (3, 3)), "multiply_adds", 100 * 135, "positions are those of the input"),
        (Conv2D(5, (3, 3)), "multiply_adds", 135, "counted once"),
        (DepthwiseConv2D((3, 3)), "params", 28, "counted as a Conv2D"),
        (BatchNormalization(), "params", 6, "left out: they are not trained"),
        (BatchNormalization(), "params", 4, "as a whole"),
        (BatchNormalization(), "params", 1200, "Every pixel"),
        (BatchNormalization(), "statistics", 12, "All parameters"),
        (BatchNormalization(), "statistics", 3, "One for each channel"),
    ],
)
def test_mistakes_in_a_count(layer: Layer, what: What, wrong: int, says: str) -> None:
    assert says in feedback(IMAGE, (layer,), what)[wrong]


def test_mistakes_in_a_dense_layer() -> None:
    found = feedback((20,), (Dense(3),), "params")
    assert "biases are left out" in found[60]
    assert "for each input" in found[80]
    assert "for a whole layer" in found[61]
    assert "are added" in found[26]


def test_mistakes_in_a_stack() -> None:
    stack = (Conv2D(4, (3, 3)), MaxPooling2D((2, 2)), Flatten(), Dense(2))
    found = feedback(IMAGE, stack, "params", None)
    assert "pooling is left out" in found[112 + 8 * 8 * 4 * 2 + 2]
    assert "Flatten is left out" in found[112 + 4 * 2 + 2]
    assert "biases are left out" in found[108 + 64 * 2]
    flat = feedback(IMAGE, stack, "output_shape", 3)
    assert "channels are left out" in flat[16,]
    assert "pooling is left out" in flat[256,]


def test_mistakes_in_one_layer_of_a_stack_leave_out_the_others() -> None:
    stack = (Conv2D(4, (3, 3)), MaxPooling2D((2, 2)), Flatten(), Dense(2))
    found = feedback(IMAGE, stack, "params", 4)
    assert "for a whole layer" in found[64 * 2 + 1]
    assert "for each input" in found[64 * 2 + 64]
    assert "are added" in found[64 + 2 + 2]
