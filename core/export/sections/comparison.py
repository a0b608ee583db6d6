"""A run compared with others: results, differences, overlaid curves."""

from collections.abc import Sequence

from core.export.document import Block, ChartGroup, Column, Section, Table, Text
from core.export.sections.charts import overlaid
from core.export.sections.text import names
from core.formatting import show_accuracy, show_amount, show_count, show_duration, show_gap, show_loss
from core.run_charts import RUNS
from core.runs.differences import Difference, differences
from core.runs.record import RunDetails

__all__ = ["comparison"]

COLUMNS = (
    "Params",
    "Epochs",
    "Best val acc",
    "Last val acc",
    "Last val loss",
    "Test acc",
    "Test loss",
    "Train acc",
    "Gap",
    "Time",
)


def comparison(compared: Sequence[RunDetails]) -> Section:
    """Two or more runs; the first is the subject of the report."""
    labels = names(tuple(compared))
    blocks: list[Block] = [_results_table(labels, compared)]
    histories = [(name, details.history) for name, details in zip(labels, compared, strict=True)]
    charts = overlaid(histories)
    blocks += [ChartGroup(charts)] if charts else []
    if len(compared) > len(RUNS):
        blocks.append(Text(f"Curves are drawn for the first {len(RUNS)} runs.", quiet=True))
    present = differences(compared)
    identical = Text("Their architectures and plans are the same.")
    blocks.append(_differences(labels, present) if present else identical)
    return Section(f"Comparison with {show_amount(len(compared) - 1, 'other run')}", tuple(blocks))


def _results_table(labels: Sequence[str], compared: Sequence[RunDetails]) -> Table:
    return Table(
        "Results of each run; Train acc is that of the final weights, and Gap how much higher it is than Test acc",
        (Column("Run", "text"), Column("Key", "code"), *(Column(title) for title in COLUMNS)),
        tuple((name, details.run.key, *_metrics(details)) for name, details in zip(labels, compared, strict=True)),
        marked=(0,),
    )


def _metrics(details: RunDetails) -> tuple[str, ...]:
    metrics = details.run.metrics
    return (
        show_count(metrics.params),
        show_count(metrics.epochs),
        show_accuracy(metrics.best_val_accuracy),
        show_accuracy(metrics.last_val_accuracy),
        show_loss(metrics.last_val_loss),
        show_accuracy(metrics.test_accuracy),
        show_loss(metrics.test_loss),
        show_accuracy(metrics.final_train_accuracy),
        show_gap(metrics.generalization_gap),
        show_duration(metrics.seconds),
    )


def _differences(labels: Sequence[str], present: Sequence[Difference]) -> Table:
    return Table(
        "Differences between their architectures and plans; a dash means that a run does not have it",
        (Column("Where", "text"), Column("What", "code"), *(Column(name, "text") for name in labels)),
        tuple((difference.place, difference.field, *difference.values) for difference in present),
    )
