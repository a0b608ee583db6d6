"""What a trained network is made of, and what it makes of one example: arrays, row by row."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

__all__ = ["LayerOutput", "Weight"]


class LayerOutput(Struct, frozen=True, eq=False):
    """One example on its way through the network: what the layer in ``row`` makes of it; row 0 is the input."""

    row: int
    values: NDArray[np.float32]
    """Of the layer's output shape."""


class Weight(Struct, frozen=True, eq=False):
    """A weight, bias or statistic of the layer in ``row``, as training began and as it is now."""

    row: int
    name: str
    """As Keras calls it: kernel, bias, gamma, moving_mean ..."""
    before: NDArray[np.float32]
    after: NDArray[np.float32]
