"""A layer from a few words."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fields.types import FieldError
from core.network.layer_query import find_layers, parse_layer
from core.network.layers import LSTM, Conv1D, Conv2D, Dense, Dropout, Layer, MaxPooling2D


@pytest.mark.parametrize(
    ("text", "layer"),
    [
        ("dense 10 softmax", Dense(10, "softmax")),
        ("den 10", Dense(10, "relu")),
        ("d 10", Dense(10, "relu")),
        ("dense softmax 10", Dense(10, "softmax")),
        ("conv 32 3x3 relu same", Conv2D(32, (3, 3), padding="same", activation="relu")),
        ("conv 8 5 tanh", Conv2D(8, (5, 5), activation="tanh")),
        ("conv2d filters=8 kernel_size=5", Conv2D(8, (5, 5), activation="relu")),
        ("pool 2", MaxPooling2D((2, 2))),
        ("POOL 3x3 same", MaxPooling2D((3, 3), padding="same")),
        ("drop 0.3", Dropout(0.3)),
        ("lstm 64", LSTM(64)),
    ],
)
def test_words_become_fields(text: str, layer: Layer) -> None:
    assert parse_layer(text, (28, 28, 1)) == layer


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no layer"),
        ("  ", "no layer"),
        ("nonsense", "no layer nonsense"),
        ("dense foo", "Dense has no argument foo$"),
        ("dense 10 10 10", "Dense has no argument 10$"),
        ("dense 10 sofmax", r"Dense has no argument sofmax: did you mean softmax\?"),
        ("dense 10 softm", r"did you mean softmax\?"),
        ("dense unit=10", r"Dense has no argument unit: did you mean units\?"),
        ("dense units=", "units: expected a whole number"),
        ("dense 0", "units: expected a whole number of at least 1, not 0"),
        ("conv 0", "filters: expected a whole number of at least 1, not 0"),
        ("conv 32 0", "kernel_size: expected a whole number from 1 to 1000, not 0"),
        ("conv 32 0x3", "kernel_size: expected a whole number from 1 to 1000, not 0"),
        ("pool -1", "pool_size: expected a whole number from 1 to 1000, not -1"),
        ("drop 1.5", "rate: expected a number"),
        ("drop 1", "rate: expected a number"),
    ],
)
def test_a_word_that_fits_nothing_is_named_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(FieldError, match=f"^{why}" if "did" not in why else why):
        parse_layer(text, (28, 28, 1))


def test_the_layer_that_fits_the_input_is_preferred() -> None:
    assert isinstance(parse_layer("conv 8", (28, 28)), Conv1D)
    assert isinstance(parse_layer("conv 8", (28, 28, 1)), Conv2D)
    assert isinstance(parse_layer("conv 8"), Conv2D)


@given(st.sampled_from(sorted(Layer.members)), st.integers(1, 40))
def test_every_beginning_of_a_name_finds_its_layer(name: str, length: int) -> None:
    found = find_layers(name[:length])
    assert name == "Input" or name in [layer.__name__ for layer in found]


@given(st.text(max_size=60))
def test_no_text_brings_it_down(text: str) -> None:
    with suppress(FieldError):
        assert isinstance(parse_layer(text, (28, 28, 1)), Layer)
