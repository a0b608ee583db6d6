"""Which steps of which lessons are done and what they took, from one start to the next."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from core import storage
from core.files import PROGRESS, read_bytes
from core.lessons.lesson import Lesson
from core.lessons.lesson_file import MOST_STEPS
from core.lessons.score import Attempt, points

__all__ = ["Progress", "load_progress", "save_progress"]

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


def load_progress() -> Progress:
    """What is remembered; nothing done if there is no record that can be read."""
    try:
        found = msgspec.json.decode(read_bytes(_path(), PROGRESS), type=Progress)
    except (OSError, ValueError, RecursionError):
        return Progress()
    done = {name: steps[:MOST_STEPS] for name, steps in _first(found.done).items()}
    return Progress(done, _first(found.at), found.lesson, _first(found.attempts))


def _first(found: Mapping[str, T]) -> dict[str, T]:
    return dict(list(found.items())[:MOST_LESSONS])


def save_progress(progress: Progress) -> None:
    """Remember ``progress``. Raises OSError."""
    storage.write_atomically(_path(), json.dumps(msgspec.to_builtins(progress), indent=1), durably=False)


def _path() -> Path:
    return storage.home() / "lessons.json"
