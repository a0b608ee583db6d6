"""The network's results on the test set. Loads numpy."""

from core.export.document import Block, Column, Items, Section, Table, Text
from core.formatting import show_accuracy, show_amount, show_count, show_gap, show_loss, show_percent, show_share
from core.inspection.confusions import confusions, heat
from core.inspection.results import Results

__all__ = ["answers"]

EMPTY = "\N{MIDDLE DOT}"
"""Shown for 0 in the confusion matrix, where zeros would hide the mistakes."""
MOST_CONFUSIONS = 5


def answers(results: Results) -> Section:
    """The metrics of every class, the confusion matrix, and the classes confused most often."""
    summary = (
        f"{show_count(results.correct)} of {show_count(results.examples)} correct with the "
        f"final weights: accuracy {show_accuracy(results.accuracy)}, loss {show_loss(results.loss)}."
    )
    blocks: list[Block] = [Text(summary)]
    if training := results.training:
        blocks.append(
            Text(
                f"On {show_amount(training.examples, 'example')} of the training set: accuracy "
                f"{show_accuracy(training.accuracy)}, loss {show_loss(training.loss)}. The generalization gap is "
                f"{show_gap(results.generalization_gap)} (percentage points): training accuracy minus test accuracy."
            )
        )
    if results.unpredicted:
        of = f"{show_count(results.unpredicted)} of {show_count(results.examples)}"
        blocks.append(Text(f"{of} examples have no prediction, as the network's output is NaN. They count as wrong."))
    blocks += [_classes(results), _matrix(results)]
    if most := confusions(results)[:MOST_CONFUSIONS]:
        blocks.append(Items("Confused most often", tuple(_confusion(results, *cell) for cell in most)))
    return Section("Results on the test set", tuple(blocks))


def _classes(results: Results) -> Table:
    macro = results.macro
    return Table(
        "Precision, recall and F1 of every class, and their means over the classes (macro)",
        (Column("Class", "text"), *(Column(title) for title in ("Precision", "Recall", "F1", "Examples"))),
        tuple(
            (one.name, show_share(one.precision), show_share(one.recall), show_share(one.f1), show_count(one.support))
            for one in results.per_class
        ),
        total=(
            "mean",
            show_share(macro.precision),
            show_share(macro.recall),
            show_share(macro.f1),
            show_count(results.examples),
        ),
    )


def _matrix(results: Results) -> Table:
    rows = zip(results.classes, results.confusion.tolist(), strict=True)
    return Table(
        "Confusion matrix: a row for each true class, a column for each predicted class",
        (Column("True", "text"), *(Column(name) for name in results.classes)),
        tuple((name, *(show_count(count) if count else EMPTY for count in row)) for name, row in rows),
        heat=tuple(map(tuple, heat(results).tolist())),
    )


def _confusion(results: Results, true: int, predicted: int) -> str:
    count, support = int(results.confusion[true, predicted]), int(results.support[true])
    return (
        f"{results.classes[true]} predicted as {results.classes[predicted]}: {show_count(count)} of "
        f"{show_count(support)} ({show_percent(count / support, 1)})"
    )
