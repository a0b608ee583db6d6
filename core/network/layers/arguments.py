"""Arguments that many layers share, with their types and help, spelled as in Keras."""

from collections.abc import Mapping
from typing import Annotated

from core.fields.registry import RegisteredField
from core.fields.struct import RARE
from core.fields.types import MOST, BoolField, ChoiceField, FloatField, IntField, OptionalField, PaddingField, PairField
from core.network.initializers import Initializer
from core.network.regularizers import Regularizer, RegularizerField

ACTIVATIONS = (
    "linear",
    "relu",
    "sigmoid",
    "tanh",
    "softmax",
    "celu",
    "elu",
    "exponential",
    "gelu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu6",
    "selu",
    "silu",
    "soft_shrink",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh_shrink",
)
"""Keras's activations that need no arguments and keep the shape (glu halves it, threshold needs arguments)."""
SECOND_NAMES: Mapping[str, str] = {"swish": "silu", "hard_swish": "hard_silu"}
"""Keras's second names of activations, with the name that LayerLab writes."""

MOST_WINDOW = 1_000
"""Largest window, stride or dilation: TensorFlow pads images to it, and aborts the process beyond some size."""

CHANNELS_LAST: Mapping[str, object] = {"data_format": "channels_last"}
"""The `accepted` arguments of a layer that has a data_format in Keras."""

Activation = Annotated[
    str,
    ChoiceField(
        *(name for name in ACTIVATIONS if name not in SECOND_NAMES),
        aliases=SECOND_NAMES,
        absent=("glu", "threshold"),
    ),
    "Function applied to the output",
]
Units = Annotated[int, IntField(1, MOST), "Size of the output"]
Filters = Annotated[int, IntField(1, MOST), "Number of filters: the depth of the output"]
Kernel = Annotated[tuple[int, int], PairField(1, MOST_WINDOW), "Height and width of the window"]
Strides = Annotated[tuple[int, int], PairField(1, MOST_WINDOW), "Steps of the window, down and across"]
Dilation = Annotated[
    tuple[int, int], PairField(1, MOST_WINDOW), "Spacing of the window's cells; 1 leaves no gaps", RARE
]
PixelPadding = Annotated[
    str | int,
    PaddingField("valid", "same"),
    "valid: none; same: keeps ceil(size/stride); or pixels of zeros on each side",
]
UseBias = Annotated[bool, BoolField(), "Add a bias", RARE]
Trainable = Annotated[bool, BoolField(), "Whether training changes the weights", RARE]
InitializerArg = Annotated[Initializer, RegisteredField(Initializer), "Initial values", RARE]
RegularizerArg = Annotated[
    Regularizer | None, OptionalField(RegularizerField()), "Penalty added to the loss, such as l2=0.001", RARE
]
Rate = Annotated[float, FloatField(0, below=1), "Share of the inputs set to zero while training"]
Seed = Annotated[
    int | None,
    OptionalField(IntField(0, 2**31 - 1)),
    "Seed of this layer; empty: derived from the plan's seed",
    RARE,
]
Epsilon = Annotated[float, FloatField(above=0), "Added to the variance to avoid division by zero"]
Interpolation = ChoiceField("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
