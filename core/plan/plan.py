"""The training plan: everything besides the architecture that determines a run."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec.structs import replace

from core.datasets import DATASETS
from core.fields.registry import RegisteredField
from core.fields.struct import RARE, FieldStruct, StructField
from core.fields.types import BoolField, ChoiceField, DeviceField, FloatField, IntField, OptionalField, ValidationField
from core.plan.losses import CategoricalCrossentropy, Loss
from core.plan.optimizers import Adam, Optimizer
from core.plan.schedules import MONITOR, Constant, Schedule

__all__ = ["EarlyStopping", "Plan"]


class EarlyStopping(FieldStruct, frozen=True):
    """Stop when the monitored metric has stopped improving, as Keras's callback does."""

    ignored: ClassVar[tuple[str, ...]] = ("verbose",)
    accepted: ClassVar[Mapping[str, object]] = {"mode": "auto", "start_from_epoch": 0}

    monitor: Annotated[str, MONITOR, "The metric to monitor"] = "val_loss"
    patience: Annotated[int, IntField(0), "Epochs without improvement before training stops"] = 5
    min_delta: Annotated[float, FloatField(0), "Smallest change that counts as an improvement"] = 0.0
    restore_best_weights: Annotated[bool, BoolField(), "Restore the weights of the epoch with the best monitor"] = True


class Plan(FieldStruct, frozen=True):
    """How to train: the dataset, the optimizer, the loss and the number of epochs."""

    dataset: Annotated[str, ChoiceField(names=DATASETS), "The dataset to train on"] = "mnist"
    pixels: Annotated[str, ChoiceField("0..1", "0..255"), "Range of the network's input pixels", RARE] = "0..1"
    optimizer: Annotated[Optimizer, RegisteredField(Optimizer), "How gradients change the weights"] = Adam()
    schedule: Annotated[Schedule, RegisteredField(Schedule), "How the learning rate changes from epoch to epoch"] = (
        Constant()
    )
    loss: Annotated[Loss, RegisteredField(Loss), "The function that training minimizes"] = CategoricalCrossentropy()
    batch_size: Annotated[int, IntField(1, 60_000), "Examples per step"] = 128
    epochs: Annotated[int, IntField(1, 100_000), "Passes over the training set"] = 10
    validation: Annotated[
        str | float, ValidationField(), "test: the test set; none; or a fraction: the last part of the training set"
    ] = "test"
    shuffle: Annotated[
        bool,
        BoolField(),
        "Shuffle the examples every epoch; if not, every step matches Keras to the last digit",
        RARE,
    ] = True
    seed: Annotated[int, IntField(0, 2**31 - 1), "The same seed gives the same numbers on the same device", RARE] = 1
    early_stopping: Annotated[
        EarlyStopping | None,
        OptionalField(StructField(EarlyStopping)),
        "When to stop early, such as monitor=val_loss, patience=3; empty: never",
        RARE,
    ] = None
    device: Annotated[str, DeviceField(), "auto: the first GPU if there is one; cpu; gpu:0 and so on", RARE] = "auto"

    def with_learning_rate(self, rate: float) -> "Plan":
        """The same plan with ``rate`` as its optimizer's learning rate, from which its schedule starts."""
        return replace(self, optimizer=replace(self.optimizer, learning_rate=rate))
