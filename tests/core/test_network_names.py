"""What a network without a name is called."""

import pytest
from hypothesis import given

from core import presets
from core.network.architecture import Architecture
from core.network.layers import LSTM, Dense, Flatten
from core.network.names import network_name
from core.presets import UNTITLED, Preset
from core.runs.labels import default_label, document_name
from tests.core.generated import architectures


@pytest.mark.parametrize(
    ("preset", "name"),
    [
        ("ffnn-10", "784-10-10"),
        ("mlp-500-250-125-bn-dropout", "784-500-250-125-10"),
        ("lenet-5", "C6-P-C16-P-120-84-10"),
        ("keras-convnet", "C32-P-C64-P-10"),
    ],
)
def test_a_network_is_called_by_its_sizes(preset: str, name: str) -> None:
    assert network_name(presets.load(presets.find(preset)).architecture) == name


def test_recurrent_layers_are_named() -> None:
    assert network_name(Architecture((28, 28), (LSTM(64), Dense(10, "softmax")))) == "LSTM64-10"


def test_a_run_takes_the_name_of_its_preset_or_of_its_network() -> None:
    architecture = Architecture((28, 28, 1), (Flatten(), Dense(256, "relu"), Dense(10, "softmax")))
    assert default_label(Preset("mine", architecture)).name == "mine"
    assert default_label(Preset(UNTITLED, architecture)).name == "784-256-10"
    assert default_label(Preset("", architecture)).name == "784-256-10"
    assert default_label(Preset("", Architecture((28, 28, 1)))).name == UNTITLED


def test_a_document_is_not_called_by_what_its_network_is_made_of() -> None:
    architecture = Architecture((28, 28, 1), (Flatten(), Dense(256, "relu"), Dense(10, "softmax")))
    untitled, named = Preset(UNTITLED, architecture), Preset("mine", architecture)
    assert document_name("784-256-10", untitled) == UNTITLED
    assert document_name("best so far", untitled) == "best so far"
    assert document_name("mine", named) == "mine"
    assert document_name("renamed", named) == "renamed"


@given(architectures())
def test_no_network_brings_it_down(architecture: Architecture) -> None:
    assert "None" not in network_name(architecture)
