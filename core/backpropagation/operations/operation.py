"""The base of all operations."""

from collections.abc import Mapping

from msgspec import Struct

from core.backpropagation.explanation import Explanation
from core.formulas.arrays import Array

__all__ = ["Index", "Names", "Operation"]

Index = tuple[int, ...]
"""Where a number is in an array."""


class Names(Struct, frozen=True):
    """What the arrays around an operation are called."""

    input: str
    output: str
    layer: int

    def weight(self, symbol: str) -> str:
        """A weight of the layer: ``W2``."""
        return f"{symbol}{self.layer}"

    @property
    def input_gradient(self) -> str:
        """The gradient of the loss at the input: ``dL/da1``."""
        return f"dL/d{self.input}"

    @property
    def output_gradient(self) -> str:
        """That at the output."""
        return f"dL/d{self.output}"

    def weight_gradient(self, symbol: str) -> str:
        """That at a weight."""
        return f"dL/d{self.weight(symbol)}"


class Operation(Struct, frozen=True, eq=False):
    """Maps an array, one example, to another: ``forward``; ``backward`` maps the gradient at its output to that at its
    input. What is explained is the entry at an index of what the operation computes.
    """

    symbol: str
    """Of its output, without the number of the layer: ``z`` or ``a``."""

    @property
    def weights(self) -> Mapping[str, Array]:
        """Its weights by their symbols, those that training changes."""
        return {}

    def forward(self, x: Array) -> Array:
        """The output for ``x``."""
        raise NotImplementedError

    def backward(self, x: Array, y: Array, gradient: Array) -> Array:
        """The gradient at the input ``x``, of which ``y`` is the output."""
        raise NotImplementedError

    def gradients(self, x: Array, gradient: Array) -> Mapping[str, Array]:
        """The gradient at each of the `weights`, by symbol."""
        return {}

    def formula(self, names: Names) -> str:
        """How the output is computed."""
        raise NotImplementedError

    def back_formula(self, names: Names) -> str:
        """How the gradient at the input is computed."""
        raise NotImplementedError

    def gradient_formula(self, symbol: str, names: Names) -> str:
        """How the gradient at a weight is computed."""
        raise NotImplementedError

    def explain(self, x: Array, y: Array, index: Index, names: Names) -> Explanation:
        """Explains an entry of the output ``y``."""
        raise NotImplementedError

    def explain_back(self, x: Array, y: Array, gradient: Array, back: Array, index: Index, names: Names) -> Explanation:
        """Explains an entry of ``back``, the gradient at the input; ``gradient`` is that at the output."""
        raise NotImplementedError

    def explain_gradient(
        self, symbol: str, x: Array, gradient: Array, found: Array, index: Index, names: Names
    ) -> Explanation:
        """Explains an entry of ``found``, the gradient at a weight."""
        raise NotImplementedError
