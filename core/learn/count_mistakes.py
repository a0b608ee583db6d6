"""Mistakes in a number of parameters or multiply-adds."""

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from core.learn.edits import Edit, Wrong, answer_after, recount, reformulate, revalue, with_fields
from core.learn.exercise import Question, answer
from core.learn.shape_mistakes import as_same, without_stride
from core.network.formulas import Formula, Number
from core.network.layers import Activation, Conv2D, Layer
from core.network.layers.core import DENSE_WEIGHTS
from core.network.shapes import count
from core.network.summary import Row, Summary

__all__ = ["count_mistakes"]

ADDED = Formula("weights", "inputs + units")


def _without_biases(layer: Layer) -> Layer:
    return with_fields(layer, use_bias=False)


def _with_biases(layer: Layer) -> Layer:
    return with_fields(layer, use_bias=True)


def _without_groups(layer: Layer) -> Layer:
    return with_fields(layer, groups=1)


def _not_separable(layer: Layer) -> Layer:
    filters = getattr(layer, "filters", getattr(layer, "depth_multiplier", 0))
    if "depth_multiplier" not in layer.__struct_fields__:
        return layer
    kernel: tuple[int, int] = getattr(layer, "kernel_size", (1, 1))
    return Conv2D(filters, kernel, use_bias=getattr(layer, "use_bias", True))


def _one_multiplier(layer: Layer) -> Layer:
    return with_fields(layer, depth_multiplier=1)


def _not_flattened(layer: Layer) -> Layer:
    return Activation("linear") if layer.type == "Flatten" else layer


def _unpooled(layer: Layer) -> Layer:
    return Activation("linear") if layer.pooling else layer


def _whole(layer: Layer) -> Layer:
    return with_fields(layer, center=True, scale=True)


EDITS = (
    Edit(_without_biases, "The biases are left out: there is one for each filter or unit."),
    Edit(_with_biases, "Biases are counted that are not there: a layer without biases has weights alone."),
    Edit(_without_groups, "The groups are left out: a filter sees only the channels of its group."),
    Edit(_not_separable, "It is counted as a Conv2D: here a filter of the window sees one channel alone."),
    Edit(_one_multiplier, "The filters for each channel are left out: there are several for each."),
    Edit(_whole, "Gamma and beta are both counted: one of them is switched off here."),
    Edit(_not_flattened, "Flatten is left out: a Dense layer behind it sees all numbers of the image."),
    Edit(_unpooled, "The pooling is left out: it leaves fewer numbers for the layers behind it."),
)
WORK_EDITS = (
    Edit(without_stride, "The stride is left out: it leaves fewer positions of the window."),
    Edit(as_same, "The positions are those of the input's pixels: the window has as many as the output has."),
)


class Revaluation(Struct, frozen=True):
    """A mistake that puts other ``values`` into the formulas of a layer, or into those ``of`` one name alone."""

    values: Callable[[Row], Mapping[str, int]]
    feedback: str
    of: str = ""

    def __call__(self, row: Row, number: Number) -> Number:
        """``number`` as the mistake computes it."""
        return revalue(number, self.values(row)) if self.of in ("", number.name) else number


REVALUATIONS = (
    Revaluation(lambda _: {"depth": 1}, "The depth is left out: a filter has weights for every channel of its input."),
    Revaluation(
        lambda _: {"kernel_w": 1},
        "One side of the window is left out: a filter has weights for its height times its width.",
    ),
    Revaluation(lambda _: {"filters": 1}, "One filter alone is counted: every filter has weights of its own."),
    Revaluation(
        lambda row: {"filters": _last_size(row)},
        "The biases are counted for each channel of the input: there is one for each filter.",
        of="biases",
    ),
    Revaluation(
        lambda row: {"units": _last_size(row)},
        "The biases are counted for each input: there is one for each unit.",
        of="biases",
    ),
    Revaluation(
        lambda _: {"units": 1, "filters": 1},
        "One bias is counted for a whole layer: there is one for each filter or unit.",
        of="biases",
    ),
    Revaluation(
        lambda row: {"channels": count(row.input or ())},
        "Every pixel is counted by itself: batch normalization has its numbers for each channel.",
    ),
    Revaluation(
        lambda _: {"channels": 1},
        "The layer is counted as a whole: batch normalization has its numbers for each channel.",
    ),
    Revaluation(lambda _: {"rows": 1}, "One row alone is counted: the weights are used again for every row."),
    Revaluation(
        lambda row: {"inputs": count(row.input or ())},
        "All numbers of the table are taken as inputs: Dense works along the last axis, a row at a time.",
    ),
)


def count_mistakes(question: Question, summary: Summary) -> Iterator[Wrong]:
    """Wrong answers to a question about a count, the likeliest first."""
    rows, what = summary.rows, question.asked.what
    if what == "multiply_adds":
        yield from answer_after(question, WORK_EDITS)
    yield from _other_counts(question, summary)
    yield from answer_after(question, EDITS)
    for mistake in REVALUATIONS:
        yield recount(question, rows, mistake), mistake.feedback
    yield recount(question, rows, _added), "Inputs and units are added: every unit has a weight for every input."


def _other_counts(question: Question, summary: Summary) -> Iterator[Wrong]:
    """Counts of something else, right in themselves."""
    asked = question.asked

    def of(*names: str) -> int:
        counts = [answer(summary, replace(asked, what=name)) for name in names]
        return sum(each for each in counts if isinstance(each, int))

    normalized = of("statistics") > 0
    if asked.what == "params" and normalized:
        yield of("weights", "biases"), "The moving mean and variance are left out: they are not trained, but counted."
        yield of("statistics"), "Only the moving mean and variance are counted: gamma and beta are parameters too."
    if asked.what == "statistics":
        yield of("params"), "All parameters are counted: only the moving mean and variance are statistics."
        yield of("statistics") // 2, "One for each channel is counted: there are a moving mean and a moving variance."
    if asked.what == "weights":
        yield of("params"), "The biases are counted too: the question is about the weights alone."
    if asked.what == "params" and (work := of("multiply_adds")) and not normalized:
        yield work + of("biases"), "Weights are counted at every position or row: all of them share the same weights."
    if asked.what == "biases":
        yield of("params"), "All parameters are counted: the question is about the biases alone."
    if asked.what == "multiply_adds":
        yield of("weights"), "Each weight is counted once: it is used again at every position or row."
        yield of("multiply_adds", "biases"), "The biases are counted too: they are added, not multiplied."


def _added(_row: Row, number: Number) -> Number:
    return reformulate(number, DENSE_WEIGHTS, ADDED)


def _last_size(row: Row) -> int:
    return (row.input or (1,))[-1]
