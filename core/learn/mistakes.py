"""The wrong answers that known mistakes lead to: the core's arithmetic, with what the mistake changes in it."""

from collections.abc import Callable, Iterator

from core.learn.count_mistakes import count_mistakes
from core.learn.edits import Wrong
from core.learn.exercise import Answer, Misconception, Question
from core.learn.shape_mistakes import shape_mistakes
from core.network.summary import Summary

__all__ = ["misconceptions"]

MOST = 6
"""Misconceptions of one exercise; the likeliest come first."""


def misconceptions(question: Question, summary: Summary, right: Answer) -> tuple[Misconception, ...]:
    """The mistakes whose answers differ from the ``right`` one and from each other."""
    find: Callable[[Question, Summary], Iterator[Wrong]]
    find = shape_mistakes if question.asked.what == "output_shape" else count_mistakes
    found: dict[Answer, str] = {}
    for wrong, feedback in find(question, summary):
        if wrong != right and _possible(wrong, right):
            found.setdefault(wrong, feedback)
    return tuple(Misconception(wrong, feedback) for wrong, feedback in list(found.items())[:MOST])


def _possible(wrong: Answer, right: Answer) -> bool:
    """Whether somebody might give the answer: a shape of as many sizes, nothing below 1."""
    if isinstance(wrong, int) or isinstance(right, int):
        return isinstance(wrong, int) and isinstance(right, int) and wrong > 0
    return len(wrong) == len(right) and min(wrong) > 0
