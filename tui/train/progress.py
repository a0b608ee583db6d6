"""Two progress bars: the current epoch and the whole run."""

from time import monotonic

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive

from core.durations import Phase
from core.events import Progress
from core.formatting import show_percent
from tui.train.messages import progress_details
from tui.widgets.lines import Lines

__all__ = ["Gauge", "ProgressPanel"]

NAME, PERCENT, DETAILS = 7, 5, 38
"""Widths of the text around a bar; the rest is the bar."""
LEAST = 8
"""Minimum width of a bar; the details are hidden to keep it."""
FRAMES, SPEED = 10, 30.0
"""Frames and cells per second of an indeterminate bar."""


class Gauge(Struct, frozen=True):
    """Progress as a share of 1, and details; None is indeterminate."""

    share: float | None
    details: str = ""


class ProgressPanel(Lines):
    """The progress of the epoch and the run, the speed and the time left."""

    COMPONENT_CLASSES = {"progress--name", "progress--done", "progress--full", "progress--open"}

    epoch: reactive[Gauge] = reactive(Gauge(0.0), repaint=False)
    """The current epoch."""
    run: reactive[Gauge] = reactive(Gauge(0.0), repaint=False)
    """All epochs together."""

    def __init__(self) -> None:
        super().__init__()
        self._colors: dict[str, Style] = {}
        self._phase: Phase | None = None

    def on_mount(self) -> None:
        self._mover = self.set_interval(1 / FRAMES, self.redraw, pause=True)

    def clear(self) -> None:
        """Show that nothing has been trained yet."""
        self._show(Gauge(0.0), Gauge(0.0))

    def prepare(self, phase: Phase) -> None:
        """Show that training is being prepared: how long that takes is an estimate at best."""
        self._phase = phase
        self._show(Gauge(None), Gauge(0.0))

    def show(self, progress: Progress, *, live: bool) -> None:
        """Show the progress of training; ``live`` while it runs."""
        epoch, run = progress_details(progress, live=live)
        total = progress.epochs * progress.steps_per_epoch
        self._show(
            Gauge(progress.epoch_step / max(1, progress.steps_per_epoch), epoch),
            Gauge(progress.step / max(1, total), run),
        )

    def _show(self, epoch: Gauge, run: Gauge) -> None:
        self.epoch, self.run = epoch, run
        if epoch.share is None and self.app.animation_level != "none":
            self._mover.resume()
        else:
            self._mover.pause()
        self.redraw()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._colors = {}

    def draw(self) -> list[list[Segment]]:
        if not self._colors:
            colors = {name: self.get_component_rich_style(name).color for name in self.COMPONENT_CLASSES}
            self._colors = {name.partition("--")[2]: Style(color=color) for name, color in colors.items()}
        return [self._line("epoch", self.epoch), self._line("run", self.run)]

    def _line(self, name: str, gauge: Gauge) -> list[Segment]:
        """A bar with its name in front and details behind."""
        width = self.size.width
        details = DETAILS if width >= NAME + LEAST + PERCENT + DETAILS else 0
        bar = max(0, width - NAME - PERCENT - details)
        percent = "--%" if gauge.share is None else show_percent(gauge.share, 0)
        text = self._phase.text(monotonic()) if gauge.share is None and self._phase else gauge.details
        return [
            Segment(name.ljust(NAME), self._colors["name"]),
            *self._bar(gauge.share, bar),
            Segment(percent.rjust(PERCENT)),
            Segment(text[: details - 1].rjust(details) if details else ""),
        ]

    def _bar(self, share: float | None, width: int) -> list[Segment]:
        rest = self._colors["open"]
        if share is None:
            first, last = _moving(width)
            return [
                Segment("\u2501" * first, rest),
                Segment("\u2501" * (last - first), self._colors["done"]),
                Segment("\u2501" * (width - last), rest),
            ]
        done, half = divmod(int(2 * width * min(share, 1.0)), 2)
        left = width - done - half
        gap = done > 0 and not half and left > 0
        return [
            Segment("\u2501" * done + "\u2578" * half, self._colors["done" if share < 1 else "full"]),
            Segment("\u257a" * gap + "\u2501" * (left - gap), rest),
        ]


def _moving(width: int) -> tuple[int, int]:
    """Start and end of the moving part of an indeterminate bar, now."""
    part = width // 4
    path = max(1, width + part)
    at = SPEED * monotonic() % (2 * path)
    end = round(at if at <= path else 2 * path - at)
    return max(0, end - part), min(width, end)
