"""The summary of an architecture: a row for each layer, totals, problems. A pure function of the architecture."""

from functools import lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from core.formatting import show_bytes
from core.network.architecture import Architecture
from core.network.fix import Fix
from core.network.formulas import total
from core.network.layers import Dense, Facts, Flatten, Input, Layer, LayerError, LayerFix
from core.network.layers.base import REMOVE
from core.network.shapes import Shape, channels_last, count, show_shape

__all__ = ["Problem", "Row", "Summary", "Totals", "channels_last_fix", "summarize"]

BYTES_A_NUMBER = 4
"""Size of a float32, Keras's default type."""

LARGEST = 64 * 2**30
"""Maximum size in bytes of a layer's parameters, and of its output for one example."""


class Problem(Struct, frozen=True):
    """Something wrong ("error": it cannot be built or trained) or doubtful ("warning") in a layer or the network."""

    layer: int | None
    severity: Literal["error", "warning"]
    code: str
    message: str
    fix: LayerFix | Fix | None = None
    """A fix of the layer, or of architecture and plan together."""
    cause: str = ""
    """Why it matters, if the message does not say so."""


class Row(Struct, frozen=True):
    """A layer in the stack. It has no facts if its input is unknown or does not fit."""

    index: int
    layer: Layer
    input: Shape | None
    facts: Facts | None

    @property
    def trainable(self) -> int:
        """The number of trainable parameters."""
        return self.layer.trainable_params(self.facts) if self.facts else 0


class Totals(Struct, frozen=True):
    """Sums over the layers with facts. ``multiply_adds`` and activations are for one example."""

    weights: int = 0
    biases: int = 0
    statistics: int = 0
    trainable: int = 0
    multiply_adds: int = 0
    activations: int = 0

    @property
    def params(self) -> int:
        """All parameters: Keras's count_params()."""
        return self.weights + self.biases + self.statistics

    @property
    def non_trainable(self) -> int:
        """Parameters that training does not change."""
        return self.params - self.trainable

    @property
    def parameter_bytes(self) -> int:
        """Memory of all parameters as float32."""
        return self.params * BYTES_A_NUMBER

    @property
    def activation_bytes(self) -> int:
        """Memory of every layer's output for one example, as float32."""
        return self.activations * BYTES_A_NUMBER


class Summary(Struct, frozen=True):
    """The rows, totals and problems of an architecture."""

    rows: tuple[Row, ...]
    totals: Totals
    problems: tuple[Problem, ...]

    @property
    def output(self) -> Shape | None:
        """Shape of the last layer's output; None if unknown."""
        facts = self.rows[-1].facts
        return facts.output if facts else None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that prevent building the architecture."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def summarize(architecture: Architecture) -> Summary:
    """Compute every layer from its input; after the first that cannot be built, all are unknown."""
    rows: list[Row] = []
    problems: list[Problem] = []
    shape: Shape | None = architecture.input_shape
    for index, layer in enumerate(architecture.stack):
        facts, too_large = None, []
        if shape is not None:
            try:
                facts = _facts(layer, shape)
            except LayerError as error:
                problems.append(Problem(index, "error", error.code, error.message, error.fix))
            else:
                problems += [Problem(index, "warning", w.code, w.message, w.fix) for w in facts.warnings]
                too_large = _too_large(index, layer, facts)
                problems += too_large
        rows.append(Row(index, layer, shape, facts))
        shape = facts.output if facts and not too_large else None
    if not architecture.layers:
        flat = len(architecture.input_shape) == 1
        first: Layer = Dense(10, "softmax") if flat else Flatten()
        fix = LayerFix(f"append {first.label}", "append", first)
        problems.append(Problem(None, "error", "empty", "there are no layers yet: add one", fix))
    return Summary(tuple(rows), _totals(rows), tuple(_with_channels_first(architecture.input_shape, problems)))


def channels_last_fix(shape: Shape) -> LayerFix | None:
    """The fix for an input that seems to have its channels first; None if it does not."""
    fixed = channels_last(shape)
    return LayerFix(f"set input_shape={show_shape(fixed)}", "replace", Input(fixed)) if fixed else None


def _with_channels_first(shape: Shape, problems: list[Problem]) -> list[Problem]:
    """``problems`` with a warning if the input seems to have its channels first, which explains the first error."""
    fix = channels_last_fix(shape)
    if fix is None:
        return problems
    cause = f"{show_shape(shape)} has its channels first"
    message = f"{cause}: layers read it as {shape[0]} x {shape[1]} pixels with {shape[2]} channels"
    found = [Problem(0, "warning", "channels-first", message, fix)]
    explained = False
    for problem in problems:
        if problem.severity == "error" and problem.layer and not explained:
            explained = True
            found.append(replace(problem, message=f"{problem.message}: the input {cause}", fix=fix))
        else:
            found.append(problem)
    return found


@lru_cache(maxsize=4096)
def _facts(layer: Layer, shape: Shape) -> Facts:
    return layer.facts(shape)


def _too_large(index: int, layer: Layer, facts: Facts) -> list[Problem]:
    params = facts.params * BYTES_A_NUMBER
    output = count(facts.output) * BYTES_A_NUMBER
    if max(params, output) <= LARGEST:
        return []
    part, size = ("parameters", params) if params >= output else ("output for one example", output)
    limit = f"the limit is {show_bytes(LARGEST)}"
    message = f"{layer.label}: its {part} would take {show_bytes(size)} of memory; {limit}"
    return [Problem(index, "error", "too-large", message, REMOVE if index else None)]


def _totals(rows: list[Row]) -> Totals:
    known = [(row, row.facts) for row in rows if row.facts]
    return Totals(
        weights=sum(total(facts.weights) for _, facts in known),
        biases=sum(total(facts.biases) for _, facts in known),
        statistics=sum(total(facts.statistics) for _, facts in known),
        trainable=sum(row.trainable for row, _ in known),
        multiply_adds=sum(total(facts.multiply_adds) for _, facts in known),
        activations=sum(count(facts.output) for _, facts in known),
    )
