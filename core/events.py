"""The events of a training session. Losses are means over examples; times are in seconds."""

from typing import Literal

from msgspec import Struct

from core.generalization import generalization_gap

__all__ = [
    "Ended",
    "EpochEnded",
    "Event",
    "LayerSample",
    "LearningRateChanged",
    "Preparing",
    "Progress",
    "RunNotSaved",
    "RunSaved",
    "Started",
    "StateChanged",
    "StepSampled",
]

State = Literal["idle", "preparing", "running", "paused", "stopping"]
Reason = Literal["finished", "stopped", "failed"]


class StateChanged(Struct, frozen=True):
    """The session has changed state; the last event of a session is idle."""

    state: State


class Preparing(Struct, frozen=True):
    """A stage before the first step: loading TensorFlow, building the model, tracing it."""

    what: str


class Started(Struct, frozen=True):
    """Training starts, or resumes after ``epoch`` epochs."""

    device: str
    params: int
    train_examples: int
    validation_examples: int
    steps_per_epoch: int
    batch_size: int
    epoch: int
    epochs: int
    learning_rate: float
    seconds: float
    """Time spent on preparation."""
    message: str = ""
    """A notice for the user about anything unexpected; or empty."""


class Progress(Struct, frozen=True):
    """Some steps are done. ``loss`` and ``accuracy`` are means over these steps alone.

    Speed and remaining times are computed from the whole training so far. After the first steps, which take many times
    as long as the others, the remaining times are None.
    """

    epoch: int
    """The current epoch, from 1."""
    epochs: int
    step: int
    """Steps since the run began."""
    epoch_step: int
    steps_per_epoch: int
    loss: float
    """NaN or infinite if training failed in these steps: ``step`` is then the first step with such a loss."""
    accuracy: float
    learning_rate: float
    examples_per_second: float
    epoch_eta: float | None
    run_eta: float | None


class LayerSample(Struct, frozen=True):
    """A layer in one step. Norms are Euclidean, over all trainable weights and biases of the layer.

    They are NaN or infinite where the weights or gradients are.
    """

    row: int
    """As in the summary: the first layer is 1."""
    gradient: float | None
    """Norm of the loss's gradient; None for a layer without trainable weights, as are ``weight`` and ``update``."""
    weight: float | None
    """Norm of the weights before the step."""
    update: float | None
    """How far the step moved the weights, as a fraction of ``weight``; None if that is 0."""
    dead: float | None
    """After a relu: the share of units or filters with output 0 for every example of the batch; else None.

    Units whose inputs or weights are NaN or infinite do not count, here and below; NaN if none is left."""
    saturated: float | None
    """After a sigmoid or tanh: the share of outputs where the slope is below a fifth of the steepest; else None."""
    lag: float | None = None
    """For a BatchNormalization: how far its output by the moving averages is from its output by the batch's averages,
    in standard deviations, as a root mean square over channels; else None."""
    penalty: float | None = None
    """The penalty of the layer's weight and activity regularizers, as a share of the loss; None without any."""


class StepSampled(Struct, frozen=True):
    """Detailed measurements of a single step, taken now and then."""

    step: int
    """Since the run began, from 1."""
    layers: tuple[LayerSample, ...]
    """The layers that are trained, or that can die or saturate, in order."""


class EpochEnded(Struct, frozen=True):
    """An epoch is done; ``loss`` and ``accuracy`` are means over it, ``val_*`` is None without validation."""

    epoch: int
    epochs: int
    step: int
    loss: float
    accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    learning_rate: float
    seconds: float
    best: bool
    """Whether its validation loss, or loss without validation, is the lowest so far; its accuracy need not be the
    best."""


class LearningRateChanged(Struct, frozen=True):
    """The user changed the learning rate at ``step``."""

    step: int
    learning_rate: float


class Ended(Struct, frozen=True):
    """The session is over; the final weights are evaluated on the test and the training set, unless nothing was
    trained.

    Both evaluations use the final weights, with dropout and noise off. Losses are what training minimizes: means over
    examples, including regularization penalties.
    """

    reason: Reason
    epochs: int
    """Epochs completed."""
    seconds: float
    """Time spent on training and validation, without pauses and the final evaluation."""
    examples_per_second: float
    """While training, without validation."""
    test_loss: float | None
    test_accuracy: float | None
    message: str
    """For the user: why it stopped or failed and what to do, and whether early stopping restored the weights of its
    best epoch; or empty."""
    final_train_loss: float | None = None
    final_train_accuracy: float | None = None
    """On the training examples, without those held out for validation. Unlike the accuracy of the last epoch, which is
    a mean over changing weights, it can be compared with the test accuracy."""
    final_train_examples: int | None = None
    """How many of those examples it was measured on: at most `MOST_TRAIN_EXAMPLES`, stratified."""
    step: int | None = None
    """Steps taken since the run began. If the loss became NaN or infinite, the first step with such a loss, however
    many steps ran at a time. None from versions that did not report it."""

    @property
    def generalization_gap(self) -> float | None:
        """See `core.generalization`."""
        return generalization_gap(self.final_train_accuracy, self.test_accuracy)


class RunSaved(Struct, frozen=True):
    """The training is being saved as the run with this id."""

    run: str


class RunNotSaved(Struct, frozen=True):
    """Saving the run failed, at the start or later; training continues."""

    message: str
    """For the user: why, and what to do."""


Event = (
    StateChanged
    | Preparing
    | Started
    | Progress
    | StepSampled
    | EpochEnded
    | LearningRateChanged
    | Ended
    | RunSaved
    | RunNotSaved
)
