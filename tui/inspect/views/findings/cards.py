"""The cards of the Findings view: what was found, its evidence, why it matters, and numbered fixes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from core.diagnosis import Finding
from core.diagnosis.fix_preview import Preview, preview
from core.network.architecture import Architecture
from core.network.fix import Fix
from core.plan.plan import Plan
from core.typography import typeset
from tui.screens.fix_preview import change_text, params_text

__all__ = ["Card", "FixLine", "cards"]

MOST_CHANGES = 3
"""Changes of a fix that its card lists; the preview lists all."""


class FixLine(Static, can_focus=True):
    """A fix and what it changes; its number, enter or a click previews it."""

    BINDINGS = [
        Binding(
            "enter", "choose", "Preview fix", id="findings.apply", tooltip="See what this fix changes, and apply it"
        )
    ]

    @dataclass
    class Chosen(Message):
        """The user wants to see ``fix``."""

        fix: Fix

    def __init__(self, number: int, fix: Fix, shown: Preview) -> None:
        super().__init__(_fix_text(number, fix, shown), markup=False)
        self.number = number
        self.fix = fix

    def action_choose(self) -> None:
        """Preview this fix."""
        self.post_message(self.Chosen(self.fix))

    def on_click(self, event: events.Click) -> None:
        """A click previews it too."""
        event.stop()
        self.action_choose()


class Card(Vertical):
    """A finding with its fixes."""

    def __init__(self, finding: Finding, place: str, lines: Sequence[FixLine]) -> None:
        super().__init__()
        self._finding = finding
        self._place = place
        self._lines = lines

    def compose(self) -> ComposeResult:
        yield Static(_title(self._finding, self._place), classes="finding", markup=False)
        yield Static(_text(self._finding), classes="finding--text", markup=False)
        yield from self._lines

    def update(self, finding: Finding) -> None:
        """Show the numbers of ``finding``, which has the same fixes."""
        self._finding = finding
        self.query_one(".finding--text", Static).update(_text(finding))


def cards(findings: Sequence[Finding], architecture: Architecture, plan: Plan) -> Iterator[Card]:
    """A card for every finding about ``architecture`` and ``plan``; fixes are numbered through."""
    number = 0
    for finding in findings:
        lines = []
        for fix in finding.fixes:
            number += 1
            lines.append(FixLine(number, fix, preview(architecture, plan, fix)))
        yield Card(finding, _place(finding, architecture), lines)


def _place(finding: Finding, architecture: Architecture) -> str:
    stack = architecture.stack
    if finding.layer is None or not finding.layer < len(stack):
        return ""
    return f"layer {finding.layer} {stack[finding.layer].label}" if finding.layer else "input"


def _title(finding: Finding, place: str) -> Content:
    because = f"because of {finding.because}" if finding.because else ""
    where = "".join(f"   {part}" for part in (typeset(place), because) if part)
    return Content.assemble((f"! {finding.code.replace('-', ' ')}", "$text-warning bold"), (where, "$foreground-muted"))


def _text(finding: Finding) -> Content:
    lines = [("Evidence  ", typeset(finding.evidence)), ("Why       ", finding.cause)]
    return Content("\n").join(Content.assemble((name, "bold $foreground-muted"), text) for name, text in lines if text)


def _fix_text(number: int, fix: Fix, shown: Preview) -> Content:
    """``1 set activation=relu``, and below it the changes and the numbers of parameters."""
    lines = [Content.assemble((f"{number}", "bold $text-accent"), "  ", (typeset(fix.label), "bold"))]
    lines += [Content.assemble("   ", change_text(change)) for change in shown.changes[:MOST_CHANGES]]
    more = len(shown.changes) - MOST_CHANGES
    end = f"and {more} more   " if more > 0 else ""
    lines.append(Content.styled(f"   {end}{params_text(shown)}", "$foreground-muted"))
    return Content("\n").join(lines)
