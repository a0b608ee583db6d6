"""The weighted sums of a Dense layer: z = W a + b, along the last axis."""

from collections.abc import Mapping
from itertools import product as places

from core.backpropagation.explanation import Explanation, Term, cell, digits, product, summed
from core.backpropagation.operations.operation import Index, Names, Operation
from core.formulas.arrays import Array

__all__ = ["Affine", "bias_terms"]


class Affine(Operation, frozen=True, eq=False):
    """Multiplies by ``kernel``, (inputs, units), and adds ``bias``, (units,), if there is one.

    Sources: ``keras.layers.Dense``; Goodfellow, Bengio and Courville, Deep Learning (2016), 6.5.6.
    """

    kernel: Array
    bias: Array | None

    @property
    def weights(self) -> Mapping[str, Array]:
        return {"W": self.kernel} | ({} if self.bias is None else {"b": self.bias})

    def forward(self, x: Array) -> Array:
        z: Array = x @ self.kernel
        return z if self.bias is None else z + self.bias

    def backward(self, x: Array, y: Array, gradient: Array) -> Array:
        back: Array = gradient @ self.kernel.T
        return back

    def gradients(self, x: Array, gradient: Array) -> Mapping[str, Array]:
        rows, steps = x.reshape(-1, x.shape[-1]), gradient.reshape(-1, gradient.shape[-1])
        found = {"W": rows.T @ steps}
        return found if self.bias is None else {**found, "b": steps.sum(axis=0)}

    def formula(self, names: Names) -> str:
        bias = "" if self.bias is None else f" + {names.weight('b')}"
        return f"{names.weight('W')} {names.input}{bias}"

    def back_formula(self, names: Names) -> str:
        return f"{names.weight('W')} {names.output_gradient}"

    def gradient_formula(self, symbol: str, names: Names) -> str:
        return names.output_gradient if symbol == "b" else f"{names.input} {names.output_gradient}"

    def explain(self, x: Array, y: Array, index: Index, names: Names) -> Explanation:
        *before, unit = index
        row = x[tuple(before)]
        terms = [product(w, a) for w, a in zip(self.kernel[:, unit], row, strict=True)]
        weight, bias = names.weight("W"), names.weight("b")
        formula = f"sum of {cell(weight, ('i', unit))} * {cell(names.input, (*before, 'i'))} over i"
        if self.bias is not None:
            formula += f", + {cell(bias, (unit,))}"
            terms += bias_terms(self.bias[unit])
        return summed(cell(names.output, index), formula, terms, y[index])

    def explain_back(self, x: Array, y: Array, gradient: Array, back: Array, index: Index, names: Names) -> Explanation:
        *before, unit = index
        terms = [product(w, g) for w, g in zip(self.kernel[unit], gradient[tuple(before)], strict=True)]
        weight = cell(names.weight("W"), (unit, "j"))
        formula = f"sum of {weight} * {cell(names.output_gradient, (*before, 'j'))} over j"
        return summed(cell(names.input_gradient, index), formula, terms, back[index])

    def explain_gradient(
        self, symbol: str, x: Array, gradient: Array, found: Array, index: Index, names: Names
    ) -> Explanation:
        name, value = cell(names.weight_gradient(symbol), index), found[index]
        rows = list(places(*map(range, x.shape[:-1])))
        if symbol == "b":
            steps = [gradient[(*row, index[0])] for row in rows]
            if len(rows) == 1:
                formula = cell(names.output_gradient, (*rows[0], index[0]))
                return Explanation(name, formula, value, digits(steps[0]))
            terms = [Term(digits(step), step) for step in steps]
            return summed(name, f"sum of {names.output_gradient} over all rows", terms, value)
        i, j = index
        terms = [product(x[(*row, i)], gradient[(*row, j)]) for row in rows]
        if len(rows) == 1:
            formula = f"{cell(names.input, (i,))} * {cell(names.output_gradient, (j,))}"
            return Explanation(name, formula, value, terms[0].text)
        formula = f"sum of {names.input}[.., {i}] * {names.output_gradient}[.., {j}] over all rows"
        return summed(name, formula, terms, value)


def bias_terms(bias: float) -> list[Term]:
    """A bias as a term of a sum."""
    return [Term(digits(bias), float(bias))]
