"""What was found wrong with network, plan or training: the numbers, the cause, and what a key does about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Static

from core.diagnosis import Finding, run_findings
from core.network.fix import Fix
from tui.inspect.view import View
from tui.training_session import TrainedNetwork

__all__ = ["FindingsView", "FixWanted"]

PAUSE = 0.5
"""Seconds between two diagnoses while training goes on."""


@dataclass
class FixWanted(Message):
    """A person wants ``remedy`` applied, which was found for the network that ``run`` trained."""

    remedy: Fix
    run: TrainedNetwork


class FixLine(Static, can_focus=True):
    """A remedy that can be chosen; enter or a click applies it."""

    BINDINGS = [Binding("enter", "apply", "Apply", id="findings.apply", tooltip="Apply this remedy to the network")]

    def __init__(self, remedy: Fix) -> None:
        super().__init__(Content.assemble(("enter ", "bold"), remedy.label), markup=False)
        self.remedy = remedy

    def action_apply(self) -> None:
        """Apply this remedy to the network."""
        self.query_ancestor(FindingsView).apply(self.remedy)

    def on_click(self, event: events.Click) -> None:
        """A click applies it too."""
        event.stop()
        self.action_apply()


class FindingsView(View):
    """Findings about the run on show, one below the other, each with its remedies."""

    HELP = """
    ## Findings
    What was found wrong with the network, its plan or its training: first the numbers that prove it, then the cause,
    then what mends it. **up** and **down** go from remedy to remedy, **enter** applies one to the network as it was
    trained, **u** takes that back. Where the document that is open is another one, or what is shown is a kept run, a
    new document is opened with the remedy in it.
    """

    BINDINGS = [
        Binding(
            "down", "app.focus_next", "Next remedy", id="findings.next", tooltip="Choose the next remedy", show=False
        ),
        Binding(
            "up",
            "app.focus_previous",
            "Remedy before",
            id="findings.previous",
            tooltip="Choose the remedy before",
            show=False,
        ),
    ]

    DEFAULT_CSS = """
    FindingsView > VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
    FindingsView .finding { height: auto; }
    FindingsView .finding--said { height: auto; padding: 0 2; }
    FindingsView FixLine { height: auto; margin-left: 2; padding: 0 1; color: $text-success; }
    FindingsView FixLine:focus { background: $primary 35%; color: $foreground; text-style: bold; }
    """

    findings: reactive[tuple[Finding, ...] | None] = reactive(None, repaint=False)
    """What was found; None before anybody has looked."""

    scroll = query_one(VerticalScroll)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._looked = 0.0
        self._due: Timer | None = None

    def compose(self) -> ComposeResult:
        yield VerticalScroll(can_focus=True)

    def focus_default(self) -> None:
        """Put the focus on the first remedy."""
        # At once: put there later, it would go to where remedies were still to come when it was asked for.
        self.screen.set_focus(next(iter(self.query(FixLine)), self.scroll))

    def apply(self, remedy: Fix) -> None:
        """Ask for ``remedy``, unless it is of a network that is no longer on show."""
        if self.active and self.run is not None and any(remedy in finding.fixes for finding in self.findings or ()):
            self.post_message(FixWanted(remedy, self.run))

    def watch_active(self) -> None:
        self._look()

    def watch_run(self) -> None:
        self._look()

    def watch_history(self) -> None:
        if self.history.ended is not None or monotonic() - self._looked > PAUSE:
            self._look()
        elif self.active and self._due is None:
            # Nothing may be told after this for as long as training is paused.
            self._due = self.set_timer(PAUSE, self._look)

    def _look(self) -> None:
        if self._due is not None:
            self._due.stop()
            self._due = None
        if not self.active or self.run is None:
            return
        self._looked = monotonic()
        self.findings = run_findings(self.run.architecture, self.run.plan, self.history)

    async def watch_findings(self, before: Sequence[Finding] | None, findings: Sequence[Finding] | None) -> None:
        if findings is None or not self.children:  # none any more: another network is on show
            return
        if before is not None and _outline(before) == _outline(findings) and self.scroll.children:
            for shown, finding in zip(self.query(".finding--said").results(Static), findings, strict=True):
                shown.update(_said(finding))
            return
        held = self.scroll.has_focus_within
        chosen = next((line.remedy for line in self.query(FixLine) if line.has_focus), None)
        await self.scroll.remove_children()
        await self.scroll.mount_all(_lines(findings))
        if self.active and held:
            same = (line for line in self.query(FixLine) if line.remedy == chosen)
            self.screen.set_focus(next(same, next(iter(self.query(FixLine)), self.scroll)))


def _lines(findings: Sequence[Finding]) -> list[Static]:
    if not findings:
        nothing = "\u2713 nothing was found wrong with this network, its plan or its training so far"
        return [Static(nothing, classes="finding", markup=False)]
    lines: list[Static] = []
    for finding in findings:
        lines.append(Static(_title(finding), classes="finding", markup=False))
        lines.append(Static(_said(finding), classes="finding--said", markup=False))
        lines += [FixLine(remedy) for remedy in finding.fixes]
        lines.append(Static(""))
    return lines


def _title(finding: Finding) -> Content:
    place = f"  layer {finding.layer}" if finding.layer else ""
    if finding.because:
        place += f"  because of {finding.because}"
    return Content.assemble((f"! {finding.code.replace('-', ' ')}", "$text-warning bold"), (place, "$foreground-muted"))


def _said(finding: Finding) -> Content:
    return Content.assemble(f"{finding.evidence}\n", (finding.cause, "$foreground-muted"))


def _outline(findings: Sequence[Finding]) -> list[object]:
    """What a line more or less depends on; remedies whole, as they hold the network that they make."""
    return [(one.code, one.layer, one.because, one.fixes) for one in findings]
