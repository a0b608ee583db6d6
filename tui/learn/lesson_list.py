"""The lessons, and how far one has come in each."""

from collections.abc import Sequence

from textual.reactive import reactive

from core.lessons.lesson import Lesson
from core.lessons.progress import Progress
from core.lessons.study import Study
from core.sanitize import one_line
from tui.widgets.listing import Cell, Listing
from tui.widgets.text import fitted

__all__ = ["LessonList"]

DONE, BEGUN = "\N{CHECK MARK}", "\N{BULLET}"
STEPS, POINTS = 6, 7
"""Cells of ``12/14``, and of points."""


class LessonList(Listing):
    """A line for each lesson: whether it is done, its title, how many of its steps are, and the points reached."""

    HELP = """
    ## Lessons
    **up** and **down** choose a lesson, **enter** begins it or goes on with it. A check mark stands before those that
    are done, a dot before those that are begun. Behind the lessons are broken networks, with points for finding what
    is wrong with them. Your own lessons, TOML files in the folder `lessons` of your data folder, come last.
    """

    study: reactive[Study | None] = reactive(None)
    """Where one is, and with it what is done."""

    def __init__(self, lessons: Sequence[Lesson] = ()) -> None:
        super().__init__()
        self._lessons = lessons

    @property
    def lines(self) -> int:
        return len(self._lessons)

    def header(self) -> str:
        points = f"{'points':>{POINTS}}" if self._scored else ""
        return f"   {fitted('Lesson', self._room)}{'steps':>{STEPS}}{points}"

    def line(self, index: int) -> list[Cell]:
        lesson = self._lessons[index]
        progress = self.study.progress if self.study else Progress()
        steps = progress.steps(lesson)
        reached = f"{progress.points(lesson)}/{lesson.points}" if _is_answered(progress, lesson) else ""
        done = len(steps) == len(lesson.steps)
        sign = DONE if done else BEGUN if steps else " "
        return [
            (f" {sign} ", "trend"),
            (fitted(one_line(lesson.title), self._room), "muted" if done else ""),
            (f"{len(steps)}/{len(lesson.steps)}".rjust(STEPS), "muted"),
            (reached.rjust(POINTS) if self._scored else "", "muted"),
        ]

    @property
    def _room(self) -> int:
        return max(8, self.width - 3 - STEPS - (POINTS if self._scored else 0))

    @property
    def _scored(self) -> bool:
        """Whether there are points to reach."""
        return any(lesson.points for lesson in self._lessons)


def _is_answered(progress: Progress, lesson: Lesson) -> bool:
    return lesson.points > 0 and not progress.awaits_answer(lesson)
