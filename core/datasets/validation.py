"""The split of the training set into examples to train on and examples to validate on."""

from math import floor

__all__ = ["training_examples"]


def training_examples(validation: str | float, examples: int) -> int:
    """How many of ``examples`` to train on; the last ones are held out for validation. Rounded as in Keras."""
    if isinstance(validation, str):
        return examples
    return floor(examples * (1.0 - validation))
