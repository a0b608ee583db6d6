"""Exercises in Moodle's GIFT: counts as numerical questions, shapes as short answers."""

import re
from collections.abc import Sequence

from core.export.escaping import escape_unprintable
from core.learn.exercise import Exercise, is_number
from core.learn.prediction import MOST_WRONG, spellings
from core.typography import typeset, typeset_formula

__all__ = ["as_gift"]

_SPECIAL = re.compile(r"[\\~=#{}:]")


def as_gift(exercises: Sequence[Exercise]) -> str:
    """A question for each exercise, with an empty line between them."""
    return "\n\n".join(map(_question, exercises)) + "\n"


def _question(exercise: Exercise) -> str:
    title = _escaped(exercise.id)
    numerical = is_number(exercise.answer)
    mark, tolerance = ("#", ":0") if numerical else ("", "")
    lines = [f"// {escape_unprintable(exercise.id)}", f"::{title}::[plain]{_escaped(typeset(exercise.text))} {{{mark}"]
    lines += [f"={text}{tolerance}" for text in spellings(exercise.answer)]
    for known in exercise.misconceptions:
        feedback = _escaped(typeset(known.feedback))
        lines += [f"=%0%{text}{tolerance}#{feedback}" for text in spellings(known.answer)[:MOST_WRONG]]
    steps = "\\n".join(_escaped(typeset(typeset_formula(step))) for step in exercise.steps)
    return "\n".join([*lines, f"####{steps}", "}"])


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", escape_unprintable(text))
