"""What leaves numbers as they are: another shape, or what is off when a network predicts."""

from core.backpropagation.explanation import Explanation, cell, digits
from core.backpropagation.operations.operation import Index, Names, Operation
from core.formulas.arrays import Array
from core.network.shapes import Shape

__all__ = ["Reshaped"]


class Reshaped(Operation, frozen=True, eq=False):
    """The same numbers in the same order, in ``shape``; ``remark`` says why."""

    shape: Shape
    remark: str

    def forward(self, x: Array) -> Array:
        return x.reshape(self.shape)

    def backward(self, x: Array, y: Array, gradient: Array) -> Array:
        return gradient.reshape(x.shape)

    def formula(self, names: Names) -> str:
        return f"{names.input}, {self.remark}"

    def back_formula(self, names: Names) -> str:
        return f"{names.output_gradient}, likewise"

    def explain(self, x: Array, y: Array, index: Index, names: Names) -> Explanation:
        return _same(cell(names.output, index), names.input, _there(y, index, x), y[index])

    def explain_back(self, x: Array, y: Array, gradient: Array, back: Array, index: Index, names: Names) -> Explanation:
        name = cell(names.input_gradient, index)
        return _same(name, names.output_gradient, _there(x, index, y), back[index])


def _there(here: Array, index: Index, other: Array) -> Index:
    """Where the number at ``index`` of ``here`` is in ``other``, which has another shape."""
    at = 0
    for size, place in zip(here.shape, index, strict=True):
        at = at * size + place
    found: list[int] = []
    for size in reversed(other.shape):
        at, place = divmod(at, size)
        found.append(place)
    return tuple(reversed(found))


def _same(name: str, source: str, index: Index, value: float) -> Explanation:
    return Explanation(name, cell(source, index), value, digits(value))
