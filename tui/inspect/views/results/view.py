"""How well the network classifies the test set."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.getters import query_one
from textual.widgets import Static

from core.formatting import show_accuracy, show_amount, show_count, show_gap, show_loss, show_percent, show_share
from core.inspection.confusions import confusions, worst
from core.inspection.results import Results, TrainingResults
from core.sanitize import one_line
from tui.inspect.digits_view import DigitsView
from tui.inspect.inspector_protocol import Image
from tui.inspect.messages import CellWanted
from tui.inspect.views.results.confusion import ConfusionMatrix
from tui.widgets.digit_row import DigitRow

__all__ = ["ResultsView"]

MOST_DIGITS = 16
"""Digits of a cell that are drawn at most."""
NAMED = 3
"""Confusions that are named in words."""
TALL = 52
"""Height from which the rows of the matrix are three lines high."""


class ResultsView(DigitsView):
    """Loss and accuracy on the test set, the confusion matrix, and the metrics of every class."""

    HELP = """
    ## Results
    How well the network classifies the test set, which it has not seen in training. **Accuracy** is the share of
    correct predictions. The **macro** figures are means over the classes, each with the same weight, however many
    digits it has. **Training accuracy** is measured with the same weights on at most 10,000 training digits; how much
    higher it is than the test accuracy is the **generalization gap**, in percentage points.
    """

    BINDINGS = [
        Binding("enter", "open", "Digits", id="results.open", tooltip="Open the digits of the selected cell"),
        Binding("c", "percent", "Counts/%", id="results.percent", tooltip="Counts, or percent of the true class"),
        Binding("n", "confusion", "Next confusion", id="results.confusion", tooltip="The next most frequent confusion"),
    ]

    DEFAULT_CSS = """
    ResultsView { overflow-y: auto; scrollbar-size-vertical: 1; }
    ResultsView #results-figures { height: auto; margin-bottom: 1; }
    ResultsView #results-missing { height: auto; margin-bottom: 1; color: $text-warning; }
    ResultsView #results-cell { height: auto; margin-top: 1; }
    """

    figures = query_one("#results-figures", Static)
    missing = query_one("#results-missing", Static)
    matrix = query_one(ConfusionMatrix)
    cell_text = query_one("#results-cell", Static)
    digits = query_one(DigitRow)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._begun_for: Results | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="results-figures", markup=False)
        yield Static(id="results-missing", markup=False)
        yield ConfusionMatrix()
        yield Static(id="results-cell", markup=False)
        yield DigitRow()

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self.matrix.lines = 3 if self.size.height >= TALL else 1
        self._show_figures()

    def focus_default(self) -> None:
        self.matrix.focus()

    def watch_results(self, results: Results | None) -> None:
        if self.is_mounted:
            self._show()

    def watch_inspected(self) -> None:
        super().watch_inspected()
        if self.is_mounted:
            self._show()

    def watch_images(self) -> None:
        if self.is_mounted:
            self._show_cell()

    def watch_problem(self) -> None:
        if self.is_mounted:
            self._show_cell()

    def action_open(self) -> None:
        """Open the digits of the selected cell; an empty cell has none."""
        cell = self.matrix.cell
        if self.results is not None and self.results.confusion[cell]:
            self.post_message(CellWanted(*cell))

    def action_percent(self) -> None:
        """Switch between counts and percent of the true class."""
        self.matrix.percent = not self.matrix.percent

    def action_confusion(self) -> None:
        """Select the most frequent confusion, or the next one."""
        cells = confusions(self.results) if self.results else ()
        if cells:
            chosen = self.matrix.cell
            self.matrix.cell = cells[(cells.index(chosen) + 1) % len(cells) if chosen in cells else 0]

    @on(ConfusionMatrix.Moved)
    def _moved(self, event: ConfusionMatrix.Moved) -> None:
        event.stop()
        self._show_cell()
        self.scroll_to_region(self.matrix.chosen.translate(self.matrix.virtual_region.offset), animate=False)

    @on(ConfusionMatrix.Opened)
    def _opened(self, event: ConfusionMatrix.Opened) -> None:
        event.stop()
        self.action_open()

    def _show(self) -> None:
        results = self.results
        self.matrix.results = results  # it keeps the focus, even without results
        self.missing.display = results is not None and bool(results.unpredicted)
        self.missing.update(f"! {without_answer(results)}" if results is not None else "")
        self._show_figures()
        self._show_cell()
        if results is not None and results is not self._begun_for:
            # The worst of these results; from then on, the selection is the user's.
            self._begun_for = results
            self.matrix.cell = next(iter(confusions(results)), (0, 0))

    def _show_figures(self) -> None:
        if self.results is None:
            self.figures.update(self.waiting)
            return
        parts = figures(self.results)
        whole = "   ".join(parts)
        lines = [whole] if len(whole) <= self.size.width else parts
        self.figures.update("\n".join(filter(None, (*lines, most_confused(self.results)))))

    def _show_cell(self) -> None:
        if self.results is None:
            self.cell_text.update(self.problem)
            self._show_digits(())
            return
        true, predicted = self.matrix.cell
        self.cell_text.update("\n".join(filter(None, (cell(self.results, true, predicted), self.problem))))
        chosen = self.results.cell(true, predicted)[:MOST_DIGITS]
        self._show_digits(tuple(self.images[chosen]) if self.images is not None else ())

    def _show_digits(self, images: tuple[Image, ...]) -> None:
        self.digits.display = bool(images)  # hidden, as an empty one would take a line
        self.digits.images = images


def figures(results: Results) -> tuple[str, ...]:
    """The overall metrics: loss and accuracy, training accuracy, and the macro averages."""
    correct, macro = f"{show_count(results.correct)} of {show_count(results.examples)} correct", results.macro
    precision, recall, f1 = (show_share(mean, 3) for mean in (macro.precision, macro.recall, macro.f1))
    return (
        f"loss {show_loss(results.loss)}   accuracy {show_accuracy(results.accuracy)}, {correct}",
        *((learned(results.training, results.generalization_gap),) if results.training else ()),
        f"macro precision {precision}, recall {recall}, F1 {f1}",
    )


def learned(measured: TrainingResults, gap: float | None) -> str:
    """The training accuracy of the same weights."""
    on = show_amount(measured.examples, "example")
    return f"training accuracy {show_accuracy(measured.accuracy)} on {on}, generalization gap {show_gap(gap)}"


def most_confused(results: Results) -> str:
    """The worst confusions in words: ``most confused: 4 as 9 (12 of 982), 7 as 2 (9 of 1,028)``; empty without any."""
    found = []
    for one in worst(results, NAMED):
        name, other = (one_line(results.classes[index]) for index in (one.true, one.predicted))
        found.append(f"{name} as {other} ({show_count(one.count)} of {show_count(one.examples)})")
    return f"most confused: {', '.join(found)}" if found else ""


def without_answer(results: Results) -> str:
    """How many examples have no prediction, and why."""
    return (
        f"{show_count(results.unpredicted)} of {show_count(results.examples)} digits have no prediction: "
        f"the outputs are NaN"
    )


def cell(results: Results, true: int, predicted: int) -> str:
    """A cell described: ``class 7: 37 of 1,028 predicted 2 (3.6%)``."""
    name, other = (one_line(results.classes[index]) for index in (true, predicted))
    count, support = int(results.confusion[true, predicted]), int(results.support[true])
    if not support:
        return f"class {name}: the test set has none"
    of = f"of {show_count(support)} predicted {other}{', correct' if true == predicted else ''}"
    if not count:
        return f"class {name}: none {of}"
    return f"class {name}: {show_count(count)} {of} ({show_percent(count / support, 1)}); enter shows them"
