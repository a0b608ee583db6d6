"""Functions of each number by itself, or of each row: activations, scaling and shifting."""

from collections.abc import Mapping

import numpy as np

from core.backpropagation.explanation import DIGITS, Explanation, Term, cell, digits, factor, product, summed
from core.backpropagation.operations.operation import Index, Names, Operation
from core.formulas.activation_formulas import ActivationFormula
from core.formulas.arrays import Array, over
from core.formulas.real_formula import RealFormula

__all__ = ["LogSoftmax", "Normalize", "Pointwise", "Softmax"]


class Pointwise(Operation, frozen=True, eq=False):
    """Applies ``function`` to each number; ``name`` is Keras's."""

    name: str
    function: ActivationFormula

    def forward(self, x: Array) -> Array:
        return over(self.function.function, x=x, **self.function.constants)

    def backward(self, x: Array, y: Array, gradient: Array) -> Array:
        return gradient * over(self.function.slope, x=x, **self.function.constants)

    def formula(self, names: Names) -> str:
        return f"{self.name}({names.input})"

    def back_formula(self, names: Names) -> str:
        return f"{names.output_gradient} * {self.name}'({names.input})"

    def explain(self, x: Array, y: Array, index: Index, names: Names) -> Explanation:
        function, values = self.function.function, {"x": float(x[index]), **self.function.constants}
        known = function.text == f"{self.name}(x)"
        what = "" if known else f", with {_defined(f'{self.name}(x)', function, values)}"
        formula = f"{self.name}({cell(names.input, index)}){what}"
        text = function.form(**values).substituted(values, DIGITS)
        return Explanation(cell(names.output, index), formula, y[index], text)

    def explain_back(self, x: Array, y: Array, gradient: Array, back: Array, index: Index, names: Names) -> Explanation:
        slope, values = self.function.slope, {"x": float(x[index]), **self.function.constants}
        of = f"{self.name}'({cell(names.input, index)})"
        what = _defined(f"{self.name}'(x)", slope, values)
        formula = f"{cell(names.output_gradient, index)} * {of}, with {what}"
        text = f"{digits(gradient[index])} * {factor(slope(**values))}"
        return Explanation(cell(names.input_gradient, index), formula, back[index], text)


def _defined(name: str, formula: RealFormula, values: Mapping[str, float]) -> str:
    """``name`` by its ``formula``, and by the form that is computed for ``values`` if that is another one."""
    form = formula.form(**values)
    computed = "" if form.text == formula.text else f", computed as {form.text}, which does not overflow"
    return f"{name} = {formula.text}{computed}"


class Softmax(Operation, frozen=True, eq=False):
    """Exponentials, each as a share of their sum along the last axis.

    Source of the gradient: Goodfellow, Bengio and Courville, Deep Learning (2016), 6.2.2.3.
    """

    def forward(self, x: Array) -> Array:
        powers = np.exp(x - x.max(axis=-1, keepdims=True))
        shares: Array = powers / powers.sum(axis=-1, keepdims=True)
        return shares

    def backward(self, x: Array, y: Array, gradient: Array) -> Array:
        back: Array = y * (gradient - (gradient * y).sum(axis=-1, keepdims=True))
        return back

    def formula(self, names: Names) -> str:
        return f"softmax({names.input})"

    def back_formula(self, names: Names) -> str:
        g, a = names.output_gradient, names.output
        return f"{a} * ({g} - sum of {g} * {a})"

    def explain(self, x: Array, y: Array, index: Index, names: Names) -> Explanation:
        row = x[index[:-1]]
        z, largest = cell(names.input, index), float(row.max())
        formula = f"exp({z} - max) / sum of exp({names.input} - max), with max = {digits(largest)}"
        power, total = float(np.exp(x[index] - largest)), digits(float(np.exp(row - largest).sum()))
        text = f"exp({digits(x[index] - largest)}) / {total} = {digits(power)} / {total}"
        return Explanation(cell(names.output, index), formula, y[index], text)

    def explain_back(self, x: Array, y: Array, gradient: Array, back: Array, index: Index, names: Names) -> Explanation:
        along = float((gradient[index[:-1]] * y[index[:-1]]).sum())
        g, a = names.output_gradient, names.output
        formula = f"{cell(a, index)} * ({cell(g, index)} - sum of {g} * {a})"
        text = f"{digits(y[index])} * ({digits(gradient[index])} - {factor(along)})"
        return Explanation(cell(names.input_gradient, index), formula, back[index], text)


