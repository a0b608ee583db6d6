"""How much better a network performs on its training examples than on new ones."""

__all__ = ["generalization_gap"]


def generalization_gap(train_accuracy: float | None, test_accuracy: float | None) -> float | None:
    """Training accuracy minus test accuracy, as a share: 0.02 is two percentage points. None if either is missing.

    Both must be measured with the final weights, with dropout and noise off. The accuracy reported for an epoch is not
    suitable: it is a mean over changing weights, measured with dropout on.
    """
    if train_accuracy is None or test_accuracy is None:
        return None
    return train_accuracy - test_accuracy
