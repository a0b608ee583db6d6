"""Where a person is in a lesson: the step, what came of its answer, and how far one has come."""

from collections.abc import Sequence
from math import isclose
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from core.forecast.verdict import ForecastVerdict
from core.learn import prediction
from core.learn.exercise import show_answer
from core.learn.prediction import Unclear, Verdict
from core.learn.typed_answer import read_answer
from core.lessons.lesson import Ask, Check, Given, Lesson, Look, Practise, Predict, Step, preset_of
from core.lessons.progress import Progress
from core.lessons.score import Attempt
from core.marking.expression import METRICS, Comparison
from core.marking.subject import Found, find, subject_of_preset
from core.presets import Preset

__all__ = ["ANSWERS", "Study", "is_ready", "start"]

ANSWERS = "This is the answer."
"""Said where it is asked for, not found."""


class Study(Struct, frozen=True):
    """A step of a lesson, and what came of it so far. `start` makes the first."""

    lesson: Lesson
    progress: Progress
    index: int = 0
    verdict: Verdict | None = None
    """Of the last answer."""
    found: tuple[Found, ...] = ()
    """What the checks of the step found."""
    predicted: ForecastVerdict | None = None
    """What came of the forecast of the run that they looked at, if one was made."""
    answered: bool = False
    """Whether the answer was found or shown, here and now."""

    @property
    def step(self) -> Step:
        """The step."""
        return self.lesson.steps[self.index]

    @property
    def preset(self) -> str:
        """The network that the step is about; empty: none."""
        return preset_of(self.lesson.steps, self.index)

    @property
    def asks(self) -> bool:
        """Whether something is to be typed."""
        return isinstance(self.step.task, Predict | Ask)

    @property
    def has_answer(self) -> bool:
        """Whether there is an answer, or what is wanted, that is not shown yet."""
        return not self.answered and isinstance(self.step.task, Predict | Ask | Check)

    @property
    def hints(self) -> tuple[str, ...]:
        """The hints of the step that were told."""
        return self.step.hints[: self._attempt.hints.count(self.index)]

    @property
    def has_hint(self) -> bool:
        """Whether there is another hint, and still something to find."""
        return len(self.hints) < len(self.step.hints) and not self.answered and not self.is_done

    @property
    def costs(self) -> bool:
        """Whether hints and wrong answers cost points."""
        return self.lesson.points > 0 and not self._attempt.shown

    @property
    def opens(self) -> bool:
        """Whether there is something to open: a network, a part of the app, exercises."""
        return bool(self.preset) or isinstance(self.step.task, Look | Practise)

    @property
    def is_done(self) -> bool:
        """Whether the step is done, now or before."""
        return self.index in self.progress.steps(self.lesson)

    @property
    def is_last(self) -> bool:
        """Whether no step follows."""
        return self.index == len(self.lesson.steps) - 1

    def moved(self, by: int) -> "Study":
        """The step ``by`` places later, at most the last or the first."""
        index = min(max(0, self.index + by), len(self.lesson.steps) - 1)
        return self if index == self.index else _at(self.lesson, self.progress, index)

    def done(self) -> "Study":
        """The same once the step is done."""
        return replace(self, progress=self.progress.with_done(self.lesson, self.index))

    def replied(self, text: str) -> "Study":
        """Where one is after typing ``text``; the same if there is nothing to answer any more."""
        task = self.step.task
        if self.answered or not isinstance(task, Predict | Ask):
            return self
        verdict = prediction.check(task.exercise, text) if isinstance(task, Predict) else _asked(task, text)
        told = replace(self, verdict=replace(verdict, steps=()) if verdict.outcome == "wrong" else verdict)
        return replace(told, answered=True).done() if verdict.outcome == "right" else told._counted(text)

    def shown(self) -> "Study":
        """Where one is once the answer is shown."""
        task = self.step.task
        if isinstance(task, Check):
            return replace(self, answered=True)
        if self.answered or not isinstance(task, Predict | Ask):
            return self
        steps = task.exercise.steps if isinstance(task, Predict) else (*_right(task), task.why)
        told = replace(self, verdict=Verdict("shown", ANSWERS, tuple(steps)), answered=True)
        return (told._attempted(shown=True) if told._scores else told).done()

    def hinted(self) -> "Study":
        """Where one is once the next hint is told."""
        return self._attempted(hints=(*self._attempt.hints, self.index)) if self.has_hint else self

    def checked(self, found: Sequence[Found], predicted: ForecastVerdict | None = None) -> "Study":
        """Where one is once the checks of the step were looked at; ``predicted`` is what came of the run's forecast."""
        task, told = self.step.task, replace(self, found=tuple(found), predicted=predicted)
        if not isinstance(task, Check) or (task.forecast and predicted is None):
            return told
        return told.done() if all(each.met for each in found) else told

    @property
    def _attempt(self) -> Attempt:
        return self.progress.attempt(self.lesson)

    @property
    def _scores(self) -> bool:
        """Whether the step is the question with points, still to be answered."""
        return self.index == self.lesson.scored_step and not self.is_done

    def _counted(self, text: str) -> "Study":
        """The same once the wrong answer in ``text`` is counted."""
        task = self.step.task
        if not self._scores or not isinstance(task, Ask):
            return self
        try:
            chosen = task.options.index(_option(task.options, text))
        except Unclear:
            return self
        return self._attempted(wrong=(*(each for each in self._attempt.wrong if each != chosen), chosen))

    def _attempted(self, **changes: Any) -> "Study":
        attempt = replace(self._attempt, **changes)
        return replace(self, progress=self.progress.with_attempt(self.lesson, attempt))


