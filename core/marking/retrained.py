"""What is asked of training a run again, and what comes of it."""

from pathlib import Path

from msgspec import Struct

from core.events import EpochEnded

__all__ = ["Figures", "NotTrained", "Order", "Retrained"]


class NotTrained(ValueError):
    """A run could not be trained again; the message says why, in one line."""


class Order(Struct, frozen=True):
    """What to train again: the run in ``folder``, from its first step for ``epochs``."""

    folder: Path
    epochs: int


class Figures(Struct, frozen=True):
    """What weights come to; the last two are None without validation."""

    test_loss: float
    test_accuracy: float
    final_train_loss: float
    final_train_accuracy: float
    val_loss: float | None = None
    val_accuracy: float | None = None


class Retrained(Struct, frozen=True):
    """What came of it."""

    epochs: tuple[EpochEnded, ...] = ()
    """As they were trained again."""
    figures: Figures | None = None
    """Of the weights that were handed in; None if there is a problem."""
    trained: Figures | None = None
    """Of the weights that training again ends with; None unless it was trained to its end."""
    same_weights: bool = False
    """Whether these are the same, to the last bit."""
    weights_of: int = 0
    """The epoch after which the weights were handed in, by which their validation is known; 0 if by none."""
    device: str = ""
    """On which it was trained again."""
    problem: str = ""
    """Why there is no more of it; or empty."""
