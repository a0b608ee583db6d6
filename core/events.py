"""What a training session tells, as data. Losses are means over examples; times are seconds."""

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
    """The session is in another state; idle comes last of all."""

    state: State


class Preparing(Struct, frozen=True):
    """What takes time before the first step: loading TensorFlow, building the model, tracing it."""

    what: str


class Started(Struct, frozen=True):
    """Training begins, or goes on for more epochs: then ``epoch`` have been done already."""

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
    """How long preparing took."""
    message: str = ""
    """For people: what is not as they may expect it; or empty."""


class Progress(Struct, frozen=True):
    """A stretch of steps is done. ``loss`` and ``accuracy`` are means over that stretch alone.

    Speed and times left are worked out from the whole training so far. No time left is told after the very first
    steps, which take many times as long as those to come.
    """

    epoch: int
    """The epoch under way, from 1."""
    epochs: int
    step: int
    """Steps since the very beginning."""
    epoch_step: int
    steps_per_epoch: int
    loss: float
    """NaN or infinite for the stretch in which training failed: ``step`` is then the first step whose loss is so."""
    accuracy: float
    learning_rate: float
    examples_per_second: float
    epoch_eta: float | None
    run_eta: float | None


class LayerSample(Struct, frozen=True):
    """A layer in one step. Norms are Euclidean, over all weights and biases of the layer that are trained.

    They are NaN or infinite where the numbers of the training are.
    """

    row: int
    """As in the summary: the first layer is 1."""
    gradient: float | None
    """Norm of the loss's gradient; None for a layer that learns nothing, as ``weight`` and ``update`` are."""
    weight: float | None
    """Norm of the weights before the step."""
    update: float | None
    """How far the step moved the weights, as a share of ``weight``; None if that is 0."""
    dead: float | None
    """After a relu: the share of units, or filters, that gave 0 for every example of the batch; else None.

    Units whose inputs or weights are NaN or infinite are not counted, here and below; NaN where all are."""
    saturated: float | None
    """After a sigmoid or tanh: the share of outputs where its slope is below a fifth of the steepest; else None."""
    lag: float | None = None
    """Of a BatchNormalization: how far what it gives by its moving averages is from what it gives by those of the
    batch, in standard deviations, as a root mean square over channels; else None."""
    penalty: float | None = None
    """What the layer's regularizers, of weights and outputs, are of the loss, as a share of it; None without any."""


class StepSampled(Struct, frozen=True):
    """A close look at a step, taken now and then."""

    step: int
    """Since the very beginning, from 1."""
    layers: tuple[LayerSample, ...]
    """Those that learn, or that can die or saturate, from the first to the last."""


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
    """Whether its validation loss, or loss without validation, is the lowest so far. Says nothing of its accuracy."""


class LearningRateChanged(Struct, frozen=True):
    """A person changed the learning rate at ``step``."""

    step: int
    learning_rate: float


class Ended(Struct, frozen=True):
    """The session is over; what was reached is measured on the test and the training set, unless nothing was trained.

    Both are measured with the weights that the training leaves behind, dropout and noise off. Losses are those that
    training lowers: the mean over examples, penalties of regularizers included.
    """

    reason: Reason
    epochs: int
    """Whole epochs done."""
    seconds: float
    """Time spent on training and validation; pauses and the final measurements are not counted."""
    examples_per_second: float
    """While training; validation is not counted."""
    test_loss: float | None
    test_accuracy: float | None
    message: str
    """For people: why it stopped or failed and what to do, whether the weights of the epoch that early stopping
    found best were put back; or empty."""
    final_train_loss: float | None = None
    final_train_accuracy: float | None = None
    """On the examples that were trained on, without those held back for validation: unlike the accuracy of the last
    epoch, which is a mean over weights that change, it can be set against that on the test set."""
    final_train_examples: int | None = None
    """How many of them it was measured on: `MEASURED_ON`, stratified, where there are more."""
    step: int | None = None
    """Steps taken since the very beginning. Of a training whose loss became NaN or infinite it is the first step whose
    loss was so: the same however many steps were taken at a time. None from versions that did not tell."""

    @property
    def generalization_gap(self) -> float | None:
        """As `core.generalization` has it."""
        return generalization_gap(self.final_train_accuracy, self.test_accuracy)


class RunSaved(Struct, frozen=True):
    """What is trained is kept on disk, as the run of this id."""

    run: str


class RunNotSaved(Struct, frozen=True):
    """What is trained is not kept, or from now on no more; training goes on."""

    message: str
    """For people: why, and what to do."""


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
