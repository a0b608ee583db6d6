"""Which steps of which lessons are done and what they took, from one start to the next."""

from collections.abc import Mapping
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from core.files import PROGRESS
from core.lessons.lesson import Lesson
from core.lessons.lesson_file import MOST_STEPS
from core.lessons.score import Attempt, points
from core.shared_file import SharedFile

__all__ = ["Progress", "load_progress", "rescue_progress", "save_progress"]

MOST_LESSONS = 1_000
T = TypeVar("T")


class Progress(Struct, frozen=True):
    """What is done."""

    done: Mapping[str, tuple[int, ...]] = {}
    """By the ids of lessons, the indexes of their steps from 0, in order."""
    at: Mapping[str, int] = {}
    """By the ids of lessons, the step that was shown last."""
    lesson: str = ""
    """The id of the lesson that was shown last."""
    attempts: Mapping[str, Attempt] = {}
    """By the ids of lessons, what was needed for them."""

    def with_done(self, lesson: Lesson, index: int) -> "Progress":
        """The progress once the step with this ``index`` is done."""
        steps = {*self.done.get(lesson.id, ()), index}
        return replace(self, done={**self.done, lesson.id: tuple(sorted(steps))})

    def with_shown(self, lesson: Lesson, index: int) -> "Progress":
        """The progress once the step with this ``index`` is shown."""
        return replace(self, at={**self.at, lesson.id: index}, lesson=lesson.id)

    def with_attempt(self, lesson: Lesson, attempt: Attempt) -> "Progress":
        """The progress once ``attempt`` was needed for ``lesson``."""
        return replace(self, attempts={**self.attempts, lesson.id: attempt})

    def attempt(self, lesson: Lesson) -> Attempt:
        """What was needed for ``lesson`` so far."""
        return self.attempts.get(lesson.id, Attempt())

    def awaits_answer(self, lesson: Lesson) -> bool:
        """Whether ``lesson`` has a question with points that is still to be answered."""
        return lesson.scored_step is not None and lesson.scored_step not in self.steps(lesson)

    def points(self, lesson: Lesson) -> int:
        """The points reached in ``lesson``, or that can still be reached."""
        return points(lesson, self.attempt(lesson))

    def steps(self, lesson: Lesson) -> frozenset[int]:
        """The steps of ``lesson`` that are done; it may have become shorter."""
        return frozenset(index for index in self.done.get(lesson.id, ()) if index < len(lesson.steps))

    def next_step(self, lesson: Lesson) -> int:
        """The step to go on with: the one that was shown last, or the first."""
        return min(max(0, self.at.get(lesson.id, 0)), len(lesson.steps) - 1)

    def is_done(self, lesson: Lesson) -> bool:
        """Whether all steps of ``lesson`` are done."""
        return len(self.steps(lesson)) == len(lesson.steps)


NOTHING = Progress()
_FILE = SharedFile("lessons.json", PROGRESS, Progress)


def load_progress() -> Progress:
    """What is remembered; nothing done if there is no record that can be read."""
    return _bounded(_FILE.read() or Progress())


def rescue_progress() -> str:
    """Move a record that is damaged aside, and say so in a line; empty if there is nothing to say."""
    return _FILE.rescue()


def save_progress(progress: Progress, since: Progress = NOTHING) -> Progress:
    """Remember ``progress``, which was ``since`` before, beside what other open LayerLabs have remembered meanwhile.

    Returns all that is remembered. Raises OSError.
    """
    return _FILE.update(lambda kept: _merged(_bounded(kept or NOTHING), progress, since))


def _merged(kept: Progress, progress: Progress, since: Progress) -> Progress:
    """``kept`` with what is new in ``progress`` since ``since``. What is done or was needed is never taken back."""
    done = {name: {*kept.done.get(name, ()), *steps} for name, steps in progress.done.items()}
    moved = {name: index for name, index in progress.at.items() if since.at.get(name) != index}
    attempts = {name: each.merged(kept.attempts.get(name, Attempt())) for name, each in progress.attempts.items()}
    return Progress(
        {**kept.done, **{name: tuple(sorted(steps)) for name, steps in done.items()}},
        {**progress.at, **kept.at, **moved},
        progress.lesson or kept.lesson,
        {**kept.attempts, **attempts},
    )


def _bounded(found: Progress) -> Progress:
    done = {name: steps[:MOST_STEPS] for name, steps in _first(found.done).items()}
    return Progress(done, _first(found.at), found.lesson, _first(found.attempts))


def _first(found: Mapping[str, T]) -> dict[str, T]:
    return dict(list(found.items())[:MOST_LESSONS])
