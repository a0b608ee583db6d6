"""Exercises in GitHub's Markdown: a sheet of questions, then the solutions."""

from collections.abc import Iterator, Sequence

from core.export.escaping import inline, line
from core.learn.exercise import Exercise, show_answer
from core.typography import typeset, typeset_formula

__all__ = ["as_markdown"]


def as_markdown(exercises: Sequence[Exercise]) -> str:
    """The questions as a numbered list, then the solutions with their steps under the same numbers."""
    questions = (f"{number}. {line(typeset(each.text))}" for number, each in enumerate(exercises, 1))
    solutions = ("\n".join(_solution(number, each)) for number, each in enumerate(exercises, 1))
    return "\n\n".join(["# Exercises", *questions, "## Solutions", *solutions]) + "\n"


def _solution(number: int, exercise: Exercise) -> Iterator[str]:
    margin = " " * len(f"{number}. ")
    yield f"{number}. **{inline(typeset(show_answer(exercise.answer)))}** ({inline(exercise.id)})"
    yield ""
    yield from (f"{margin}- {line(typeset(typeset_formula(step)))}" for step in exercise.steps)
