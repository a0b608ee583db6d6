"""One digit at full size, and all that the network gave for it."""

import numpy as np
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Static

from core.inspection.answers import Answer
from core.inspection.results import Results
from tui.inspect.greys import DigitRow
from tui.inspect.inspector_protocol import Image
from tui.inspect.outputs import OutputBars, named, shown
from tui.widgets.text import update_text

__all__ = ["DigitDetail"]


class DigitDetail(Widget):
    """A digit, its class, what it is taken for, and the outputs: beside it, or below it with the class ``-tall``."""

    DEFAULT_CSS = """
    DigitDetail { width: 1fr; height: 1fr; margin-left: 2; }
    DigitDetail #chosen-words { height: 3; text-wrap: nowrap; text-overflow: ellipsis; }
    DigitDetail #chosen-parts { layout: horizontal; height: 14; }
    DigitDetail DigitRow { width: 28; height: 14; }
    DigitDetail OutputBars { width: 1fr; margin-left: 1; margin-top: 2; }
    DigitDetail.-tall #chosen-parts { layout: vertical; height: 1fr; }
    DigitDetail.-tall OutputBars { margin-left: 0; margin-top: 1; }
    """

    BESIDE, BELOW = 46, 28
    """Columns that it needs at least, with the outputs beside the digit and below it."""

    words = query_one("#chosen-words", Static)
    digit = query_one(DigitRow)
    outputs = query_one(OutputBars)

    def compose(self) -> ComposeResult:
        yield Static(id="chosen-words", markup=False)
        with Container(id="chosen-parts"):
            yield DigitRow()
            yield OutputBars()

    def show(self, results: Results, image: Image, index: int) -> None:
        """Show ``image``, the example ``index`` of ``results``."""
        update_text(self.words, Content("\n").join(lines(results, index)))
        if not (self.digit.images and np.array_equal(self.digit.images[0], image)):
            self.digit.images = (image,)
        self.outputs.class_names = results.classes
        self.outputs.outputs = results.probabilities[index]


def lines(results: Results, index: int) -> tuple[Content, Content, Content]:
    """What example ``index`` is and is taken for, how sure the network is of either, and where to find it."""
    true, predicted = int(results.labels[index]), int(results.predicted[index])
    answer = Answer.of(results.probabilities[index])
    name, other = (named(at, results.classes) for at in (true, predicted))
    sure, unsure = (shown(answer.outputs[at], probable=answer.probable) for at in (predicted, true))
    if true == predicted:
        said, figures = f"class {name}, taken for {other}, rightly", f"{sure} for {other}"
    else:
        said, figures = f"class {name}, taken for {other}", f"{sure} for {other}, {unsure} for {name}"
    return Content.styled(said, "bold"), Content(figures), Content.styled(f"x_test[{index}]", "$foreground-muted")
