"""A run's results in words: its best epochs, and its final training accuracy."""

from core.formatting import show_accuracy, show_count, show_gap
from core.runs.record import Metrics

__all__ = ["best_epochs", "final_training"]


def best_epochs(metrics: Metrics) -> str:
    """The epochs of lowest loss and best accuracy, which may differ; empty before the first.

    ``lowest validation loss: epoch 6 (98.19%); best validation accuracy: 98.31% in epoch 8``. Without validation there
    is only the lowest training loss.
    """
    lowest, highest = metrics.best_epoch, metrics.best_accuracy_epoch
    if not lowest:
        return ""
    at_lowest_loss, best = metrics.accuracy_at_lowest_loss, metrics.best_val_accuracy
    if at_lowest_loss is None:
        return f"lowest training loss: epoch {show_count(lowest)}"
    if lowest == highest:
        return (
            f"lowest validation loss and best validation accuracy: epoch {show_count(lowest)} ({show_accuracy(best)})"
        )
    loss = f"lowest validation loss: epoch {show_count(lowest)} ({show_accuracy(at_lowest_loss)})"
    if best is None:
        return loss
    return f"{loss}; best validation accuracy: {show_accuracy(best)} in epoch {show_count(highest)}"


def final_training(metrics: Metrics) -> str:
    """The training accuracy of the final weights, what it was measured on, and the gap; empty if unknown.

    ``final training accuracy 99.71% on 10,000 examples, generalization gap 1.43 pp``
    """
    accuracy, examples = metrics.final_train_accuracy, metrics.final_train_examples
    if accuracy is None:
        return ""
    measured_on = f" on {show_count(examples)} examples" if examples else ""
    gap = metrics.generalization_gap
    difference = "" if gap is None else f", generalization gap {show_gap(gap)}"
    return f"final training accuracy {show_accuracy(accuracy)}{measured_on}{difference}"
