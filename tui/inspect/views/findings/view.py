"""What is wrong with the network, its plan or its training: cards with evidence, cause, and fixes to apply."""

from collections.abc import Sequence
from time import monotonic

from textual import on
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
from tui.inspect.messages import FixWanted, ViewLeft
from tui.inspect.views.findings.cards import Card, FixLine, cards
from tui.silence import SILENT

__all__ = ["FindingsView", "FixLine"]

PAUSE = 0.5
"""Seconds between two diagnoses during training."""
NOTHING = "\u2713 no problems found with this network, its plan or its training so far"


class FindingsView(View):
    """The findings about the run shown, each with its fixes."""

    HELP = """
    ## Findings
    What is wrong with the network, its plan or its training: a card each, with the evidence, why it matters, and the
    fixes, each with the layers it changes. **up** and **down** go through the fixes, **enter** previews one:
    every change, and the parameters before and after. Applied there, it changes the network as it was trained; **u** on
    the Build tab undoes it. If another document is open, or a saved run is shown, the fixed network opens as a new
    document.

    **escape** goes to the row of views.
    """

    BINDINGS = [
        Binding("down", "step(1)", "Next fix", id="findings.next", tooltip="Go to the next fix", show=False),
        Binding("up", "step(-1)", "Fix before", id="findings.previous", tooltip="Go to the fix before", show=False),
        Binding("escape", "leave", "Leave", id="findings.leave", tooltip="Go to the row of views", show=False),
    ]

    DEFAULT_CSS = """
    FindingsView > VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
    FindingsView Card { height: auto; border-left: outer $warning; padding: 0 1; margin-bottom: 1; }
    FindingsView .finding { height: auto; }
    FindingsView .finding--text { height: auto; margin-bottom: 1; }
    FindingsView FixLine { height: auto; padding: 0 1; }
    FindingsView FixLine:focus { background: $accent 28%; text-style: $cursor-style; }
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

    @property
    def fix_lines(self) -> tuple[FixLine, ...]:
        """The fixes of all cards, in the order of their numbers."""
        return tuple(self.query(FixLine))

    def focus_default(self) -> None:
        """Focus the first fix."""
        # At once: later, the fixes may have changed.
        self._focus(next(iter(self.fix_lines), None))

    def ask(self, fix: Fix) -> None:
        """Ask for ``fix``, unless it is for a network that is no longer shown."""
        if self.run is not None and self._offers(fix):
            reason = next(one.cause for one in self.findings or () if fix in one.fixes)
            self.post_message(FixWanted(fix, self.run, reason))

    def action_step(self, by: int) -> None:
        """Go ``by`` fixes on; without fixes, scroll."""
        lines = self.fix_lines
        if not lines:
            self.scroll.scroll_relative(y=by, animate=False)
            return
        at = next((index for index, line in enumerate(lines) if line.has_focus), -by)
        self._focus(lines[min(max(0, at + by), len(lines) - 1)])

    def action_leave(self) -> None:
        """Go to the row of views."""
        self.post_message(ViewLeft())

    @on(FixLine.Chosen)
    def _chosen(self, event: FixLine.Chosen) -> None:
        event.stop()
        self.ask(event.fix)

    def _offers(self, fix: Fix) -> bool:
        return self.active and any(fix in finding.fixes for finding in self.findings or ())

    def _focus(self, line: FixLine | None) -> None:
        # Textual would center it, and scroll the heading of its card away.
        self.screen.set_focus(line or self.scroll, scroll_visible=False)
        self.call_after_refresh(self._show_focused)

    def _show_focused(self) -> None:
        """Scroll to the card of the fix in focus: to its heading, if there is room for both."""
        line = next((line for line in self.fix_lines if line.has_focus), None)
        if line is None or not isinstance(line.parent, Card):
            return
        room, top = self.scroll.size.height, line.parent.virtual_region.y
        end = top + line.virtual_region.bottom
        if not self.scroll.scroll_y <= top <= end <= self.scroll.scroll_y + room:
            self.scroll.scroll_to(y=top if end - top <= room else end - room, animate=False)

    def watch_active(self) -> None:
        self._diagnose()

    def watch_run(self) -> None:
        self._diagnose()

    def watch_silenced(self) -> None:
        self.findings = None  # also what is shown without any is different now
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
        self.findings = () if self._silent else run_findings(self.run.architecture, self.run.plan, self.history)

    @property
    def _silent(self) -> bool:
        return self.run is not None and self.run.lesson in self.silenced

    async def watch_findings(self, before: Sequence[Finding] | None, findings: Sequence[Finding] | None) -> None:
        if findings is None or self.run is None or not self.children:  # no longer composed: another network is shown
            return
        if before is not None and _outline(before) == _outline(findings) and self.scroll.children:
            for card, finding in zip(self.query(Card), findings, strict=True):
                card.update(finding)
            return
        focused = self.scroll.has_focus_within
        chosen = next((line.fix for line in self.fix_lines if line.has_focus), None)
        await self.scroll.remove_children()
        shown = list(cards(findings, self.run.architecture, self.run.plan))
        await self.scroll.mount_all(
            shown
            or [
                Static(
                    Content.styled(SILENT, "$foreground-muted") if self._silent else NOTHING,
                    classes="finding",
                    markup=False,
                )
            ]
        )
        self.refresh_bindings()
        if self.active and focused:
            same = next((line for line in self.fix_lines if line.fix == chosen), None)
            self._focus(same or next(iter(self.fix_lines), None))


def _outline(findings: Sequence[Finding]) -> list[object]:
    """What the lines depend on; the whole fixes, as they contain the resulting network."""
    return [(one.code, one.layer, one.because, one.fixes) for one in findings]