def start(lesson: Lesson, progress: Progress) -> Study:
    """The step of ``lesson`` that one goes on with."""
    return _at(lesson, progress, progress.next_step(lesson))


def is_ready(task: Check, preset: Preset) -> bool:
    """Whether ``preset`` is the network that ``task`` wants to be trained, with a plan that may come to it."""
    subject, plan = subject_of_preset(preset), preset.plan

    def allows(demanded: Comparison) -> bool:
        if demanded.field == "epochs":
            return demanded.holds(plan.epochs)
        return demanded.field in METRICS or find(demanded, subject).met

    return all(allows(demanded) for _, demanded in task.checks)


def _at(lesson: Lesson, progress: Progress, index: int) -> Study:
    return Study(lesson, progress.with_shown(lesson, index), index)


def _asked(task: Ask, text: str) -> Verdict:
    """What came of answering ``task`` with ``text``."""
    if task.answer is None:
        return Verdict("right", "Compare it with this.", (task.why,))
    try:
        given = _read(text, task.answer, task.options)
    except Unclear as error:
        return Verdict("unclear", str(error))
    if _same(task, given, task.answer):
        right = f"Right: {given}" if isinstance(given, str) else f"{_show(given)} is right."
        return Verdict("right", right, (task.why,))
    known = next((each for each in task.mistakes if _same(task, given, each.answer)), None)
    if known:
        return Verdict("misconception", known.feedback)
    return Verdict("wrong", f"{_show(given)} is not the answer.")


def _read(text: str, right: Given, options: Sequence[str]) -> Given:
    """The answer in ``text``: one of the ``options`` where the ``right`` one is a text. Raises `Unclear`."""
    return _option(options, text) if isinstance(right, str) else read_answer(text, right)


def _option(options: Sequence[str], text: str) -> str:
    """The option with the number or the words in ``text``. Raises `Unclear`."""
    text = text.strip().casefold().rstrip(".)")
    if text.isdecimal() and len(text) < 3 and 0 < int(text) <= len(options):
        return options[int(text) - 1]
    whole = [each for each in options if each.casefold().rstrip(".)") == text]
    named = whole or [each for each in options if text and each.casefold().startswith(text)]
    if len(named) == 1:
        return named[0]
    raise Unclear(f"type the number of an option, 1 to {len(options)}")


def _same(task: Ask, given: Given, other: Given) -> bool:
    if isinstance(given, float) or isinstance(other, float):
        numbers = isinstance(given, int | float) and isinstance(other, int | float)
        return numbers and isclose(given, other, rel_tol=0, abs_tol=task.tolerance)  # type: ignore[arg-type]  # checked
    return given == other


def _right(task: Ask) -> tuple[str, ...]:
    if task.answer is None:
        return ()
    number = f"{task.options.index(str(task.answer)) + 1}  " if task.options else ""
    return (f"{number}{_show(task.answer)}",)


def _show(given: Given) -> str:
    return f"{given:g}" if isinstance(given, float) else given if isinstance(given, str) else show_answer(given)
