"""How much better a network does on what it has learned from than on what it has not."""

__all__ = ["generalization_gap"]


def generalization_gap(train_accuracy: float | None, test_accuracy: float | None) -> float | None:
    """Training accuracy minus test accuracy, as a share: 0.02 is two percentage points. None where either is missing.

    Both are to be of the same weights, the final ones, with dropout and noise off. The accuracy that is told of every
    epoch will not do: it is a mean over weights that change, measured while dropout is on.
    """
    if train_accuracy is None or test_accuracy is None:
        return None
    return train_accuracy - test_accuracy
