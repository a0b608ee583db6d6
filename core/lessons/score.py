"""The points of a lesson: what wrong answers and hints cost."""

from collections import Counter

from msgspec import Struct

from core.lessons.lesson import Lesson

__all__ = ["HINT", "WRONG", "Attempt", "points"]

WRONG, HINT = 3, 2
"""What a wrong answer costs, and a hint."""
LEAST = 1
"""What finding the answer oneself is worth after any number of them."""


class Attempt(Struct, frozen=True):
    """What was needed for a lesson."""

    wrong: tuple[int, ...] = ()
    """The options, from 0, that were chosen wrongly: each costs once."""
    hints: tuple[int, ...] = ()
    """The steps, from 0, of which a hint was told, for each hint once."""
    shown: bool = False
    """Whether the answer was shown."""

    def merged(self, other: "Attempt") -> "Attempt":
        """What was needed in both: the same wrong answer or hint counts once."""
        wrong = (each for each in other.wrong if each not in self.wrong)
        hints = (Counter(other.hints) - Counter(self.hints)).elements()
        return Attempt((*self.wrong, *wrong), (*self.hints, *hints), self.shown or other.shown)


def points(lesson: Lesson, attempt: Attempt) -> int:
    """What is reached with ``attempt`` if the answer is found, or was; nothing if it was shown."""
    if attempt.shown:
        return 0
    cost = WRONG * len(set(attempt.wrong)) + HINT * len(attempt.hints)
    return max(min(LEAST, lesson.points), lesson.points - cost)
