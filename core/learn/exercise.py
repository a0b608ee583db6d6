"""An exercise as data: the question, the answer, the way to it, and the mistakes that are often made."""

from typing import Literal, get_args

from msgspec import Struct

from core.network.architecture import Architecture
from core.network.formulas import Number, total
from core.network.layers import Facts
from core.network.shapes import show_shape
from core.network.summary import Summary

__all__ = [
    "GRADES",
    "TOPICS",
    "Answer",
    "Asked",
    "Exercise",
    "Misconception",
    "Question",
    "Topic",
    "What",
    "answer",
    "is_number",
    "numbers",
    "show_answer",
]

Topic = Literal["conv-shapes", "conv-params", "pool-shapes", "dense-params", "bn-params", "padding", "stacks"]
What = Literal["output_shape", "weights", "biases", "statistics", "params", "multiply_adds"]
Answer = int | tuple[int, ...]
"""A count; or a shape without the batch axis, channels last."""

TOPICS: tuple[Topic, ...] = get_args(Topic)
GRADES = (1, 2, 3)
"""From hand arithmetic on one layer to whole networks."""


class Asked(Struct, frozen=True):
    """What an exercise asks for, named as in `layerlab summary --json`.

    ``layer`` is the ``index`` there: 1 for the first layer below the input; None for the total of all layers.
    """

    layer: int | None
    what: What


class Misconception(Struct, frozen=True):
    """A wrong answer that a known mistake leads to, and what to say to it."""

    answer: Answer
    feedback: str


class Question(Struct, frozen=True):
    """An architecture, and what is asked about it."""

    architecture: Architecture
    asked: Asked


class Exercise(Struct, frozen=True):
    """One exercise. Its texts are in English and ASCII: `core.typography` typesets them.

    ``id`` is the topic, the grade, the seed and a number: ``conv-shapes-1-7-3``. ``preset`` is the architecture as a
    preset file. The last of ``steps`` ends with the answer.
    """

    id: str
    topic: Topic
    grade: int
    text: str
    preset: str
    asked: Asked
    answer: Answer
    steps: tuple[str, ...]
    misconceptions: tuple[Misconception, ...]


def answer(summary: Summary, asked: Asked) -> Answer:
    """The answer to ``asked``, read off the ``summary`` of an architecture without errors."""
    if asked.layer is None:
        return summary.output or () if asked.what == "output_shape" else int(getattr(summary.totals, asked.what))
    facts = summary.rows[asked.layer].facts
    if facts is None:
        raise ValueError(f"layer {asked.layer} has no facts")
    return facts.output if asked.what == "output_shape" else total(numbers(facts, asked.what))


def numbers(facts: Facts, what: What) -> tuple[Number, ...]:
    """The numbers whose sum is the count ``what`` of a layer."""
    if what == "params":
        return (*facts.weights, *facts.biases, *facts.statistics)
    found: tuple[Number, ...] = getattr(facts, what)
    return found


def show_answer(answer: Answer) -> str:
    """``456`` or ``24x24x6``."""
    return str(answer) if isinstance(answer, int) else show_shape(answer)


def is_number(answer: Answer) -> bool:
    """Whether ``answer`` is one number: a count, or the shape of a flat output."""
    return isinstance(answer, int) or len(answer) == 1
