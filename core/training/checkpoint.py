"""All that a training goes on from, taken between two of its steps. Importing this loads no TensorFlow."""

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from core.training.early_stopping import EarlyStopState
from core.training.metrics import ZERO, MetricTotals

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Arrays", "Checkpoint", "TrainingState"]

Arrays = tuple["NDArray[Any]", ...]


class TrainingState(Struct, frozen=True):
    """How far a training has come: its numbers and decisions, without weights."""

    epochs: int
    """Epochs to be reached."""
    factor: float = 1.0
    """What people have multiplied the learning rate by."""
    epoch: int = 0
    """Whole epochs done."""
    step: int = 0
    """Steps since the very beginning."""
    epoch_step: int = 0
    """Steps of the epoch under way."""
    begun: bool = False
    """Whether an epoch is under way."""
    sums: MetricTotals = ZERO
    """Of the epoch under way."""
    examples: int = 0
    seconds: float = 0.0
    training_seconds: float = 0.0
    epoch_seconds: float = 0.0
    losses: tuple[float, ...] = ()
    """Of every epoch the loss that the best epoch goes by, and a schedule that watches no other figure."""
    scheduling: tuple[float, ...] = ()
    """Of every epoch the other figure that the schedule watches, if it does."""
    best_epoch: int = 0
    """The epoch at whose end that was lowest; 0: there is none yet."""
    watched: EarlyStopState = EarlyStopState()


class Checkpoint(Struct, frozen=True, eq=False):
    """Where a training stands, and the weights with which it goes on."""

    standing: TrainingState
    variables: Arrays
    """Of the model: weights, statistics and what its random generators have come to."""
    optimizer: Arrays
    watched: Arrays | None = None
    """The weights that early stopping would put back."""
    result: Arrays | None = None
    """The variables that training left behind when it ended, if they are not those it would go on with."""
