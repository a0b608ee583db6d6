"""One digit at full size, with the network's outputs."""

import numpy as np
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Static

from core.inspection.answers import Answer
from core.inspection.results import Results
from tui.inspect.inspector_protocol import Image
from tui.inspect.outputs import OutputBars, class_name, output_text
from tui.widgets.digit_row import DigitRow
from tui.widgets.text import update_text

__all__ = ["DigitDetail"]


class DigitDetail(Widget):
    """A digit, its true and predicted class, and the outputs: beside it, or below it with the CSS class ``-tall``."""

    DEFAULT_CSS = """
    DigitDetail { width: 1fr; height: 1fr; margin-left: 2; }
    DigitDetail #digit-caption { height: 3; text-wrap: nowrap; text-overflow: ellipsis; }
    DigitDetail #digit-body { layout: horizontal; height: 14; }
    DigitDetail DigitRow { width: 28; height: 14; }
    DigitDetail OutputBars { width: 1fr; margin-left: 1; margin-top: 2; }
    DigitDetail.-tall #digit-body { layout: vertical; height: 1fr; }
    DigitDetail.-tall OutputBars { margin-left: 0; margin-top: 1; }
    """

    BESIDE, BELOW = 46, 28
    """Minimum width, with the outputs beside the digit and below it."""

    caption = query_one("#digit-caption", Static)
    digit = query_one(DigitRow)
    outputs = query_one(OutputBars)

    def compose(self) -> ComposeResult:
        yield Static(id="digit-caption", markup=False)
        with Container(id="digit-body"):
            yield DigitRow()
            yield OutputBars()

    def show(self, results: Results, image: Image, index: int) -> None:
        """Show ``image``, the example ``index`` of ``results``."""
        update_text(self.caption, Content("\n").join(caption_lines(results, index)))
        if not (self.digit.images and np.array_equal(self.digit.images[0], image)):
            self.digit.images = (image,)
        self.outputs.class_names = results.classes
        self.outputs.outputs = results.probabilities[index]


def caption_lines(results: Results, index: int) -> tuple[Content, Content, Content]:
    """The true and the predicted class of example ``index``, the outputs for both, and the example's place."""
    true, predicted = int(results.labels[index]), int(results.predicted[index])
    answer = Answer.of(results.probabilities[index])
    name, other = (class_name(at, results.classes) for at in (true, predicted))
    sure, unsure = (output_text(answer.outputs[at], probable=answer.probable) for at in (predicted, true))
    if true == predicted:
        classes, outputs = f"class {name}, predicted {other}, correct", f"{sure} for {other}"
    else:
        classes, outputs = f"class {name}, predicted {other}", f"{sure} for {other}, {unsure} for {name}"
    return Content.styled(classes, "bold"), Content(outputs), Content.styled(f"x_test[{index}]", "$foreground-muted")
