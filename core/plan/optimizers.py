"""The Keras optimizers and their arguments."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from core.fields.registry import Registered
from core.fields.struct import RARE
from core.fields.types import BoolField, FloatField, IntField, OptionalField
from core.keras_call import KerasObject

__all__ = ["SGD", "Adam", "Optimizer", "RMSprop"]

LearningRate = Annotated[float, FloatField(above=0), "Step size"]
Epsilon = Annotated[float, FloatField(above=0), "Added to a divisor to prevent division by zero", RARE]
Decay = Annotated[float, FloatField(0, below=1), "Decay of a running average", RARE]
Momentum = Annotated[float, FloatField(0, 1), "Share of the previous step added to this one"]
WeightDecay = Annotated[
    float | None,
    OptionalField(FloatField(0)),
    "Share of each weight subtracted per step, times the learning rate; empty: none",
    RARE,
]
SomeWeightDecay = Annotated[
    float, FloatField(0), "Share of each weight subtracted per step, times the learning rate; 0: none"
]


class Optimizer(Registered, KerasObject, frozen=True):
    """How gradients change the weights."""

    module: ClassVar[str] = "optimizers"
    absent: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("LossScaleOptimizer", "MultiOptimizer", "Optimizer", "OptimizerMap"), ""
    )
    renamed: ClassVar[Mapping[str, str]] = {"lr": "learning_rate"}
    shown_last: ClassVar[tuple[str, ...]] = (
        "weight_decay",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "gradient_accumulation_steps",
        "loss_scale_factor",
    )

    learning_rate: LearningRate = 0.001
    weight_decay: WeightDecay = None
    clipnorm: Annotated[
        float | None,
        OptionalField(FloatField(above=0)),
        "Maximum norm of each weight's gradient; empty: no limit",
        RARE,
    ] = None
    clipvalue: Annotated[
        float | None, OptionalField(FloatField(above=0)), "Maximum absolute entry of a gradient; empty: no limit", RARE
    ] = None
    global_clipnorm: Annotated[
        float | None,
        OptionalField(FloatField(above=0)),
        "Maximum norm of all gradients together; empty: no limit",
        RARE,
    ] = None
    use_ema: Annotated[bool, BoolField(), "Keep a moving average of the weights", RARE] = False
    ema_momentum: Annotated[float, FloatField(0, 1), "How slowly that average changes", RARE] = 0.99
    ema_overwrite_frequency: Annotated[
        int | None,
        OptionalField(IntField(1)),
        "Steps after which the average replaces the weights; empty: when training ends",
        RARE,
    ] = None
    gradient_accumulation_steps: Annotated[
        int | None,
        OptionalField(IntField(2)),
        "Steps whose gradients are averaged into one update; empty: 1",
        RARE,
    ] = None
    loss_scale_factor: Annotated[
        float | None,
        OptionalField(FloatField(above=0)),
        "Factor for the loss, divided out of the gradients again; empty: 1",
        RARE,
    ] = None

    @classmethod
    def alias(cls) -> str:
        return cls.__name__.lower()


class SGD(Optimizer, frozen=True):
    """Plain gradient descent, with optional momentum."""

    learning_rate: LearningRate = 0.01
    momentum: Momentum = 0.0
    nesterov: Annotated[bool, BoolField(), "Look ahead along the momentum"] = False


class RMSprop(Optimizer, frozen=True):
    """Divides each step by a running average of the gradient's size."""

    rho: Decay = 0.9
    momentum: Momentum = 0.0
    epsilon: Epsilon = 1e-7
    centered: Annotated[bool, BoolField(), "Divide by the variance instead of the mean square", RARE] = False


class Adam(Optimizer, frozen=True):
    """Running averages of the gradient and of its square."""

    beta_1: Decay = 0.9
    beta_2: Decay = 0.999
    epsilon: Epsilon = 1e-7
    amsgrad: Annotated[bool, BoolField(), "Divide by the largest average so far", RARE] = False


class AdamW(Optimizer, frozen=True):
    """Adam with weight decay separate from the gradient."""

    weight_decay: SomeWeightDecay = 0.004
    beta_1: Decay = 0.9
    beta_2: Decay = 0.999
    epsilon: Epsilon = 1e-7
    amsgrad: Annotated[bool, BoolField(), "Divide by the largest average so far", RARE] = False


