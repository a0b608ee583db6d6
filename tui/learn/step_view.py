"""One step of a lesson: what is told and asked, the answer that is typed, and what is said to it."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static

from core.formatting import show_amount
from core.lessons.study import Study
from core.sanitize import one_line
from tui.learn import step_text
from tui.verdict_text import said
from tui.widgets.bars import bar
from tui.widgets.sight import focus_later
from tui.widgets.text import update_text
from tui.widgets.text_input import TextInput

__all__ = ["StepView"]

LONGEST = 101
"""Characters of an answer: one more than are read, so that a longer one is told."""
BAR = 12
DONE = "\N{CHECK MARK}"


class StepView(Vertical, can_focus=True):
    """Shows ``study``; tells what the user wants by messages and changes nothing itself."""

    HELP = """
    ## A step
    **enter** checks what you typed, does what the step says (opens the network, goes to the place, begins the
    exercises), or goes on to the next step. What you predict or answer is told at once: a known mistake is explained,
    and you can try again. **F3** gives a hint where there is one, **F2** shows the answer, **F4** opens the network of
    the step on the Build tab, or goes again where the step leads.

    **down** and **up** go to the step after and before, **page up** and **page down** scroll, **escape** goes back to
    the lessons. What is to be built is checked while you build, what is to be trained when you come back.

    Who finds what is wrong with a broken network gets points: wrong answers and hints cost some, the answer all.
    Findings and warnings about it are silent until its question is answered.
    """

    BINDINGS = [
        Binding("enter", "go_on", "Go on", id="learn.go_on", tooltip="Do what the step says, or go to the next"),
        Binding("f2", "answer", "Answer", key_display="F2", id="learn.answer", tooltip="Show the answer of this step"),
        Binding("f3", "hint", "Hint", key_display="F3", id="learn.hint", tooltip="Give a hint on this step"),
        Binding(
            "f4", "open", "Open", key_display="F4", id="learn.open", tooltip="Open its network, or go where it leads"
        ),
        Binding("down", "move(1)", "Next step", id="learn.next", tooltip="The next step", show=False),
        Binding("up", "move(-1)", "Step before", id="learn.previous", tooltip="The step before", show=False),
        Binding("pageup", "page(-1)", "Page up", id="learn.page_up", tooltip="Scroll up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="learn.page_down", tooltip="Scroll down", show=False),
        Binding("escape", "leave", "Lessons", id="learn.leave", tooltip="Back to the lessons"),
    ]

    study: reactive[Study | None] = reactive(None, repaint=False)
    """The step; None while there is no lesson."""

    where = query_one("#step-where", Static)
    heading = query_one("#step-heading", Static)
    text = query_one("#step-text", Static)
    wanted = query_one("#step-task", Static)
    hints = query_one("#step-hints", Static)
    verdict = query_one("#step-verdict", Static)
    reply = query_one("#step-reply", Input)
    hint = query_one("#step-hint", Static)
    scroll = query_one("#step-scroll", VerticalScroll)

    @dataclass
    class Replied(Message):
        """The user wants to go on, and has typed ``text``."""

        text: str

    class AnswerWanted(Message):
        """The user wants to see the answer."""

    class HintWanted(Message):
        """The user wants a hint."""

    class OpenWanted(Message):
        """The user wants the network of the step on the Build tab, or to go where it leads."""

    @dataclass
    class Moved(Message):
        """The user wants the step ``by`` places later."""

        by: int

    class Left(Message):
        """The user goes back to the lessons."""

    def compose(self) -> ComposeResult:
        yield Static(id="step-where", markup=False)
        with VerticalScroll(id="step-scroll", can_focus=False):
            yield Static(id="step-heading", markup=False)
            yield Static(id="step-text", markup=False)
            yield Static(id="step-task", markup=False)
            yield Static(id="step-hints", markup=False)
            yield Static(id="step-verdict", markup=False)
        yield TextInput(placeholder="your answer", id="step-reply", compact=True, max_length=LONGEST)
        yield Static(id="step-hint", markup=False)

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        if self.study is not None:
            self._show_where(self.study)  # there may be room for more

    def watch_study(self, before: Study | None, study: Study | None) -> None:
        if not self.is_mounted:
            return
        elsewhere = before is None or study is None or _place(before) != _place(study)
        if elsewhere:
            self.reply.value = ""
        self._show()
        self.refresh_bindings()
        if elsewhere:
            self.call_after_refresh(self.scroll.scroll_home, animate=False)
            if self.has_focus_within:
                self.focus_step()
        elif before and study and (before.verdict, before.hints) != (study.verdict, study.hints):
            self.call_after_refresh(self.scroll.scroll_end, animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether the step has an answer to show, a hint, or a network."""
        study = self.study
        if action == "hint":
            return study is not None and study.has_hint
        if action == "answer":
            return study is not None and study.has_answer
        if action == "open":
            return study is not None and study.opens
        return True

    def focus_step(self) -> None:
        """Focus where the step is answered."""
        target = self.reply if self.study is not None and self.study.asks else self
        focus_later(self, target.focus)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Replied(event.value))

    def action_go_on(self) -> None:
        """Do what the step says, or go to the next one."""
        self.post_message(self.Replied(""))

    def action_answer(self) -> None:
        """Show the answer."""
        self.post_message(self.AnswerWanted())

    def action_hint(self) -> None:
        """Give a hint."""
        self.post_message(self.HintWanted())

    def action_open(self) -> None:
        """Open the network of the step, or go where it leads."""
        self.post_message(self.OpenWanted())

    def action_move(self, by: int) -> None:
        """Go to another step."""
        self.post_message(self.Moved(by))

    def action_page(self, by: int) -> None:
        """Scroll what is told."""
        (self.scroll.scroll_page_up if by < 0 else self.scroll.scroll_page_down)(animate=False)

    def action_leave(self) -> None:
        """Go back to the lessons."""
        self.post_message(self.Left())

    def _show(self) -> None:
        study = self.study
        if study is None:
            for each in (self.heading, self.text, self.wanted, self.hints, self.verdict, self.reply):
                each.display = False
            return
        self._show_where(study)
        step = study.step
        title = step.title or ("What you will know" if study.index == 0 and not step.text and not step.task else "")
        parts = {
            self.heading: Content.styled(one_line(title), "bold") if title else Content(""),
            self.text: Content(step_text.told(study)),
            self.wanted: step_text.wanted(study),
            self.hints: step_text.hints(study),
            self.verdict: said(study.verdict, "Try again, or F2 shows the answer."),
        }
        for widget, content in parts.items():
            update_text(widget, content)
            widget.display = bool(content.plain)
        self.reply.display = study.asks
        update_text(self.hint, Content(step_text.hint(study)))

    def _show_where(self, study: Study) -> None:
        lesson, done = study.lesson, len(study.progress.steps(study.lesson))
        share = f"{bar(done / len(lesson.steps), BAR):<{BAR}}"
        at = f"step {study.index + 1} of {len(lesson.steps)}{f' {DONE}' if study.is_done else ''}"
        score = step_text.score(study)
        facts = f"  {at}  {share} {show_amount(done, 'step')} done"
        if len(lesson.title) + len(facts) + len(score) > self.size.width > 0:
            facts = f"  {at}"
        facts += score
        update_text(self.where, Content.assemble((one_line(lesson.title), "bold"), (facts, "$foreground-muted")))


def _place(study: Study) -> tuple[str, int]:
    return study.lesson.id, study.index
