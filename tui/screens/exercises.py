"""Exercises on shapes and parameters, one after the other: asked, checked, explained, and scored."""

from functools import partial

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Input, Static

from core.formatting import show_amount, show_count
from core.learn.exercise import Topic
from core.learn.practice import Practice, Record, rescue_record, save_record, start
from core.learn.prediction import LONGEST
from core.typography import typeset
from tui.screens.modal import Modal
from tui.verdict_text import said
from tui.widgets.text import update_text
from tui.widgets.text_input import TextInput

__all__ = ["TITLES", "Exercises"]

TITLES: dict[Topic, str] = {
    "conv-shapes": "shapes of convolutions",
    "conv-params": "parameters of convolutions",
    "pool-shapes": "shapes of pooling",
    "dense-params": "parameters of dense layers",
    "bn-params": "parameters of batch normalization",
    "padding": "padding",
    "stacks": "stacks of layers",
}


class Exercises(Modal[str | None]):
    """Goes on from ``practice``; returns the preset of an exercise that is to be opened, or None.

    The record is saved whenever an exercise ends.
    """

    HELP = """
    ## Exercises
    Work the answer out by hand and type it: a count such as `61,706`, or a shape such as `28x28x6`. **enter** checks
    it. A known mistake is told, and you can try again; after any other wrong answer the steps are shown. **F2** shows
    them at once, **F4** opens the network of the exercise on the Build tab, where every number has its formula.

    **up** and **down** change the topic, **F3** makes it harder, and easy again after the hardest; **page up** and
    **page down** scroll. There is no end of exercises; those answered right at first count, and the mistake you make
    most is told.
    """

    BINDINGS = [
        Binding("escape", "close", "Close", id="exercises.close", tooltip="Close the exercises"),
        Binding("f2", "steps", "Steps", id="exercises.steps", tooltip="Show the steps to the answer"),
        Binding("f3", "grade", "Grade", id="exercises.grade", tooltip="Harder exercises; after the hardest, easy ones"),
        Binding("f4", "build", "Build it", id="exercises.build", tooltip="Open its network on the Build tab"),
        Binding("down", "topic(1)", "Next topic", id="exercises.next", tooltip="The next topic", show=False),
        Binding("up", "topic(-1)", "Topic before", id="exercises.previous", tooltip="The topic before", show=False),
        Binding("pageup", "page(-1)", "Page up", id="exercises.pageup", tooltip="Scroll up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="exercises.pagedown", tooltip="Scroll down", show=False),
    ]

    DEFAULT_CSS = """
    Exercises #exercise-scroll { height: 1fr; }
    Exercises #exercise-verdict { margin-top: 1; }
    Exercises #exercise-answer { background: $boost; margin-top: 1; }
    Exercises #exercise-answer:focus { background: $accent 25%; }
    Exercises.-low #exercise-answer { margin-top: 0; }
    Exercises.-low #exercise-score { max-height: 2; }
    """

    practice: reactive[Practice] = reactive(partial(start, 1, Record()))
    """Where one is."""

    headline = query_one("#exercise-title", Static)
    question = query_one("#exercise-question", Static)
    answer = query_one("#exercise-answer", Input)
    verdict = query_one("#exercise-verdict", Static)
    scroll = query_one("#exercise-scroll", VerticalScroll)
    score = query_one("#exercise-score", Static)
    keys = query_one("#exercise-keys", Static)

    def __init__(self, practice: Practice) -> None:
        super().__init__()
        self._saved = practice.record
        self.set_reactive(Exercises.practice, practice)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(id="exercise-title", classes="title", markup=False)
            with VerticalScroll(id="exercise-scroll", can_focus=False):
                yield Static(id="exercise-question", markup=False)
                yield Static(id="exercise-verdict", markup=False)
            yield TextInput(placeholder="your answer", id="exercise-answer", compact=True, max_length=LONGEST + 1)
            yield Static(id="exercise-score", classes="note", markup=False)
            yield Static(id="exercise-keys", classes="note", markup=False)

    def on_mount(self) -> None:
        self.answer.focus()
        self._show()
        if damaged := rescue_record():
            self._warn(damaged)

    def watch_practice(self, before: Practice, practice: Practice) -> None:
        if before.record != practice.record and practice.done:
            self._save()
        if before.exercise.id != practice.exercise.id:
            self.answer.value = ""
        self._show()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if self.practice.done:
            self.practice = self.practice.next()
        elif event.value.strip():
            self.practice = self.practice.answered(event.value)
        else:
            self.app.bell()

    def action_steps(self) -> None:
        """Show the steps to the answer."""
        self.practice = self.practice.shown()

    def action_build(self) -> None:
        """Open the network of the exercise on the Build tab."""
        self.dismiss(self.practice.exercise.preset)

    def action_topic(self, by: int) -> None:
        """Go to another topic."""
        self.practice = self.practice.with_topic(by)

    def action_grade(self) -> None:
        """Make them harder; easy again after the hardest."""
        self.practice = self.practice.harder()

    def action_page(self, by: int) -> None:
        """Scroll the question and the steps."""
        (self.scroll.scroll_page_up if by < 0 else self.scroll.scroll_page_down)(animate=False)

    def action_close(self) -> None:
        """Close the exercises."""
        self.dismiss(None)

    def _save(self) -> None:
        """Save the record, and take over what was answered elsewhere meanwhile."""
        try:
            self._saved = save_record(self.practice.record, self._saved)
            self.set_reactive(Exercises.practice, replace(self.practice, record=self._saved))
        except OSError as error:
            self._warn(f"the score is not kept: {error.strerror or error}")

    def _warn(self, text: str) -> None:
        self.app.notify(text, title="Exercises", severity="warning", markup=False)

    def _show(self) -> None:
        exercise = self.practice.exercise
        title = f"Exercise {self.practice.number}: {TITLES[exercise.topic]}, grade {exercise.grade} of 3"
        update_text(self.headline, Content(title))
        update_text(self.question, Content(typeset(exercise.text)))
        update_text(self.verdict, said(self.practice.verdict))
        self.verdict.display = self.practice.verdict is not None
        update_text(self.score, Content(self._score()))
        enter = "next exercise" if self.practice.done else "check"
        keys = f"enter: {enter}   F2: steps   F3: grade   F4: build it   up/down: topic   escape: close   F1: help"
        update_text(self.keys, Content(keys))
        self.call_after_refresh(
            self.scroll.scroll_end if self.verdict.display else self.scroll.scroll_home, animate=False
        )

    def _score(self) -> str:
        """How it goes: in this topic, in all, and what goes wrong most."""
        record = self.practice.record
        here, total = record.scores.get(self.practice.exercise.topic), record.total
        if not total.solved:
            return "Nothing answered yet."
        parts = []
        if here is not None and here != total:
            parts.append(f"in this topic {show_count(here.first)} of {show_count(here.solved)} right at first")
        parts.append(f"in all {show_count(total.first)} of {show_amount(total.solved, 'exercise')}")
        text = ", ".join(parts)
        if most := record.most_frequent:
            text += f"\nMost often ({most[1]} times): {typeset(most[0])}"
        return text[:1].upper() + text[1:]
