"""What is wrong with the network, its plan or its training: the evidence, the cause, and fixes to apply."""

from collections.abc import Sequence
from time import monotonic

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Static

from core.diagnosis import Finding, run_findings
from core.network.fix import Fix
from tui.inspect.base import View
from tui.inspect.messages import FixWanted

__all__ = ["FindingsView"]

PAUSE = 0.5
"""Seconds between two diagnoses during training."""


class FixLine(Static, can_focus=True):
    """A fix; enter or a click applies it."""

    BINDINGS = [Binding("enter", "apply", "Apply", id="findings.apply", tooltip="Apply this fix to the network")]

    def __init__(self, fix: Fix) -> None:
        super().__init__(Content.assemble(("enter ", "bold"), fix.label), markup=False)
        self.fix = fix

    def action_apply(self) -> None:
        """Apply this fix to the network."""
        self.query_ancestor(FindingsView).apply(self.fix)

    def on_click(self, event: events.Click) -> None:
        """A click applies it too."""
        event.stop()
        self.action_apply()


class FindingsView(View):
    """The findings about the run shown, each with its fixes."""

    HELP = """
    ## Findings
    What is wrong with the network, its plan or its training: first the evidence, then the cause, then the fixes.
    **up** and **down** go from fix to fix, **enter** applies one to the network as it was trained, **u** undoes that.
    If another document is open, or a saved run is shown, the fixed network opens as a new document.
    """

    BINDINGS = [
        Binding("down", "app.focus_next", "Next fix", id="findings.next", tooltip="Go to the next fix", show=False),
        Binding(
            "up",
            "app.focus_previous",
            "Fix before",
            id="findings.previous",
            tooltip="Go to the fix before",
            show=False,
        ),
    ]

    DEFAULT_CSS = """
    FindingsView > VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
    FindingsView .finding { height: auto; }
    FindingsView .finding--text { height: auto; padding: 0 2; }
    FindingsView FixLine { height: auto; margin-left: 2; padding: 0 1; color: $text-success; }
    FindingsView FixLine:focus { background: $accent 28%; color: $foreground; text-style: bold; }
    """

    findings: reactive[tuple[Finding, ...] | None] = reactive(None, repaint=False)
    """The findings; None before the first diagnosis."""

    scroll = query_one(VerticalScroll)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._diagnosed_at = 0.0
        self._due: Timer | None = None

    def compose(self) -> ComposeResult:
        yield VerticalScroll(can_focus=True)

    def focus_default(self) -> None:
        """Focus the first fix."""
        # At once: later, the fixes may have changed.
        self.screen.set_focus(next(iter(self.query(FixLine)), self.scroll))

    def apply(self, fix: Fix) -> None:
        """Request ``fix``, unless it is for a network that is no longer shown."""
        if self.active and self.run is not None and any(fix in finding.fixes for finding in self.findings or ()):
            self.post_message(FixWanted(fix, self.run))

    def watch_active(self) -> None:
        self._diagnose()

    def watch_run(self) -> None:
        self._diagnose()

    def watch_history(self) -> None:
        if self.history.ended is not None or monotonic() - self._diagnosed_at > PAUSE:
            self._diagnose()
        elif self.active and self._due is None:
            # While training is paused, no further event may come.
            self._due = self.set_timer(PAUSE, self._diagnose)

    def _diagnose(self) -> None:
        if self._due is not None:
            self._due.stop()
            self._due = None
        if not self.active or self.run is None:
            return
        self._diagnosed_at = monotonic()
        self.findings = run_findings(self.run.architecture, self.run.plan, self.history)

    async def watch_findings(self, before: Sequence[Finding] | None, findings: Sequence[Finding] | None) -> None:
        if findings is None or not self.children:  # no longer composed: another network is shown
            return
        if before is not None and _outline(before) == _outline(findings) and self.scroll.children:
            for shown, finding in zip(self.query(".finding--text").results(Static), findings, strict=True):
                shown.update(_text(finding))
            return
        focused = self.scroll.has_focus_within
        chosen = next((line.fix for line in self.query(FixLine) if line.has_focus), None)
        await self.scroll.remove_children()
        await self.scroll.mount_all(_lines(findings))
        if self.active and focused:
            same = (line for line in self.query(FixLine) if line.fix == chosen)
            self.screen.set_focus(next(same, next(iter(self.query(FixLine)), self.scroll)))


def _lines(findings: Sequence[Finding]) -> list[Static]:
    if not findings:
        nothing = "\u2713 no problems found with this network, its plan or its training so far"
        return [Static(nothing, classes="finding", markup=False)]
    lines: list[Static] = []
    for finding in findings:
        lines.append(Static(_title(finding), classes="finding", markup=False))
        lines.append(Static(_text(finding), classes="finding--text", markup=False))
        lines += [FixLine(fix) for fix in finding.fixes]
        lines.append(Static(""))
    return lines


def _title(finding: Finding) -> Content:
    place = f"  layer {finding.layer}" if finding.layer else ""
    if finding.because:
        place += f"  because of {finding.because}"
    return Content.assemble((f"! {finding.code.replace('-', ' ')}", "$text-warning bold"), (place, "$foreground-muted"))


def _text(finding: Finding) -> Content:
    return Content.assemble(f"{finding.evidence}\n", (finding.cause, "$foreground-muted"))


def _outline(findings: Sequence[Finding]) -> list[object]:
    """What the lines depend on; the whole fixes, as they contain the resulting network."""
    return [(one.code, one.layer, one.because, one.fixes) for one in findings]
