"""Arguments are written in the order that Keras's own signatures have."""

import inspect
from typing import Any

import pytest
from hypothesis import given, settings

from core.keras_call import Call
from core.network.layers import AveragePooling2D, Layer
from core.presets import Preset
from tests.core.generated import LAYERS, instances

pytestmark = pytest.mark.keras


def calls(value: Any) -> list[Call]:
    """``value`` and every call among its arguments."""
    inner = [call for _, argument in value.arguments for call in calls(argument)] if isinstance(value, Call) else []
    return [value, *inner] if isinstance(value, Call) else []


def signature(function: str) -> list[str]:
    import keras

    made: Any = keras
    for name in function.split("."):
        made = getattr(made, name)
    return list(inspect.signature(made.__init__).parameters)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layers_arguments_stand_as_in_its_signature(name: str) -> None:
    @settings(max_examples=40)
    @given(instances(Layer.members[name], wide=True))
    def check(layer: Layer) -> None:
        for call in layer.calls():
            for one in calls(call):
                known = signature(one.function)
                given = [argument for argument, _ in one.arguments]
                # What Keras takes by **kwargs, such as trainable, comes behind the others.
                assert given == sorted(given, key=lambda name: known.index(name) if name in known else len(known))

    check()


def test_a_window_of_the_usual_size_comes_before_its_strides() -> None:
    from core.export.script import script
    from core.network.architecture import Architecture

    pooling = AveragePooling2D(strides=(1, 1), padding=1)
    text = script(Preset("pool", Architecture((8, 8, 1), (pooling,))))
    assert 'AveragePooling2D(pool_size=(2, 2), strides=(1, 1), padding="valid")' in text