class LogSoftmax(Operation, frozen=True, eq=False):
    """The logarithms of a softmax along the last axis."""

    def forward(self, x: Array) -> Array:
        shifted = x - x.max(axis=-1, keepdims=True)
        logs: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        return logs

    def backward(self, x: Array, y: Array, gradient: Array) -> Array:
        back: Array = gradient - np.exp(y) * gradient.sum(axis=-1, keepdims=True)
        return back

    def formula(self, names: Names) -> str:
        return f"log softmax({names.input})"

    def back_formula(self, names: Names) -> str:
        return f"{names.output_gradient} - exp({names.output}) * sum of {names.output_gradient}"

    def explain(self, x: Array, y: Array, index: Index, names: Names) -> Explanation:
        row = x[index[:-1]]
        total = float(np.log(np.exp(row - row.max()).sum()) + row.max())
        formula = f"{cell(names.input, index)} - log(sum of exp({names.input}))"
        text = f"{digits(x[index])} - {factor(total)}"
        return Explanation(cell(names.output, index), formula, y[index], text)

    def explain_back(self, x: Array, y: Array, gradient: Array, back: Array, index: Index, names: Names) -> Explanation:
        total = float(gradient[index[:-1]].sum())
        g = names.output_gradient
        formula = f"{cell(g, index)} - exp({cell(names.output, index)}) * sum of {g}"
        text = f"{digits(gradient[index])} - {digits(float(np.exp(y[index])))} * {factor(total)}"
        return Explanation(cell(names.input_gradient, index), formula, back[index], text)


class Normalize(Operation, frozen=True, eq=False):
    """A BatchNormalization that has been trained: with its moving ``mean`` and ``variance``, as when it predicts.

    All arrays are (channels,), which are along ``axis`` of the input. Source: ``keras.layers.BatchNormalization``.
    """

    mean: Array
    variance: Array
    gamma: Array | None
    beta: Array | None
    epsilon: float
    axis: int

    @property
    def weights(self) -> Mapping[str, Array]:
        both = {"gamma": self.gamma, "beta": self.beta}
        return {symbol: values for symbol, values in both.items() if values is not None}

    def _placed(self, values: Array, x: Array) -> Array:
        shape = [1] * x.ndim
        shape[self.axis] = len(values)
        return values.reshape(shape)

    def _scale(self, x: Array) -> Array:
        scale = 1 / np.sqrt(self.variance + self.epsilon)
        return self._placed(scale if self.gamma is None else scale * self.gamma, x)

    def _normal(self, x: Array) -> Array:
        normal: Array = (x - self._placed(self.mean, x)) / self._placed(np.sqrt(self.variance + self.epsilon), x)
        return normal

    def forward(self, x: Array) -> Array:
        y = self._normal(x)
        y = y if self.gamma is None else y * self._placed(self.gamma, x)
        return y if self.beta is None else y + self._placed(self.beta, x)

    def backward(self, x: Array, y: Array, gradient: Array) -> Array:
        return gradient * self._scale(x)

    def gradients(self, x: Array, gradient: Array) -> Mapping[str, Array]:
        others = tuple(axis for axis in range(x.ndim) if axis != self.axis % x.ndim)
        found = {"gamma": (gradient * self._normal(x)).sum(axis=others), "beta": gradient.sum(axis=others)}
        return {symbol: found[symbol] for symbol in self.weights}

    def formula(self, names: Names) -> str:
        scale = "" if self.gamma is None else f"{names.weight('gamma')} * "
        shift = "" if self.beta is None else f" + {names.weight('beta')}"
        return f"{scale}({names.input} - mean) / sqrt(variance + epsilon){shift}"

    def back_formula(self, names: Names) -> str:
        scale = "" if self.gamma is None else f" * {names.weight('gamma')}"
        return f"{names.output_gradient}{scale} / sqrt(variance + epsilon)"

    def gradient_formula(self, symbol: str, names: Names) -> str:
        if symbol == "beta":
            return names.output_gradient
        return f"{names.output_gradient} * ({names.input} - mean) / sqrt(variance + epsilon)"

    def explain(self, x: Array, y: Array, index: Index, names: Names) -> Explanation:
        channel = index[self.axis]
        scale = "" if self.gamma is None else f"{digits(self.gamma[channel])} * "
        shift = "" if self.beta is None else f" + {factor(self.beta[channel])}"
        root = f"sqrt({digits(self.variance[channel])} + {digits(self.epsilon)})"
        text = f"{scale}({digits(x[index])} - {factor(self.mean[channel])}) / {root}{shift}"
        return Explanation(cell(names.output, index), self.formula(names), y[index], text)

    def explain_back(self, x: Array, y: Array, gradient: Array, back: Array, index: Index, names: Names) -> Explanation:
        channel = index[self.axis]
        scale = "" if self.gamma is None else f" * {factor(self.gamma[channel])}"
        root = f"sqrt({digits(self.variance[channel])} + {digits(self.epsilon)})"
        text = f"{digits(gradient[index])}{scale} / {root}"
        return Explanation(cell(names.input_gradient, index), self.back_formula(names), back[index], text)

    def explain_gradient(
        self, symbol: str, x: Array, gradient: Array, found: Array, index: Index, names: Names
    ) -> Explanation:
        along = [gradient, self._normal(x)] if symbol == "gamma" else [gradient]
        columns = [np.moveaxis(each, self.axis, -1)[..., index[0]].ravel() for each in along]
        if symbol == "gamma":
            terms = [product(step, normal) for step, normal in zip(*columns, strict=True)]
        else:
            terms = [Term(digits(step), float(step)) for step in columns[0]]
        name = cell(names.weight_gradient(symbol), index)
        return summed(name, f"sum of {self.gradient_formula(symbol, names)} in the channel", terms, found[index])
