"""What a step of training begins with: the weights of a network, and what its optimizer keeps for each of them."""

from collections.abc import Mapping

from msgspec import Struct

from core.formulas.arrays import Array

__all__ = ["SYMBOLS", "Key", "State"]

Key = tuple[int, str]
"""The row of a layer, and Keras's name of one of its weights: kernel, bias, gamma, moving_mean ..."""

SYMBOLS: Mapping[str, str] = {"kernel": "W", "bias": "b", "gamma": "gamma", "beta": "beta"}
"""What the weights that are trained are called in formulas, by Keras's name."""


class State(Struct, frozen=True, eq=False):
    """A network and its optimizer between two steps."""

    weights: Mapping[Key, Array]
    slots: Mapping[Key, Mapping[str, Array]]
    """What the optimizer keeps for a weight, by Keras's name of the variable; empty for a new one."""
    learning_rate: float
    steps: int = 0
    """How many steps the optimizer has taken."""

    def of_row(self, row: int) -> dict[str, Array]:
        """The weights of the layer in ``row``, by Keras's names."""
        return {name: values for (at, name), values in self.weights.items() if at == row}
