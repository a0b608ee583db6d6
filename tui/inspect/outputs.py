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
from tui.widgets.bars import bar

__all__ = ["OutputBars", "answer_text", "class_name", "output_text"]

MARK = ">"
"""Marks the likely class."""
WIDEST = 40
"""Maximum length of a bar, in cells."""


class OutputBars(Widget):
    """Class names, bars and probabilities; the likely class is marked and bold. Needs 15 columns for digits."""

    DEFAULT_CSS = """
    OutputBars { height: auto; }
    """

    outputs: reactive[NDArray[Any] | None] = reactive(None, always_update=True)
    """A number for every class; None: only the names are shown. Arrays cannot be compared, so each one is drawn."""
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
        figures = [output_text(output, probable=answer.probable) for output in answer.outputs]
        widest = max(len("100.0%"), *map(len, figures))
        room = min(WIDEST, max(0, self.content_size.width - len(names[0]) - widest - 4))
        return Content("\n").join(
            _line(name, bar(share, room).ljust(room), f"{figure:>{widest}}", likely=index == answer.likely)
            for index, (name, share, figure) in enumerate(zip(names, answer.shares, figures, strict=True))
        )

    @property
    def _names(self) -> tuple[str, ...]:
        count = len(self.class_names) if self.outputs is None or self.outputs.ndim != 1 else len(self.outputs)
        return tuple(class_name(index, self.class_names) for index in range(count))


def class_name(index: int, classes: tuple[str, ...]) -> str:
    """The name of a class; if the network has more outputs than there are classes, its number: ``#10``."""
    return one_line(classes[index]) if index < len(classes) else f"#{index}"


def output_text(output: float, *, probable: bool) -> str:
    """One output: ``98.1%``, or the number itself if it is not a probability: ``-3.25``, ``NaN``."""
    if probable:
        return show_percent(output, 1)
    return "NaN" if isnan(output) else f"{output:.3g}"


def answer_text(answer: Answer, classes: tuple[str, ...]) -> str:
    """The likely class and its output: ``7 at 98.1%``; or that there is none, if the output is NaN."""
    if answer.likely is None or answer.confidence is None:
        return "no prediction: the output is NaN"
    return f"{class_name(answer.likely, classes)} at {output_text(answer.confidence, probable=answer.probable)}"


def _line(name: str, drawn: str, figure: str, *, likely: bool) -> Content:
    if likely:
        return Content.assemble((f"{MARK} {name} ", "bold"), (drawn, "$accent"), (f" {figure}", "bold"))
    return Content.assemble(f"  {name} ", (drawn, "$primary"), f" {figure}")
