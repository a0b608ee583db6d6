"""A network's outputs for one example: a bar for every class."""

from math import isnan
from typing import Any

from numpy.typing import NDArray
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from core.datasets import DATASETS
from core.formatting import show_percent
from core.inspection.answers import Answer
from core.sanitize import one_line

__all__ = ["OutputBars", "named", "said", "shown"]

MARK = ">"
"""In front of the likely class."""
WIDEST = 40
"""Cells of the longest bar."""
_EIGHTHS = ("", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589")
_FULL = "\u2588"


class OutputBars(Widget):
    """Class names, bars and probabilities; the likely class has a sign and is bold. Needs 15 columns for digits."""

    DEFAULT_CSS = """
    OutputBars { height: auto; }
    """

    outputs: reactive[NDArray[Any] | None] = reactive(None, always_update=True)
    """A number for every class; None: only the names are shown. Arrays cannot be compared, so any is drawn."""
    class_names: reactive[tuple[str, ...]] = reactive(DATASETS["mnist"].classes, layout=True)
    """The names of the classes."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._names)

    def watch_outputs(self) -> None:
        if self.is_mounted and self.content_size.height != len(self._names):
            self.refresh(layout=True)

    def render(self) -> Content:
        names = [f"{name:>{max(map(len, self._names))}}" for name in self._names]
        if self.outputs is None or self.outputs.ndim != 1:
            return Content("\n").join(Content.styled(f"  {name}", "$foreground-muted") for name in names)
        answer = Answer.of(self.outputs)
        figures = [shown(output, probable=answer.probable) for output in answer.outputs]
        widest = max(len("100.0%"), *map(len, figures))
        room = min(WIDEST, max(0, self.content_size.width - len(names[0]) - widest - 4))
        return Content("\n").join(
            _line(name, _bar(share, room), f"{figure:>{widest}}", likely=index == answer.likely)
            for index, (name, share, figure) in enumerate(zip(names, answer.shares, figures, strict=True))
        )

    @property
    def _names(self) -> tuple[str, ...]:
        count = len(self.class_names) if self.outputs is None or self.outputs.ndim != 1 else len(self.outputs)
        return tuple(named(index, self.class_names) for index in range(count))


def named(index: int, classes: tuple[str, ...]) -> str:
    """The name of a class; where a network has more outputs than there are classes, their number: ``#10``."""
    return one_line(classes[index]) if index < len(classes) else f"#{index}"


def shown(output: float, *, probable: bool) -> str:
    """One output: ``98.1%``, or as it is, if it is no probability: ``-3.25``, ``NaN``."""
    if probable:
        return show_percent(output, 1)
    return "NaN" if isnan(output) else f"{output:.3g}"


def said(answer: Answer, classes: tuple[str, ...]) -> str:
    """The likely class and its output: ``7 at 98.1%``; that there is none, where the network gives NaN."""
    if answer.likely is None or answer.confidence is None:
        return "no answer: the network gives NaN"
    return f"{named(answer.likely, classes)} at {shown(answer.confidence, probable=answer.probable)}"


def _line(name: str, bar: str, figure: str, *, likely: bool) -> Content:
    if likely:
        return Content.assemble((f"{MARK} {name} ", "bold"), (bar, "$accent"), (f" {figure}", "bold"))
    return Content.assemble(f"  {name} ", (bar, "$primary"), f" {figure}")


def _bar(share: float, room: int) -> str:
    """``share`` of ``room`` cells, to an eighth of a cell."""
    eighths = round(share * room * 8)
    return (_FULL * (eighths // 8) + _EIGHTHS[eighths % 8]).ljust(room)
