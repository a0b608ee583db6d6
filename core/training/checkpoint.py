"""Everything that training resumes from, captured between two steps. Importing this does not load TensorFlow."""

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from core.training.early_stopping import EarlyStopState
from core.training.metrics import ZERO, MetricTotals

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Arrays", "Checkpoint", "TrainingState"]

Arrays = tuple["NDArray[Any]", ...]


class TrainingState(Struct, frozen=True):
    """How far training has got: its counters and decisions, without weights."""

    epochs: int
    """Epochs to train in all."""
    factor: float = 1.0
    """What the user has multiplied the learning rate by."""
    epoch: int = 0
    """Epochs completed."""
    step: int = 0
    """Steps since the run began."""
    epoch_step: int = 0
    """Steps of the current epoch."""
    begun: bool = False
    """Whether an epoch is in progress."""
    sums: MetricTotals = ZERO
    """Of the current epoch."""
    examples: int = 0
    seconds: float = 0.0
    training_seconds: float = 0.0
    epoch_seconds: float = 0.0
    losses: tuple[float, ...] = ()
    """The loss of every epoch that the best epoch is chosen by, and that a schedule monitors by default."""
    scheduling: tuple[float, ...] = ()
    """The other metric that the schedule monitors, if it does, for every epoch."""
    best_epoch: int = 0
    """The epoch with the lowest of these losses; 0 before the first."""
    early_stop: EarlyStopState = field(default=EarlyStopState(), name="watched")


class Checkpoint(Struct, frozen=True, eq=False):
    """The state of a training, and the weights it resumes with."""

    state: TrainingState
    variables: Arrays
    """Of the model: weights, statistics and the states of its random generators."""
    optimizer: Arrays
    best_weights: Arrays | None = None
    """The weights that early stopping would restore."""
    result: Arrays | None = None
    """The final variables after training ended, if they differ from those it would resume with."""
