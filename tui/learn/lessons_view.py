"""Lessons on the left, the step of the chosen one on the right. Imported once the Learn tab is opened."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from msgspec.structs import replace
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Static
from textual.worker import get_current_worker

from core.forecast.verdict import ForecastVerdict, judge
from core.formatting import show_amount
from core.lessons.lesson import Ask, Check, Lesson, Look, Open, Practise, Task
from core.lessons.lesson_file import LessonError, find_preset
from core.lessons.progress import Progress, rescue_progress, save_progress
from core.lessons.silence import silent
from core.lessons.study import Study, is_ready, start
from core.marking.subject import Subject, find, subject_of_preset, subject_of_run
from core.presets import Preset, PresetError
from core.runs.record import RunDetails
from core.sanitize import one_line
from tui.learn import step_text
from tui.learn.lesson_list import LessonList
from tui.learn.messages import Answered, LookRequested, PractiseRequested, PresetRequested, Told
from tui.learn.step_view import StepView
from tui.widgets.listing import Listing
from tui.widgets.status_line import Tone

__all__ = ["LessonsView"]


class LessonsView(Horizontal):
    """Leads through ``lessons``, of which ``progress`` is done; tells by messages what it asks of the app.

    ``problems`` say why other lessons cannot be read.
    ``newest_run`` reads the newest run, if there is one; it is called in a thread.
    """

    active: reactive[bool] = reactive(False, repaint=False)
    """Whether this tab is open."""
    preset: reactive[Preset | None] = reactive(None, repaint=False)
    """The network on the Build tab."""
    study: reactive[Study] = reactive(cast("Study", None), repaint=False)
    """Where one is."""

    reading: reactive[bool] = reactive(False, repaint=False)
    """Whether one is in a lesson: on a narrow screen there is room for the lessons or the step."""

    listing = query_one(LessonList)
    view = query_one(StepView)

    def __init__(
        self,
        lessons: Sequence[Lesson],
        problems: Sequence[LessonError],
        progress: Progress,
        newest_run: Callable[[], RunDetails | None],
    ) -> None:
        super().__init__()
        self._problems = problems
        self._lessons = tuple(lessons)
        self._saved = progress
        self._newest_run = newest_run
        left = [each for each in lessons if not progress.is_done(each)] or [lessons[0]]
        last = next((each for each in left if each.id == progress.lesson), left[0])
        self.set_reactive(LessonsView.study, start(last, progress))

    def compose(self) -> ComposeResult:
        with Vertical(id="learn-list"):
            yield LessonList(self._lessons).data_bind(LessonsView.study)
            if self._problems:
                with VerticalScroll(id="learn-problems", can_focus=False):
                    told = "\n".join(f"! {one_line(str(each))}" for each in self._problems)
                    yield Static(f"Not read:\n{told}", markup=False)
        yield StepView(id="learn-step").data_bind(LessonsView.study)

    def on_mount(self) -> None:
        self.query_one("#learn-list").border_title = "Lessons"
        self.view.border_title = "Step"
        self._show_points()
        self.listing.cursor = self._lessons.index(self.study.lesson)
        self._look()

    def focus_default(self) -> None:
        """Focus the step of a lesson that is begun; else the lessons."""
        if self.reading or self.study.progress.steps(self.study.lesson):
            self._read_on()
        else:
            self.listing.focus()

    def _read_on(self) -> None:
        self.reading = True  # which shows the step, so that it can be focused
        self.view.focus_step()

    def say(self, message: str, tone: Tone = "") -> None:
        """Show ``message``."""
        self.post_message(Told(message, tone))

    def watch_active(self) -> None:
        if self.active and self.is_mounted:
            self._look()

    def watch_preset(self) -> None:
        if self.active and self.is_mounted:
            self._look()

    # Where one is.

    @on(Listing.Selected)
    def _selected(self, event: Listing.Selected) -> None:
        event.stop()
        self._show_lesson(event.index)

    @on(Listing.Opened)
    def _opened(self, event: Listing.Opened) -> None:
        event.stop()
        self._show_lesson(event.index)
        self._read_on()

    def _show_lesson(self, index: int) -> None:
        lesson = self._lessons[index]
        if self.study.lesson is not lesson:
            self._go(start(lesson, self.study.progress))

    def _go(self, study: Study) -> None:
        """Be at ``study``, and remember it."""
        before, self.study = self.study, study
        elsewhere = before.lesson is not study.lesson or before.index != study.index
        if elsewhere:
            self.say("")  # it was about another step
        if self._saved != study.progress:
            self.study = study = replace(study, progress=self._kept(study.progress))
        if self._awaiting(before.progress) - self._awaiting(study.progress):
            self.post_message(Answered())
        if elsewhere:
            self._look()

    def _awaiting(self, progress: Progress) -> frozenset[str]:
        """The lessons whose question is still to be answered; another open LayerLab may have answered some."""
        return frozenset(lesson.id for lesson in self._lessons if progress.awaits_answer(lesson))

    def _kept(self, progress: Progress) -> Progress:
        """Remember ``progress``; the same with what other open LayerLabs have remembered."""
        try:
            if damaged := rescue_progress():
                self.say(damaged, "warning")
            self._saved = save_progress(progress, self._saved)
        except OSError as error:
            self.say(f"how far you have come is not kept: {error.strerror or error}", "warning")
            return progress
        return self._saved

    def watch_study(self) -> None:
        if self.is_mounted:
            self._show_points()

    def _show_points(self) -> None:
        """Show the points reached in all lessons below them."""
        progress, scored = self.study.progress, [lesson for lesson in self._lessons if lesson.points]
        reached = sum(progress.points(lesson) for lesson in scored if not progress.awaits_answer(lesson))
        of = show_amount(sum(lesson.points for lesson in scored), "point")
        self.query_one("#learn-list").border_subtitle = f"{reached} of {of}" if scored else ""

    def _look(self) -> None:
        """Look whether what the step wants is met."""
        task = self.study.step.task
        if not isinstance(task, Check):
            return
        if task.of == "run":
            self._look_at_run(task)
        elif self.preset is not None:
            self._checked(task, subject_of_preset(self.preset))

    @work(thread=True, group="looking at a run", exclusive=True, exit_on_error=False)
    def _look_at_run(self, task: Check) -> None:
        worker = get_current_worker()
        run = self._newest_run()
        if run is not None and not worker.is_cancelled:
            predicted = judge(run.forecast, run.preset, run.history) if run.forecast else None
            if predicted is not None and silent((run.preset.lesson,), self.study.progress):
                predicted = predicted.unexplained
            self.app.call_from_thread(self._checked, task, subject_of_run(run), predicted)

    def _checked(self, task: Check, subject: Subject, predicted: ForecastVerdict | None = None) -> None:
        """Show what ``task`` finds, unless one is at another step by now."""
        if self.study.step.task is task:
            self._go(self.study.checked([find(demanded, subject) for _, demanded in task.checks], predicted))

    # What is wanted.

    @on(StepView.Replied)
    def _replied(self, event: StepView.Replied) -> None:
        study, task = self.study, self.study.step.task
        if study.asks and not study.answered:
            thinks = isinstance(task, Ask) and task.answer is None
            if event.text.strip() or thinks:
                self._go(study.replied(event.text))
            else:
                self.app.bell()
        elif isinstance(task, Open | Look | Practise) and not study.is_done:
            self._go(study.done())
            self._do(study, task)
        elif isinstance(task, Check) and not study.is_done:
            self._begin_check(study, task)
        else:
            self._next(study if study.asks or isinstance(task, Check) else study.done())

    def _begin_check(self, study: Study, task: Check) -> None:
        """Ask what is expected of a training, for which its network has to be open; else look once more."""
        if task.forecast and self.preset is not None and is_ready(task, self.preset):
            self.post_message(LookRequested("forecast"))
        elif task.forecast and study.preset:
            self._open(study)
        else:
            self.app.bell()
            self._look()

    def _do(self, study: Study, task: Task | None) -> None:
        if isinstance(task, Look):
            self.post_message(LookRequested(task.place))
        elif isinstance(task, Practise):
            self.post_message(PractiseRequested(task.topic))
        else:
            self._open(study)

    def _next(self, study: Study) -> None:
        if not study.is_last:
            self._go(study.moved(1))
            return
        self._go(study)
        left = len(study.lesson.steps) - len(study.progress.steps(study.lesson))
        if left:
            self.say(f"this was the last step; {show_amount(left, 'step')} of the lesson not done yet")
        else:
            self.say(f"{one_line(study.lesson.title)}: done{step_text.reached(study)}", "done")
        self.listing.focus()

    @on(StepView.AnswerWanted)
    def _answer_wanted(self) -> None:
        self._go(self.study.shown())

    @on(StepView.HintWanted)
    def _hint_wanted(self) -> None:
        self._go(self.study.hinted())

    @on(StepView.OpenWanted)
    def _open_wanted(self) -> None:
        self._do(self.study, self.study.step.task)

    def _open(self, study: Study) -> None:
        try:
            path = find_preset(study.preset, Path(study.lesson.folder))
        except PresetError as error:
            self.say(str(error), "error")
        else:
            self.post_message(PresetRequested(path, study.lesson.id if study.lesson.points else ""))

    @on(StepView.Moved)
    def _moved(self, event: StepView.Moved) -> None:
        self._go(self.study.moved(event.by))

    @on(StepView.Left)
    def _left(self) -> None:
        self.listing.focus()

    # What is shown.

    def on_descendant_focus(self) -> None:
        self.reading = self.view.has_focus_within

    def watch_reading(self) -> None:
        self.set_class(self.reading, "-reading")
