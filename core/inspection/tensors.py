"""The weights and layer outputs of a trained network, row by row."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

__all__ = ["LayerOutput", "Weight"]


class LayerOutput(Struct, frozen=True, eq=False):
    """The output of the layer in ``row`` for one example; row 0 is the input."""

    row: int
    values: NDArray[np.float32]
    """With the layer's output shape."""


class Weight(Struct, frozen=True, eq=False):
    """A weight, bias or statistic of the layer in ``row``, before training and now."""

    row: int
    name: str
    """Its name in Keras: kernel, bias, gamma, moving_mean ..."""
    before: NDArray[np.float32]
    after: NDArray[np.float32]
