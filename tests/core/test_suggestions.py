"""What makes sense next."""

import pytest
from hypothesis import given

from core import presets
from core.network.architecture import Architecture
from core.network.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from core.network.suggestions import next_layers
from core.network.summary import summarize
from tests.core.generated import architectures


def labels(architecture: Architecture, after: int | None = None) -> list[str]:
    end = len(architecture.layers) if after is None else after
    return [layer.type for layer in next_layers(architecture, end, 10)]


def test_a_dense_network_can_be_built_from_the_first_suggestions() -> None:
    grown = Architecture((28, 28, 1))
    for _ in range(3):
        grown = grown.insert(len(grown.layers) + 1, next_layers(grown, len(grown.layers), 10)[0])
    assert grown.layers == (Flatten(), Dense(128, "relu"), Dense(10, "softmax"))
    assert labels(grown) == []


def test_a_color_image_begins_with_a_convolution_and_pools_after_it() -> None:
    assert labels(Architecture((32, 32, 3)))[0] == "Conv2D"
    assert labels(Architecture((32, 32, 3), (Conv2D(8, (3, 3)),)))[0] == "MaxPooling2D"
    assert labels(Architecture((32, 32, 3), (Conv2D(8, (3, 3)), MaxPooling2D((2, 2)))))[0] == "Conv2D"


def test_the_classes_come_last() -> None:
    hidden = Architecture((28, 28, 1), (Flatten(), Dense(16, "relu"), Dropout(0.5)))
    assert next_layers(hidden, 3, 7)[0] == Dense(7, "softmax")


def test_nothing_is_suggested_below_an_error() -> None:
    assert labels(Architecture((4, 4, 1), (Conv2D(8, (9, 9)),))) == []


@given(architectures())
def test_every_suggestion_fits(architecture: Architecture) -> None:
    for after, row in enumerate(summarize(architecture).rows):
        for layer in next_layers(architecture, after, 10):
            assert row.facts
            assert layer.facts(row.facts.output)


@pytest.mark.parametrize("name", ["lenet-5", "keras-convnet", "ffnn-10"])
def test_complete_networks_need_nothing_more(name: str) -> None:
    assert labels(presets.load(presets.find(name)).architecture) == []
