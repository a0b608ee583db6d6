"""Questions about a network that somebody names, not one that is drawn by chance."""

import re
from typing import cast, get_args

from core import presets
from core.fields.types import FieldError, quoted
from core.learn.exercise import Answer, Asked, Exercise, Question, Topic, What, answer
from core.learn.mistakes import misconceptions
from core.learn.steps import solution
from core.learn.wording import ask, describe
from core.network.architecture import Architecture
from core.network.layers import BatchNormalization, Dense
from core.network.shapes import show_shape
from core.network.summary import Summary, summarize
from core.presets import Preset

__all__ = ["exercise_about", "question_at"]

_FIELD = re.compile(r"(?:layers\[([1-9][0-9]{0,4})\]\.)?([a-z_]+)")
_NAMES = {"output": "output_shape"}


def question_at(architecture: Architecture, field: str) -> Question:
    """The question about ``layers[1].output`` or ``params``, named as in checks. Raises `FieldError`."""
    found = _FIELD.fullmatch(field)
    what = _NAMES.get(found[2], found[2]) if found else ""
    if not found or what not in get_args(What):
        raise FieldError(f"{quoted(field)}: expected for instance layers[1].output, layers[1].params, or params")
    count = len(architecture.layers)
    layer = int(found[1]) if found[1] else count if what == "output_shape" else None
    if layer is not None and not 0 < layer <= count:
        raise FieldError(f"{quoted(field)}: the network has {count} layers")
    return Question(architecture, Asked(layer, cast("What", what)))


def exercise_about(question: Question, title: str) -> Exercise:
    """The exercise that asks ``question`` about the network called ``title``. Raises `FieldError`."""
    summary = summarize(question.architecture)
    if summary.errors:
        raise FieldError(f"{quoted(title)} cannot be computed: {summary.errors[0].message}")
    right = answer(summary, question.asked)
    mistakes = misconceptions(question, summary, right)
    steps = solution(summary, question.asked, right)
    preset = presets.dumps(Preset(title, question.architecture))
    topic, text = _topic(question, summary, right), f"{title}{_subject(question, summary)}"
    return Exercise("", topic, 1, text, preset, question.asked, right, steps, mistakes)


def _subject(question: Question, summary: Summary) -> str:
    """What is asked, and of which layer."""
    asked = question.asked
    if asked.layer is None:
        return f": {ask(asked, summary)}"
    row = summary.rows[asked.layer]
    layer = describe(row.layer, counted=asked.what != "output_shape") if row.layer else ""
    return f", layer {asked.layer}: {layer}. Its input is {show_shape(row.input or ())}. {ask(asked, summary)}"


def _topic(question: Question, summary: Summary, right: Answer) -> Topic:
    """What it is an exercise on, for the record of mistakes."""
    asked = question.asked
    if asked.layer is None:
        return "stacks"
    row = summary.rows[asked.layer]
    if isinstance(row.layer, BatchNormalization):
        return "bn-params"
    if isinstance(row.layer, Dense):
        return "dense-params"
    pools = row.facts is not None and not row.facts.weights
    if asked.what == "output_shape":
        return "pool-shapes" if pools and isinstance(right, tuple) else "conv-shapes"
    return "conv-params"
