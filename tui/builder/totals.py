"""The stack's totals, what the last edit changed, and what is wrong."""

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from core.formatting import show_amount, show_bytes, show_short
from core.network.summary import Problem, Summary, Totals
from core.sentences import after_place
from core.typography import typeset
from tui.builder.window_drawing import Part
from tui.silence import SILENT
from tui.widgets.text import update_text

__all__ = ["TotalsView"]

LOW = 30
"""Lines of the terminal below which the totals are shorter."""
SHOWN = 3
"""Problems shown; more are only counted."""


class TotalsView(Static):
    """Totals and problems below the stack."""

    summary: reactive[Summary | None] = reactive(None, repaint=False)
    """The summary of the architecture."""
    problems: reactive[tuple[Problem, ...]] = reactive((), repaint=False)
    """The problems of architecture and plan together."""
    notice: reactive[str] = reactive("", repaint=False)
    """What the last edit changed; shown once."""
    silent: reactive[bool] = reactive(False, repaint=False)
    """Whether warnings and fixes are not told yet."""

    def on_resize(self) -> None:
        self.call_after_refresh(self._redraw)  # a layout asked for within a layout is not made

    def watch_summary(self) -> None:
        self._redraw()

    def watch_problems(self) -> None:
        self._redraw()

    def watch_notice(self) -> None:
        self._redraw()

    def watch_silent(self) -> None:
        self._redraw()

    def _redraw(self) -> None:
        update_text(self, self._describe())

    def _describe(self) -> Content:
        if self.summary is None:
            return Content()
        if len(self.summary.rows) == 1:
            return _not_begun(self.problems)
        short = self.app.size.height < LOW
        parts = _totals(self.summary.totals, whole=self.summary.output is not None, short=short)
        if self.notice:
            parts.append((f"{self.notice}\n", "$text-accent bold"))
        if not self.problems:
            parts.append(("\N{CHECK MARK} ready to train\n", "$text-success"))
        for problem in self.problems[:SHOWN]:
            parts += _problem(problem)
        if len(self.problems) > SHOWN:
            parts.append((f"and {len(self.problems) - SHOWN} more\n", "$foreground-muted"))
        if self.silent:
            parts.append((SILENT, "$foreground-muted"))
        return Content.assemble(*parts).rstrip()


def _totals(totals: Totals, *, whole: bool, short: bool) -> list[Part]:
    """The number of parameters and what they are; ``short``: on one line."""
    kinds = [show_amount(totals.weights, "weight"), show_amount(totals.biases, "bias")]
    if totals.statistics:
        kinds.append(show_amount(totals.statistics, "statistic"))
    trainable = f"trainable {totals.trainable:,}"
    if totals.non_trainable:
        trainable += f", not {totals.non_trainable:,}"
    params: list[Part] = [
        (show_amount(totals.params, "param"), "bold"),
        f"{'' if whole else ' so far'} = {' + '.join(kinds)}\n",
    ]
    if short:
        return params
    return [
        *params,
        f"{trainable}   {show_bytes(totals.parameter_bytes)}   {show_short(totals.multiply_adds)} multiply-adds\n",
    ]


def _not_begun(problems: tuple[Problem, ...]) -> Content:
    """That there are no layers is no alarm: what to do about it."""
    fixes = [f"\nf: {problem.fix.label}" for problem in problems if problem.fix]
    message = problems[0].message if problems else ""
    return Content.assemble((message, "$foreground-muted"), (fixes[0] if fixes else "", "bold"))


def _problem(problem: Problem) -> list[Part]:
    error = problem.severity == "error"
    mark = "(!)" if error else "(~)"
    parts: list[Part] = [
        (
            typeset(f"{mark} {after_place(problem.layer or None, problem.message)}"),
            "$text-error bold" if error else "$text-warning",
        )
    ]
    if problem.fix:
        parts.append((f"  f: {problem.fix.label}", "bold"))
    return [*parts, "\n"]
