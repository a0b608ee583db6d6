"""Which examples are trained on and which are held back for validation."""

from math import floor

__all__ = ["training_examples"]


def training_examples(validation: str | float, examples: int) -> int:
    """How many of ``examples`` are trained on; the others, the last ones, are held back. Rounded as Keras rounds."""
    if isinstance(validation, str):
        return examples
    return floor(examples * (1.0 - validation))