class Adamax(Optimizer, frozen=True):
    """Adam with the maximum instead of the mean square."""

    beta_1: Decay = 0.9
    beta_2: Decay = 0.999
    epsilon: Epsilon = 1e-7


class Nadam(Optimizer, frozen=True):
    """Adam that looks ahead along its momentum."""

    beta_1: Decay = 0.9
    beta_2: Decay = 0.999
    epsilon: Epsilon = 1e-7


class Adagrad(Optimizer, frozen=True):
    """Divides each step by the accumulated gradients: steps only shrink."""

    initial_accumulator_value: Annotated[float, FloatField(0), "Where the sum of squares starts", RARE] = 0.1
    epsilon: Epsilon = 1e-7


class Adadelta(Optimizer, frozen=True):
    """Adagrad with a running average instead of a sum."""

    rho: Decay = 0.95
    epsilon: Epsilon = 1e-7


class Adafactor(Optimizer, frozen=True):
    """Adam with row and column averages instead of full ones: needs little memory."""

    beta_2_decay: Annotated[float, FloatField(most=0), "Exponent of the second moment's decay", RARE] = -0.8
    epsilon_1: Epsilon = 1e-30
    epsilon_2: Epsilon = 0.001
    clip_threshold: Annotated[float, FloatField(above=0), "Upper bound of an update's root mean square", RARE] = 1.0
    relative_step: Annotated[bool, BoolField(), "Reduce the learning rate over the steps", RARE] = True


class Ftrl(Optimizer, frozen=True):
    """Follow the regularized leader, for sparse linear models."""

    learning_rate_power: Annotated[float, FloatField(most=0), "Exponent of the learning rate; 0: constant", RARE] = -0.5
    initial_accumulator_value: Annotated[float, FloatField(0), "Where the sum of squares starts", RARE] = 0.1
    l1_regularization_strength: Annotated[float, FloatField(0), "L1 penalty"] = 0.0
    l2_regularization_strength: Annotated[float, FloatField(0), "L2 penalty"] = 0.0
    l2_shrinkage_regularization_strength: Annotated[float, FloatField(0), "L2 penalty added to the gradient", RARE] = (
        0.0
    )
    beta: Annotated[float, FloatField(0), "Added to the divisor", RARE] = 0.0


class Lion(Optimizer, frozen=True):
    """Steps of constant size, in the direction of an average's sign."""

    beta_1: Decay = 0.9
    beta_2: Decay = 0.99


class Lamb(Optimizer, frozen=True):
    """Adam scaled per layer, for large batches."""

    beta_1: Decay = 0.9
    beta_2: Decay = 0.999
    epsilon: Epsilon = 1e-7


class Muon(Optimizer, frozen=True):
    """Orthogonal updates for matrices, Adam for the rest."""

    weight_decay: SomeWeightDecay = 0.004
    adam_beta_1: Decay = 0.9
    adam_beta_2: Decay = 0.999
    adam_weight_decay: Annotated[float, FloatField(0), "Weight decay of the Adam part", RARE] = 0.004
    adam_lr_ratio: Annotated[
        float, FloatField(above=0), "Learning rate of the Adam part, as a multiple of Muon's", RARE
    ] = 1.0
    epsilon: Epsilon = 1e-7
    momentum: Momentum = 0.95
    ns_steps: Annotated[int, IntField(1), "Newton-Schulz steps towards an orthogonal update", RARE] = 5
    muon_a: Annotated[float, FloatField(), "Factor of the first power in a Newton-Schulz step", RARE] = 3.4445
    muon_b: Annotated[float, FloatField(), "Factor of the third power", RARE] = -4.775
    muon_c: Annotated[float, FloatField(), "Factor of the fifth power", RARE] = 2.0315
    nesterov: Annotated[bool, BoolField(), "Look ahead along the momentum"] = True
    rms_rate: Annotated[float, FloatField(above=0), "Size of an update's entries, in learning rates", RARE] = 0.2


class ScheduleFreeAdamW(Optimizer, frozen=True):
    """AdamW with averaging instead of a learning-rate schedule."""

    learning_rate: LearningRate = 0.0025
    beta_1: Decay = 0.9
    beta_2: Decay = 0.999
    epsilon: Epsilon = 1e-8
    warmup_steps: Annotated[int, IntField(0), "Steps of learning-rate warm-up"] = 0
