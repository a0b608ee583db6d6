"""Which digits of the test set are wanted."""

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
    """Mistakes of class ``true`` taken for ``predicted``, None being any; if both are the same: right answers."""

    true: int | None = None
    predicted: int | None = None

    def chosen(self, results: Results) -> NDArray[np.int64]:
        """Which examples these are, the most confident first."""
        if self.true is not None and self.true == self.predicted:
            return results.cell(self.true, self.predicted)
        return results.mistakes(self.true, self.predicted)

    def stepped(self, part: str, by: int, classes: int) -> "Filter":
        """With the class of ``part``, "true" or "predicted", ``by`` further on; any comes before the first class."""
        now = self.true if part == "true" else self.predicted
        place = (0 if now is None else now + 1) + by
        index = place % (classes + 1) - 1
        return replace(self, **{part: None if index < 0 else index})

    def words(self, results: Results, count: int) -> str:
        """What ``count`` digits these are: ``37 of class 7 taken for 2, the surest first``."""
        true, predicted = self._names(results)
        if true is not None and predicted is not None:
            said = f"{show_count(count)} of class {true} taken for {predicted}"
            said += ", rightly" if true == predicted else ""
        elif predicted is not None:
            said = f"{show_count(count)} taken for {predicted} by mistake"
        else:
            said = show_amount(count, "mistake") + (f" in class {true}" if true is not None else "")
        return f"{said}, the surest first" if count > 1 else said

    def nothing(self, results: Results) -> str:
        """Why there are none of these digits, and what to do."""
        if results.unpredicted == results.examples:
            return f"There is no answer to look at: the network gave NaN for all {show_count(results.examples)} digits."
        true, predicted = self._names(results)
        if true is not None and predicted is not None:
            said = f"No digit of class {true} was taken for {predicted}"
        elif predicted is not None:
            said = f"Nothing was taken for {predicted} by mistake"
        elif true is not None:
            said = f"There is no mistake in class {true}"
        else:
            said = f"There is no mistake: all {show_count(results.examples - results.unpredicted)} answers are right"
        return f"{said}." if self == Filter() else f"{said}: x shows all mistakes again."

    def _names(self, results: Results) -> tuple[str | None, ...]:
        return tuple(None if at is None else one_line(results.classes[at]) for at in (self.true, self.predicted))


class FilterLine(Widget):
    """Says which classes are wanted, and with which key to change that; a click does it too."""

    DEFAULT_CSS = """
    FilterLine { height: 1; link-color: $foreground; link-style: none; link-style-hover: underline; }
    """

    filter: reactive[Filter] = reactive(Filter())
    """What is wanted."""
    class_names: reactive[tuple[str, ...]] = reactive(())
    """The names of the classes."""

    @dataclass
    class Stepped(Message):
        """A person wants the next class for ``part``, "true" or "predicted", or no filter if it is empty."""

        part: str

    def render(self) -> Content:
        true, predicted = (
            ANY if at is None or at >= len(self.class_names) else one_line(self.class_names[at])
            for at in (self.filter.true, self.filter.predicted)
        )
        line = "[$accent]a[/] [@click=step('true')]true class: [bold]$true[/][/]"
        line += "   [$accent]b[/] [@click=step('predicted')]taken for: [bold]$predicted[/][/]"
        if self.filter != Filter():
            line += "   [$accent]x[/] [@click=step('')]all mistakes[/]"
        return Content.from_markup(line, true=true, predicted=predicted)

    def action_step(self, part: str) -> None:
        """Ask for the next class."""
        self.post_message(self.Stepped(part))
