"""Filtering the digits of the test set by true and predicted class."""

from dataclasses import dataclass

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from core.formatting import show_amount, show_count
from core.inspection.results import Results
from core.sanitize import one_line

__all__ = ["Filter", "FilterLine"]

ANY = "any"


class Filter(Struct, frozen=True):
    """Mistakes of class ``true`` predicted as ``predicted``, None for any; correct predictions if both are equal."""

    true: int | None = None
    predicted: int | None = None

    def chosen(self, results: Results) -> NDArray[np.int64]:
        """The matching examples, the most confident first."""
        if self.true is not None and self.true == self.predicted:
            return results.cell(self.true, self.predicted)
        return results.mistakes(self.true, self.predicted)

    def stepped(self, part: str, by: int, classes: int) -> "Filter":
        """Step the class of ``part``, "true" or "predicted", by ``by``; any comes before the first class."""
        now = self.true if part == "true" else self.predicted
        place = (0 if now is None else now + 1) + by
        index = place % (classes + 1) - 1
        return replace(self, **{part: None if index < 0 else index})

    def describe(self, results: Results, count: int) -> str:
        """Describe ``count`` matching digits: ``37 of class 7 predicted 2, most confident first``."""
        true, predicted = self._names(results)
        if true is not None and predicted is not None:
            text = f"{show_count(count)} of class {true} predicted {predicted}"
            text += ", correct" if true == predicted else ""
        elif predicted is not None:
            text = f"{show_count(count)} wrongly predicted {predicted}"
        else:
            text = show_amount(count, "mistake") + (f" in class {true}" if true is not None else "")
        return f"{text}, most confident first" if count > 1 else text

    def no_match(self, results: Results) -> str:
        """Why no digit matches, and what to do."""
        if results.unpredicted == results.examples:
            return f"No predictions: the network's outputs are NaN for all {show_count(results.examples)} digits."
        true, predicted = self._names(results)
        if true is not None and predicted is not None:
            text = f"No digit of class {true} was predicted {predicted}"
        elif predicted is not None:
            text = f"No digit was wrongly predicted {predicted}"
        elif true is not None:
            text = f"No mistakes in class {true}"
        else:
            text = f"No mistakes: all {show_count(results.examples - results.unpredicted)} predictions are correct"
        return f"{text}." if self == Filter() else f"{text}: x shows all mistakes again."

    def _names(self, results: Results) -> tuple[str | None, ...]:
        return tuple(None if at is None else one_line(results.classes[at]) for at in (self.true, self.predicted))


class FilterLine(Widget):
    """Shows the filter and the keys that change it; a click does too."""

    DEFAULT_CSS = """
    FilterLine { height: 1; link-color: $foreground; link-style: none; link-style-hover: underline; }
    """

    filter: reactive[Filter] = reactive(Filter())
    """The filter shown."""
    class_names: reactive[tuple[str, ...]] = reactive(())
    """The names of the classes."""

    @dataclass
    class Stepped(Message):
        """The user wants the next class for ``part``, "true" or "predicted", or no filter if it is empty."""

        part: str

    def render(self) -> Content:
        true, predicted = (
            ANY if at is None or at >= len(self.class_names) else one_line(self.class_names[at])
            for at in (self.filter.true, self.filter.predicted)
        )
        line = "[$accent]a[/] [@click=step('true')]true class: [bold]$true[/][/]"
        line += "   [$accent]b[/] [@click=step('predicted')]predicted: [bold]$predicted[/][/]"
        if self.filter != Filter():
            line += "   [$accent]x[/] [@click=step('')]all mistakes[/]"
        return Content.from_markup(line, true=true, predicted=predicted)

    def action_step(self, part: str) -> None:
        """Ask for the next class."""
        self.post_message(self.Stepped(part))
