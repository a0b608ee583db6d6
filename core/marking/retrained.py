"""What is asked of training a run again, and what comes of it."""

from pathlib import Path

from msgspec import Struct

from core.events import Ended, EpochEnded

__all__ = ["NotTrained", "Order", "Retrained"]


class NotTrained(ValueError):
    """A run could not be trained again; the message says why, in one line."""


class Order(Struct, frozen=True):
    """What to train again: the run in ``folder``, from its first step for ``epochs``."""

    folder: Path
    epochs: int


class Retrained(Struct, frozen=True):
    """What came of it."""

    epochs: tuple[EpochEnded, ...]
    """As they were trained again."""
    same_weights: bool | None
    """Whether the weights are those of the run, to the last bit; None unless it was trained to its end."""
    tested: Ended | None
    """How a training ends with the weights that were handed in; None if there is a problem."""
    problem: str = ""
    """Why there is no more of it; or empty."""
