"""Sheets of exercises: the same seed gives the same ones, on any machine and with any version of Python.

Every exercise draws from random numbers of its own, which begin with a digest of its id, and only by
``Random.randrange`` and ``Random.choice``: how those two draw has not changed since Python 3.2.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import islice
from random import Random

from core import presets
from core.learn.counts import bn_params, conv_params, dense_params
from core.learn.exercise import GRADES, TOPICS, Answer, Exercise, Question, Topic, answer, show_answer
from core.learn.mistakes import misconceptions
from core.learn.stacks import stacks
from core.learn.steps import solution
from core.learn.windows import conv_shapes, padding, pool_shapes
from core.learn.wording import question_text
from core.network.summary import Summary, summarize
from core.presets import Preset

__all__ = ["MOST_DIGITS", "exercises", "sheet"]

MOST_DIGITS = {1: 6, 2: 7, 3: 8}
"""Digits of the longest number in the steps, which end with the answer, by grade."""
LEAST_SIZE = 2
"""Height and width of every image, at least: one pixel has no arithmetic."""
_FEWEST_MISTAKES = 2
_TRIES = 100
"""Draws after which an exercise may repeat one: a topic has thousands, but not endlessly many."""
_NUMBER = re.compile(r"\d+")
_SHAPE = re.compile(r"\d+(?:x\d+)*")
_DRAW: dict[Topic, Callable[[Random, int], Question]] = {
    "conv-shapes": conv_shapes,
    "conv-params": conv_params,
    "pool-shapes": pool_shapes,
    "dense-params": dense_params,
    "bn-params": bn_params,
    "padding": padding,
    "stacks": stacks,
}


def sheet(count: int, seed: int, topics: Sequence[Topic] = TOPICS, grade: int | None = None) -> tuple[Exercise, ...]:
    """The first ``count`` exercises of a sheet: the first of a longer one with this seed are the same.

    The ``topics`` take turns; without a ``grade`` so do the grades, from easy to hard.
    """
    grades = GRADES if grade is None else (grade,)
    sources = [exercises(topic, level, seed) for level in grades for topic in topics]
    return tuple(next(sources[number % len(sources)]) for number in range(count))


def exercises(topic: Topic, grade: int, seed: int) -> Iterator[Exercise]:
    """The exercises of a ``topic`` and ``grade`` that follow from ``seed``, without end."""
    seen: set[str] = set()
    for number in itertools.count(1):
        name = f"{topic}-{grade}-{seed}-{number}"
        drawn = _accepted(name, topic, grade)
        found = next((each for each in islice(drawn, _TRIES) if each.text not in seen), None) or next(drawn)
        seen.add(found.text)
        yield found


def _accepted(name: str, topic: Topic, grade: int) -> Iterator[Exercise]:
    """Exercises called ``name`` that are worth asking."""
    random = Random(int.from_bytes(sha256(name.encode()).digest()))  # noqa: S311  # no secret
    while True:
        question = _DRAW[topic](random, grade)
        summary = summarize(question.architecture)
        if _sound(summary) and (found := _exercise(name, topic, grade, question, summary)):
            yield found


def _exercise(name: str, topic: Topic, grade: int, question: Question, summary: Summary) -> Exercise | None:
    """The exercise; None if its answer stands in its question, or too few mistakes would show."""
    right, text = answer(summary, question.asked), question_text(question, summary)
    steps = solution(summary, question.asked, right)
    if _shows(text, right) or any(len(number) > MOST_DIGITS[grade] for number in _NUMBER.findall(" ".join(steps))):
        return None
    mistakes = misconceptions(question, summary, right)
    if len(mistakes) < _FEWEST_MISTAKES:
        return None
    preset = presets.dumps(Preset(f"Exercise {name}", question.architecture, description=text))
    return Exercise(name, topic, grade, text, preset, question.asked, right, steps, mistakes)


def _sound(summary: Summary) -> bool:
    """Whether all layers fit, and no image is smaller than two by two."""
    shapes = [row.facts.output for row in summary.rows if row.facts]
    return not summary.errors and all(min(shape[:2]) >= LEAST_SIZE for shape in shapes if len(shape) == 3)


def _shows(text: str, right: Answer) -> bool:
    """Whether ``right`` stands in ``text``."""
    shown = _NUMBER.findall(text) if isinstance(right, int) else _SHAPE.findall(text)
    return show_answer(right) in shown
