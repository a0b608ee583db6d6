"""The Learn tab: lessons, which are read when it is opened for the first time."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Static
from textual.worker import get_current_worker

from core.keras_runtime.failures import explain
from core.presets import Preset
from core.sanitize import one_line
from tui.learn.messages import Told
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from core.lessons.lesson_file import LessonError
    from core.lessons.progress import Progress
    from core.runs.record import RunDetails
    from tui.learn.lessons_view import LessonsView

__all__ = ["LearnPane"]

READING = "reading the lessons ..."
NONE = "There are no lessons: put some into the folder lessons of your data folder."


class LearnPane(Vertical):
    """Leads through lessons. ``newest_run`` reads the newest run, if there is one; it is called in a thread."""

    HELP = """
    ## Learn
    Lessons ask first and tell then. Choose one with **up** and **down**, **enter** begins it or goes on with it; how
    far you have come is remembered. **E** asks exercises on shapes and parameters without end.
    """

    active: reactive[bool] = reactive(False, repaint=False)
    """Whether this tab is open."""
    preset: reactive[Preset | None] = reactive(None, repaint=False)
    """The network on the Build tab."""

    note = query_one("#learn-note", Static)
    status = query_one("#learn-status", StatusLine)

    def __init__(self, newest_run: "Callable[[], RunDetails | None]", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._newest_run = newest_run
        self.lessons: LessonsView | None = None
        """Shows the lessons, once they are read."""

    @property
    def progress(self) -> "Progress | None":
        """How far one has come; None before the lessons are read."""
        return self.lessons.study.progress if self.lessons else None

    def compose(self) -> ComposeResult:
        yield Static(READING, id="learn-note", markup=False)
        yield StatusLine(id="learn-status")

    def focus_default(self) -> None:
        """Focus what one goes on with."""
        if self.lessons is not None:
            self.lessons.focus_default()

    @on(Told)
    def _told(self, event: Told) -> None:
        event.stop()
        self.status.say(event.text, event.tone)

    def watch_active(self) -> None:
        if self.active and self.is_mounted and self.lessons is None:
            self._read()
        self._pass_on()

    def watch_preset(self) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        """State flows down to the lessons, which are there only once they are read."""
        if self.lessons is not None:
            self.lessons.preset = self.preset
            self.lessons.active = self.active

    @work(thread=True, group="reading lessons", exclusive=True, exit_on_error=False)
    def _read(self) -> None:
        worker = get_current_worker()
        try:
            # Imported here, because they need what start-up does without.
            from core.lessons.lesson_file import LessonError, listed  # noqa: PLC0415
            from core.lessons.progress import load_progress, rescue_progress  # noqa: PLC0415
            from tui.learn.lessons_view import LessonsView  # noqa: PLC0415

            lessons, problems = listed()
            if damaged := rescue_progress():
                problems.insert(0, LessonError(damaged))
            progress = load_progress()
        except Exception as error:  # noqa: BLE001  # no file must end the app
            self.app.call_from_thread(self.status.say, explain(error), "error")
            return
        if not worker.is_cancelled:
            make = partial(LessonsView, lessons, problems, progress, self._newest_run) if lessons else None
            self.app.call_from_thread(self._take, make, problems)

    def _take(self, make: "Callable[[], LessonsView] | None", problems: "Sequence[LessonError]") -> None:
        if make is None:
            self.note.update("\n".join([NONE, *(f"! {one_line(str(each))}" for each in problems)]))
            return
        self.note.display = False
        self.lessons = make()
        self._pass_on()
        self.mount(self.lessons, before=self.status)
        if self.active:
            self.call_after_refresh(self.focus_default)
