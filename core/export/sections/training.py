"""The training section: curves, results, epochs and times."""

from collections.abc import Iterator
from statistics import median

from core.events import EpochEnded
from core.export.document import Block, ChartGroup, Column, KeyValues, Section, Table, Text
from core.export.sections.charts import single
from core.formatting import NONE, show_accuracy, show_amount, show_duration, show_loss, show_rate, show_short
from core.history import History
from core.runs.record import RunDetails

__all__ = ["training"]

HIGHEST = "\N{BLACK UP-POINTING TRIANGLE}"
MOST_EPOCHS = 20
"""Maximum number of rows in the table of epochs; of more epochs only some are shown."""


def training(details: RunDetails) -> Section:
    """The training of a run."""
    history = details.history
    charts = single(history)
    if not (charts or history.epochs):
        return Section("Training", (Text("There are no curves: the run ended in its first epoch."),))
    blocks: list[Block] = [ChartGroup(charts)] if charts else []
    blocks.append(_results_table(details))
    message = history.ended.message if history.ended else ""
    blocks += [Text(message)] if message else []
    blocks.append(KeyValues(tuple(_times(details))))
    blocks += [_epochs(history)] if history.epochs else []
    return Section("Training", tuple(blocks))


def _results_table(details: RunDetails) -> Table:
    history, metrics = details.history, details.run.metrics
    last, best = history.epochs[-1] if history.epochs else None, history.best
    rows = []
    if last:
        rows.append(("Training set", str(last.epoch), show_loss(last.loss), show_accuracy(last.accuracy)))
        if last.val_loss is not None:
            rows.append(("Validation set", str(last.epoch), show_loss(last.val_loss), show_accuracy(last.val_accuracy)))
    if best and best is not last and best.val_loss is not None:
        values = show_loss(best.val_loss), show_accuracy(best.val_accuracy)
        rows.append(("Validation set, lowest loss", str(best.epoch), *values))
    highest = next((epoch for epoch in history.epochs if epoch.epoch == metrics.best_accuracy_epoch), None)
    if highest and highest not in (best, last):
        values = show_loss(highest.val_loss), show_accuracy(highest.val_accuracy)
        rows.append(("Validation set, best accuracy", str(highest.epoch), *values))
    if metrics.test_loss is not None:
        rows.append(("Test set at the end", NONE, show_loss(metrics.test_loss), show_accuracy(metrics.test_accuracy)))
    if metrics.final_train_loss is not None:
        of = f"{show_amount(metrics.final_train_examples or 0, 'example')} of it"
        values = show_loss(metrics.final_train_loss), show_accuracy(metrics.final_train_accuracy)
        rows.append((f"Training set at the end ({of})", NONE, *values))
    return Table(
        "Results; within an epoch, training values are means while the network was learning; at the end they are "
        "those of the final weights. Losses include regularization penalties",
        (Column("Measured on", "text"), Column("Epoch"), Column("Loss"), Column("Accuracy")),
        tuple(rows),
    )


def _times(details: RunDetails) -> Iterator[tuple[str, str]]:
    history, metrics = details.history, details.run.metrics
    yield "Training and validation", f"{show_amount(metrics.epochs, 'epoch')} in {show_duration(metrics.seconds)}"
    if history.epochs:
        seconds = [epoch.seconds for epoch in history.epochs]
        shortest, longest = show_duration(min(seconds)), show_duration(max(seconds))
        yield "An epoch", f"{show_duration(median(seconds))} (median), {shortest} to {longest}"
    if history.started:
        started = history.started
        steps = f"{show_amount(started.steps_per_epoch, 'step')} of {show_amount(started.batch_size, 'example')}"
        yield "Steps in an epoch", steps
    if history.ended and history.ended.examples_per_second:
        yield "Speed", f"{show_short(history.ended.examples_per_second)} examples a second"


def _epochs(history: History) -> Table:
    shown, best = _rows_shown(history), history.best
    caption = "Epochs; the star marks the lowest loss" if best else "Epochs"
    if history.best_accuracy:
        caption = f"Epochs; the star marks the lowest validation loss, {HIGHEST} the best validation accuracy"
    if len(shown) < len(history.epochs):
        caption = (
            f"{len(shown)} of {show_amount(len(history.epochs), 'epoch')}, the lowest loss (\u2605), the best "
            f"validation accuracy ({HIGHEST}) and the last included"
        )
    return Table(
        caption,
        tuple(Column(title) for title in ("Epoch", "Loss", "Accuracy", "Val loss", "Val acc", "lr", "Time")),
        tuple(_epoch(epoch, history) for epoch in shown),
        marked=tuple(row for row, epoch in enumerate(shown) if best and epoch.epoch == best.epoch),
    )


def _epoch(epoch: EpochEnded, history: History) -> tuple[str, ...]:
    best, highest = history.best, history.best_accuracy
    mark = f"{HIGHEST} " if highest and epoch.epoch == highest.x else ""
    return (
        f"\u2605 {epoch.epoch}" if best and epoch.epoch == best.epoch else str(epoch.epoch),
        show_loss(epoch.loss),
        show_accuracy(epoch.accuracy),
        show_loss(epoch.val_loss),
        f"{mark}{show_accuracy(epoch.val_accuracy)}",
        show_rate(epoch.learning_rate),
        show_duration(epoch.seconds),
    )


def _rows_shown(history: History) -> tuple[EpochEnded, ...]:
    """All epochs, or of many every n-th, the first, the last, and those of lowest loss and best accuracy."""
    epochs, best, highest = history.epochs, history.best, history.best_accuracy
    interval = -(-len(epochs) // MOST_EPOCHS)
    always_shown = {epochs[0].epoch, epochs[-1].epoch, best.epoch if best else 0, highest.x if highest else 0}
    return tuple(epoch for epoch in epochs if epoch.epoch % interval == 0 or epoch.epoch in always_shown)
