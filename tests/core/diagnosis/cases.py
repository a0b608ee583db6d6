"""Networks with one thing wrong, and those next to them with nothing wrong."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from core.network.architecture import Architecture
from core.network.initializers import (
    Constant,
    GlorotUniform,
    HeNormal,
    Ones,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    Zeros,
)
from core.network.layers import (
    GRU,
    LSTM,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Bidirectional,
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GaussianNoise,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    LayerNormalization,
    LeakyReLU,
    MaxPooling2D,
    Rescaling,
    Reshape,
    SeparableConv2D,
)
from core.network.regularizers import Regularizer
from core.plan.losses import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    KLDivergence,
    MeanSquaredError,
    Poisson,
    SparseCategoricalCrossentropy,
    SquaredHinge,
)
from core.plan.plan import Plan

IMAGE = (28, 28, 1)
RAW = Plan(pixels="0..255")
LOGITS = Plan(loss=CategoricalCrossentropy(from_logits=True))
BINARY = Plan(loss=BinaryCrossentropy())


class Case(Struct, frozen=True):
    """A network, a plan, and the finding it earns: code, layer, and what the evidence says."""

    code: str
    layer: int
    evidence: str
    architecture: Architecture
    plan: Plan = Plan()
    also: tuple[str, ...] = ()
    """Codes of other findings that are deserved too."""

    def __str__(self) -> str:
        return f"{self.code}: {', '.join(layer.label for layer in self.architecture.layers)}"


def net(*layers: Layer, shape: tuple[int, ...] = IMAGE) -> Architecture:
    """A network for images."""
    return Architecture(shape, layers)


def mlp(*hidden: Layer, last: tuple[Layer, ...] = (Dense(10, "softmax"),)) -> Architecture:
    """A dense network for images."""
    return net(Flatten(), *hidden, *last)


def hidden(initializer: Any, **changed: Any) -> Dense:
    """A hidden layer whose weights start so."""
    return replace(Dense(64, "relu", kernel_initializer=initializer), **changed)


CONV = Conv2D(32, (3, 3), activation="relu")
TOP = (Flatten(), Dense(10, "softmax"))

CASES = (
    Case(
        "inputs-not-scaled",
        2,
        "inputs from 0 to 255 reach layer 2 (Dense 64 sigmoid), whose first weights are made for inputs of about 1",
        mlp(Dense(64, "sigmoid")),
        RAW,
    ),
    Case(
        "inputs-not-scaled",
        2,
        "inputs from -127.5 to 127.5 reach layer 2 (Conv2D 32@3x3 relu), whose first weights are made for inputs of "
        "about 1",
        net(Rescaling(1.0, -127.5), CONV, MaxPooling2D(), *TOP),
        RAW,
    ),
    Case(
        "labels-in-order",
        0,
        "the examples of MNIST, sorted are in the order of their labels, and the plan does not shuffle: every epoch "
        "begins with 0 alone and ends with 9 alone",
        mlp(Dense(64, "relu")),
        Plan(dataset="mnist-sorted", shuffle=False),
    ),
    Case(
        "bn-tiny-batches",
        3,
        "layer 3 (BatchNormalization) takes the mean of each batch: over 7 examples it is off by up to "
        "1/sqrt(7) = 38% of the spread",
        mlp(Dense(64, "relu"), BatchNormalization()),
        Plan(batch_size=7),
    ),
    Case(
        "bn-tiny-batches",
        3,
        "layer 3 (BatchNormalization) and 1 more takes the mean of each batch: over 1 example it is that example "
        "itself, and subtracting it leaves 0",
        mlp(Dense(64, "relu"), BatchNormalization(), Dense(64, "relu"), BatchNormalization()),
        Plan(batch_size=1),
    ),
    Case(
        "initial-spread",
        2,
        "kernel_initializer of layer 2 (Dense 64 relu) draws weights with a standard deviation of 1, "
        "19.8 times sqrt(2 / 784) = 0.0505",
        mlp(hidden(RandomNormal(stddev=1.0))),
    ),
    Case(
        "initial-spread",
        3,
        "kernel_initializer of layer 3 (Dense 64 tanh) draws weights with a standard deviation of 0.00144, "
        "1/86.6 of sqrt(2 / (64 + 64)) = 0.125; 1 more kernel is off",
        mlp(hidden(TruncatedNormal(stddev=0.5)), hidden(RandomUniform(-0.0025, 0.0025), activation="tanh")),
    ),
    Case(
        "initial-spread",
        1,
        "kernel_initializer of layer 1 (Conv2D 8@5x5) draws weights with a standard deviation of 2, "
        "7.07 times sqrt(2 / 25) = 0.283",
        net(Conv2D(8, (5, 5), kernel_initializer=RandomNormal(stddev=2.0)), LeakyReLU(), MaxPooling2D(), *TOP),
    ),
    Case(
        "initial-spread",
        2,
        "depthwise_initializer of layer 2 (DepthwiseConv2D 3x3 relu) draws weights with a standard deviation of 5, "
        "10.6 times sqrt(2 / 9) = 0.471",
        net(
            CONV,
            DepthwiseConv2D((3, 3), activation="relu", depthwise_initializer=RandomNormal(stddev=5.0)),
            MaxPooling2D((4, 4)),
            *TOP,
        ),
    ),
    Case(
        "initial-spread",
        2,
        "kernel_initializer of layer 2 (Conv2DTranspose 8@2x2 /2) draws weights with a standard deviation of 3, "
        "26.8 times sqrt(2 / (32 + 128)) = 0.112",
        net(
            CONV,
            Conv2DTranspose(8, (2, 2), (2, 2), kernel_initializer=RandomNormal(stddev=3.0)),
            MaxPooling2D((8, 8)),
            *TOP,
        ),
    ),
    Case(
        "initial-spread",
        2,
        "recurrent_initializer of layer 2 (Bidirectional LSTM 16) draws weights with a standard deviation of 2.5, "
        "15.8 times sqrt(2 / (16 + 64)) = 0.158",
        net(
            Reshape((28, 28)),
            Bidirectional(LSTM(16, recurrent_initializer=Orthogonal(gain=20.0))),
            Dense(10, "softmax"),
        ),
    ),
    Case(
        "initial-spread",
        2,
        "kernel_initializer of layer 2 (Dense 64) draws weights with a standard deviation of 0.357, "
        "7.35 times sqrt(2 / (784 + 64)) = 0.0486",
        mlp(Dense(64, kernel_initializer=VarianceScaling(scale=100.0))),
    ),
    Case(
        "same-weights",
        2,
        "kernel_initializer fills layer 2 (Dense 64 relu) with 0: all 64 units start equal and act as one",
        mlp(hidden(Zeros())),
    ),
    Case(
        "same-weights",
        2,
        "kernel_initializer fills layer 2 (Dense 64 sigmoid) with 0.1: all 64 units start equal and act as one; "
        "1 more kernel is affected",
        mlp(hidden(Constant(0.1), activation="sigmoid"), hidden(RandomNormal(mean=1.0, stddev=0.0))),
    ),
    Case(
        "same-weights",
        1,
        "pointwise_initializer fills layer 1 (SeparableConv2D 16@3x3) with 1: all 16 units start equal and act as one",
        net(SeparableConv2D(16, (3, 3), pointwise_initializer=Ones()), MaxPooling2D(), *TOP),
    ),
    Case(
        "output-not-the-classes",
        3,
        "the output is 64, MNIST has 10 classes: the last layer must give 10 numbers",
        mlp(Dense(64, "relu"), last=(Dense(64, "relu"),)),
    ),
    Case(
        "output-not-the-classes",
        1,
        "the output is 26x26x32, MNIST has 10 classes: the last layer must give 10 numbers",
        net(CONV),
    ),
    Case(
        "output-not-the-classes",
        1,
        "the output is 28x28x12, MNIST has 10 classes: the last layer must give 10 numbers",
        net(Dense(12, "softmax")),
    ),
    Case(
        "softmax-on-one-unit",
        3,
        "layer 3 (Dense 1 softmax) is a softmax over 1 number: exp(x) / exp(x) = 1 for every x",
        mlp(Dense(64, "relu"), last=(Dense(1, "softmax"),)),
        also=("output-not-the-classes",),
    ),
    Case(
        "softmax-on-one-unit",
        3,
        "layer 3 (Activation softmax) is a softmax over 1 number: exp(x) / exp(x) = 1 for every x; the same in 1 more "
        "layer",
        net(
            Reshape((28, 28)),
            Conv1D(1, 3),
            Activation("softmax"),
            Bidirectional(LSTM(1, activation="softmax"), merge_mode="sum"),
            Dense(10, "softmax"),
        ),
        also=("bottleneck",),
    ),
    Case(
        "softmax-on-one-unit",
        1,
        "layer 1 (Conv2D 1@3x3 softmax) is a softmax over 1 number: exp(x) / exp(x) = 1 for every x",
        net(Conv2D(1, (3, 3), activation="softmax"), *TOP),
    ),
    Case(
        "binary-loss-on-softmax",
        3,
        "binary_crossentropy averages 10 yes-or-no questions for each image, 9 of them with the answer no; the softmax "
        "of layer 3 (Dense 10 softmax) gives 10 probabilities that add up to 1",
        mlp(Dense(64, "relu")),
        BINARY,
    ),
    Case(
        "binary-loss-on-softmax",
        4,
        "binary_focal_crossentropy averages 10 yes-or-no questions for each image, 9 of them with the answer no; the "
        "softmax of layer 4 (Activation softmax) gives 10 probabilities that add up to 1",
        mlp(Dense(64, "relu"), last=(Dense(10), Activation("softmax"))),
        Plan(loss=BinaryFocalCrossentropy(gamma=1.0, from_logits=True)),
    ),
    Case(
        "no-softmax",
        3,
        "sparse_categorical_crossentropy expects 10 probabilities that add up to 1; layer 3 (Dense 10) ends in linear; "
        "outputs of 0 and less are clipped to 1e-07, whose logarithm is -16.1",
        mlp(Dense(64, "relu"), last=(Dense(10),)),
        Plan(loss=SparseCategoricalCrossentropy()),
    ),
    Case(
        "no-softmax",
        3,
        "categorical_crossentropy expects 10 probabilities that add up to 1; layer 3 (Dense 10 sigmoid) ends in "
        "sigmoid: 10 numbers that add up to anything from 0 to 10",
        mlp(Dense(64, "relu"), last=(Dense(10, "sigmoid"),)),
    ),
    Case(
        "no-softmax",
        4,
        "categorical_crossentropy expects 10 probabilities that add up to 1; layer 4 (LeakyReLU 0.3) ends in "
        "leaky_relu; outputs of 0 and less are clipped to 1e-07, whose logarithm is -16.1",
        mlp(Dense(64, "relu"), last=(Dense(10), LeakyReLU())),
    ),
    Case(
        "no-softmax",
        3,
        "categorical_crossentropy expects 10 probabilities that add up to 1; layer 3 (Dense 10) ends in linear; "
        "outputs of 0 and less are clipped to 1e-07, whose logarithm is -16.1",
        mlp(Dense(64, "relu"), last=(Dense(10), BatchNormalization())),
    ),
    Case(
        "no-softmax",
        2,
        "categorical_crossentropy expects 10 probabilities that add up to 1; layer 2 (GRU 10) ends in tanh; outputs of "
        "0 and less are clipped to 1e-07, whose logarithm is -16.1",
        net(Reshape((28, 28)), GRU(10)),
    ),
    Case(
        "hinge-without-negatives",
        3,
        "squared_hinge expects 1 for the class and -1 for each of the 9 others; layer 3 (Dense 10 sigmoid) ends in "
        "sigmoid, which never goes below 0",
        mlp(Dense(64, "relu"), last=(Dense(10, "sigmoid"),)),
        Plan(loss=SquaredHinge()),
    ),
    Case(
        "no-positive-output",
        3,
        "poisson takes the logarithm of the outputs; layer 3 (Dense 10) ends in linear, which goes below 0",
        mlp(Dense(64, "relu"), last=(Dense(10),)),
        Plan(loss=Poisson()),
    ),
    Case(
        "no-softmax",
        3,
        "kl_divergence expects 10 probabilities that add up to 1; layer 3 (Dense 10 relu) ends in relu; outputs of 0 "
        "and less are clipped to 1e-07, whose logarithm is -16.1",
        mlp(Dense(64, "relu"), last=(Dense(10, "relu"),)),
        Plan(loss=KLDivergence()),
    ),
    Case(
        "no-sigmoid",
        3,
        "binary_crossentropy expects 10 numbers between 0 and 1; layer 3 (Dense 10) ends in linear; outputs of 0 and "
        "less are clipped to 1e-07, whose logarithm is -16.1",
        mlp(Dense(64, "relu"), last=(Dense(10),)),
        BINARY,
    ),
    Case(
        "logits-of-softmax",
        3,
        "categorical_crossentropy has from_logits=true and applies softmax to the output of layer 3 (Dense 10 "
        "softmax), which is already a softmax",
        mlp(Dense(64, "relu")),
        LOGITS,
    ),
    Case(
        "logits-of-softmax",
        3,
        "categorical_focal_crossentropy has from_logits=true and applies softmax to the output of layer 3 (Dense 10 "
        "softmax): probabilities of 1 and 0 become 0.23 and less, a loss of 1.46 at best",
        mlp(Dense(64, "relu")),
        Plan(loss=CategoricalFocalCrossentropy(from_logits=True)),
    ),
    Case(
        "logits-of-sigmoid",
        3,
        "sparse_categorical_crossentropy has from_logits=true and applies softmax to the output of layer 3 (Dense 10 "
        "sigmoid): numbers from 0 to 1 give a probability of 0.23 at most, that of 1 among 0s",
        mlp(Dense(64, "relu"), last=(Dense(10, "sigmoid"), Flatten())),
        Plan(loss=SparseCategoricalCrossentropy(from_logits=True)),
    ),
    Case(
        "logits-of-sigmoid",
        3,
        "binary_focal_crossentropy has from_logits=true and applies sigmoid to the output of layer 3 (Dense 10 "
        "sigmoid): numbers from 0 to 1 become 0.50 to 0.73",
        mlp(Dense(64, "relu"), last=(Dense(10, "sigmoid"),)),
        Plan(loss=BinaryFocalCrossentropy(from_logits=True)),
    ),
    Case(
        "dropout-after-output",
        4,
        "layer 4 (Dropout 0.4) sets 40% of the 10 outputs to 0 while training: for 40% of the images the correct class "
        "is among them",
        mlp(Dense(64, "relu"), last=(Dense(10, "softmax"), Dropout(0.4), Flatten(), Dropout(0.1))),
    ),
    Case(
        "dropout-after-output",
        4,
        "layer 4 (GaussianNoise 0.1) adds noise with a standard deviation of 0.1 to the 10 outputs",
        mlp(Dense(64, "relu"), last=(Dense(10), GaussianNoise(0.1), Activation("softmax"))),
    ),
    Case(
        "normalization-after-output",
        4,
        "layer 3 (Dense 10 softmax) gives 10 numbers that add up to 1; layer 4 (BatchNormalization) shifts them to "
        "mean 0 over the batch, about half of them below 0",
        mlp(Dense(64, "relu"), last=(Dense(10, "softmax"), BatchNormalization())),
    ),
    Case(
        "normalization-after-output",
        4,
        "layer 3 (Dense 10 sigmoid) gives 10 numbers; layer 4 (LayerNormalization) shifts them to mean 0 over the "
        "example, about half of them below 0",
        mlp(Dense(64, "relu"), last=(Dense(10, "sigmoid"), LayerNormalization())),
        BINARY,
    ),
    Case(
        "bottleneck",
        3,
        "layer 3 (Dense 4 relu) has 4 outputs; the probabilities of 10 classes, which add up to 1, are 9 free numbers",
        mlp(Dense(64, "relu"), Dense(4, "relu"), Dense(64, "relu")),
    ),
    Case(
        "bottleneck",
        2,
        "layer 2 (GlobalAveragePooling2D) has 6 outputs; the probabilities of 10 classes, which add up to 1, are 9 "
        "free numbers",
        net(Conv2D(6, (3, 3), groups=1, activation="relu"), GlobalAveragePooling2D(), Dense(10, "softmax")),
    ),
    Case(
        "bottleneck",
        4,
        "layer 4 (Dense 1 tanh) has 1 output, and 2 more are below 9; the probabilities of 10 classes, which add up to "
        "1, are 9 free numbers",
        net(Reshape((28, 28)), Bidirectional(LSTM(3)), Dense(8, "tanh"), Dense(1, "tanh"), Dense(10, "softmax")),
    ),
    Case(
        "discards-image",
        1,
        "layer 1 (MaxPooling2D 7x7 /7) leaves 16 of the image's 784 numbers (2.0%) before any weight has seen them",
        net(MaxPooling2D((7, 7)), Flatten(), Dense(64, "relu"), Dense(10, "softmax")),
    ),
    Case(
        "discards-image",
        2,
        "layer 2 (AveragePooling2D 2x2 /2) leaves 49 of the image's 784 numbers (6.2%) before any weight has seen them",
        net(MaxPooling2D(), AveragePooling2D(), Conv2D(32, (3, 3), activation="relu"), *TOP),
    ),
    Case(
        "discards-image",
        1,
        "layer 1 (MaxPooling2D 4x4 /4) leaves 49 of the image's 784 numbers (6.2%) before any weight has seen them",
        net(MaxPooling2D((4, 4)), AveragePooling2D(), GlobalAveragePooling2D(), Dense(64), Dense(10, "softmax")),
    ),
    Case(
        "discards-image",
        1,
        "layer 1 (GlobalMaxPooling2D) leaves 1 of the image's 784 numbers (0.1%) before any weight has seen them",
        net(GlobalMaxPooling2D(), Dense(64, "relu"), Dense(10, "softmax")),
    ),
    Case(
        "skips-pixels",
        1,
        "the 2x2 window of layer 1 (Conv2D 32@2x2 /4 relu) moves by 4x4: it sees 196 of 784 pixels (25.0%)",
        net(Conv2D(32, (2, 2), (4, 4), activation="relu"), *TOP),
    ),
    Case(
        "skips-pixels",
        1,
        "the 3x3 window of layer 1 (DepthwiseConv2D 3x3 /5 same *16) moves by 5x5: it sees 324 of 784 pixels (41.3%)",
        net(DepthwiseConv2D((3, 3), (5, 5), padding="same", depth_multiplier=16), *TOP),
    ),
    Case(
        "top-heavy",
        3,
        "layer 3 (Dense 128 relu) holds 2,769,024 of 2,770,634 parameters (99.9%): Flatten gives it "
        "26 * 26 * 32 = 21,632 numbers",
        net(CONV, Flatten(), Dense(128, "relu"), Dense(10, "softmax")),
    ),
    Case(
        "output-not-the-classes",
        2,
        "the output is 1, MNIST has 10 classes: the last layer must give 10 numbers",
        mlp(last=(Dense(1, "sigmoid"),)),
    ),
    Case(
        "softmax-twice",
        4,
        "layer 4 (Activation softmax) is applied to the softmax of layer 3 (Dense 10 softmax): 10 numbers from 0 to 1 "
        "become probabilities of 0.23 at most, so the loss cannot go below -log(0.2320) = 1.46",
        mlp(Dense(64, "relu"), last=(Dense(10, "softmax"), Activation("softmax"))),
    ),
    Case(
        "softmax-twice",
        5,
        "layer 5 (Activation softmax) is applied to the softmax of layer 3 (Dense 10 softmax): 10 numbers from 0 to 1 "
        "become probabilities of 0.23 at most",
        mlp(Dense(64, "relu"), last=(Dense(10, "softmax"), Dropout(0.0), Activation("softmax"))),
        Plan(loss=MeanSquaredError()),
    ),
    Case(
        "bounded-logits",
        4,
        "layer 4 (Activation softmax) is applied to the sigmoid of layer 3 (Dense 10 sigmoid): 10 numbers from 0 to 1 "
        "become probabilities of 0.23 at most, so the loss cannot go below -log(0.2320) = 1.46",
        mlp(Dense(64, "relu"), last=(Dense(10, "sigmoid"), Activation("softmax"))),
    ),
    Case(
        "bounded-logits",
        5,
        "layer 5 (Activation softmax) is applied to the tanh of layer 4 (Activation tanh): 10 numbers from -1 to 1 "
        "become probabilities of 0.45 at most, so the loss cannot go below -log(0.4509) = 0.80",
        mlp(Dense(64, "relu"), last=(Dense(10), Activation("tanh"), Activation("softmax"))),
        Plan(loss=SparseCategoricalCrossentropy()),
    ),
    Case(
        "hidden-softmax",
        2,
        "layer 2 (Dense 64 softmax) is a hidden layer: its 64 numbers add up to 1, about 0.016 each",
        mlp(Dense(64, "softmax")),
    ),
    Case(
        "hidden-softmax",
        2,
        "layer 2 (Activation softmax) is a hidden layer: its 32 numbers add up to 1, about 0.031 each; the same in 1 "
        "more hidden layer",
        net(Conv2D(32, (3, 3)), Activation("softmax"), MaxPooling2D(), Flatten(), Dense(20, "softmax"), *TOP[1:]),
    ),
    Case(
        "softmax-axis",
        4,
        "layer 4 (Activation softmax) works along the last axis of 5x2: every 2 numbers add up to 1, not the 10 class "
        "outputs",
        mlp(Dense(10), last=(Reshape((5, 2)), Activation("softmax"), Flatten())),
    ),
    Case(
        "penalty-dominates",
        2,
        "kernel_regularizer l2=1 of layer 2 (Dense 64 relu) adds about 118 to the loss at the start, with 1 more "
        "regularizer about 136; guessing among 10 classes gives a loss of 2.3",
        mlp(
            Dense(64, "relu", kernel_regularizer=Regularizer(l2=1.0)),
            last=(Dense(10, "softmax", kernel_regularizer=Regularizer(l2=1.0)),),
        ),
    ),
    Case(
        "penalty-dominates",
        2,
        "recurrent_regularizer l1=0.1 of layer 2 (Bidirectional LSTM 32) adds about 57.8 to the loss at the start; "
        "guessing among 10 classes gives a loss of 0.09",
        net(
            Reshape((28, 28)),
            Bidirectional(LSTM(32, recurrent_regularizer=Regularizer(l1=0.1))),
            Dense(10, "softmax"),
        ),
        Plan(loss=MeanSquaredError()),
    ),
    Case(
        "flat-slopes",
        2,
        "eleven sigmoids in a row: weights aside, the gradient of layer 2 (Dense 64 sigmoid) is at most "
        "0.25^11 = 2e-07 of the last layer's",
        mlp(*[Dense(64, "sigmoid")] * 11),
    ),
    Case(
        "flat-slopes",
        1,
        "two hard_sigmoids and three sigmoids in a row: weights aside, the gradient of layer 1 "
        "(Conv2D 8@3x3) is at most 0.167^2 * 0.25^3 = 0.0004 of the last layer's",
        net(
            Conv2D(8, (3, 3)),
            Activation("sigmoid"),
            MaxPooling2D(),
            Flatten(),
            *[Dense(64, "hard_sigmoid"), Dense(64, "sigmoid")] * 2,
            Dense(10, "softmax"),
        ),
    ),
    Case(
        "bn-moving-averages-lag",
        3,
        "layer 3 (BatchNormalization) has momentum=0.999: after the 60 steps of the plan its moving averages still "
        "hold 0.999^60 = 94% of their initial 0 and 1; the same in 1 more layer",
        mlp(*[Dense(64), BatchNormalization(momentum=0.999), Activation("relu")] * 2),
        Plan(batch_size=2000, epochs=2),
    ),
)

HEALTHY = (
    # Pixels that are scaled in front of the first kernel, or whose network has none, or is there for arithmetic.
    (net(Rescaling(1 / 255), Flatten(), Dense(10, "softmax")), RAW),
    (net(Rescaling(2 / 255, -1.0), CONV, MaxPooling2D(), *TOP), RAW),
    (net(Flatten(), BatchNormalization(), Dense(10, "softmax")), RAW),
    (net(LayerNormalization((1, 2)), Flatten(), Dense(10, "softmax")), RAW),
    (net(Flatten(), Dense(3, "relu"), shape=(7, 7, 1)), RAW),
    # Batches that are large enough, and statistics that do not come from them.
    (mlp(Dense(64, "relu"), BatchNormalization()), Plan(batch_size=8)),
    (mlp(Dense(64, "relu"), BatchNormalization(trainable=False)), Plan(batch_size=1)),
    (mlp(Dense(64, "relu"), LayerNormalization()), Plan(batch_size=1)),
    # Spreads that are right, nearly right, or divided away again; weights that start alike where that does no harm.
    (mlp(hidden(HeNormal())), Plan()),
    (mlp(hidden(RandomNormal(stddev=0.2))), Plan()),
    (mlp(hidden(RandomNormal(stddev=0.013))), Plan()),
    (mlp(hidden(RandomNormal(stddev=1.0)), BatchNormalization()), Plan()),
    (mlp(hidden(RandomNormal(stddev=1.0), trainable=False)), Plan()),
    (mlp(hidden(Zeros(), trainable=False)), Plan()),
    (mlp(Dense(64, "relu"), last=(Dense(10, "softmax", kernel_initializer=Zeros()),)), Plan()),
    (net(DepthwiseConv2D((3, 3), depthwise_initializer=Ones()), *TOP), Plan()),
    (mlp(Dense(1000, kernel_initializer=GlorotUniform())), Plan()),
    (net(Reshape((28, 28)), Bidirectional(LSTM(16)), Dense(10, "softmax")), Plan()),
    # Losses that fit.
    (mlp(last=(Dense(10),)), LOGITS),
    (mlp(last=(Dense(10), BatchNormalization())), LOGITS),
    (mlp(last=(Dense(10, "log_softmax"),)), LOGITS),
    (mlp(last=(Dense(10, "sigmoid"),)), BINARY),
    (mlp(last=(Dense(10),)), Plan(loss=BinaryCrossentropy(from_logits=True))),
    (mlp(last=(Dense(10), Activation("softmax"))), Plan()),
    (mlp(last=(Dense(10, "softmax"), Activation("linear"))), Plan()),
    (mlp(last=(Dense(10), BatchNormalization(), Activation("softmax"))), Plan()),
    (mlp(), Plan(loss=MeanSquaredError())),
    (mlp(), Plan(loss=Poisson())),
    (mlp(last=(Dense(10, "tanh"),)), Plan(loss=SquaredHinge())),
    (mlp(last=(Dense(10, "relu"),)), Plan(loss=MeanSquaredError())),
    (net(Conv2D(1, (3, 3)), shape=(7, 7, 1)), Plan()),
    (net(CONV, Conv2D(10, (1, 1)), GlobalAveragePooling2D(), Activation("softmax")), Plan()),
    # Activations in front of softmax that leave it room; penalties that are small; slopes that multiply to enough.
    (mlp(last=(Dense(10, "relu6"), Activation("softmax"))), Plan()),
    (mlp(last=(Dense(10, "log_softmax"), Activation("softmax"))), Plan()),
    (mlp(Dense(128, "relu", kernel_regularizer=Regularizer(l2=0.01))), Plan()),
    (mlp(Dense(128, "relu", kernel_regularizer=Regularizer(l2=1.0), trainable=False)), Plan()),
    (mlp(*[Dense(64, "sigmoid")] * 4), Plan()),
    (mlp(*[Dense(64, "tanh")] * 12), Plan()),
    (mlp(*[Dense(64, "sigmoid"), BatchNormalization()] * 6), Plan()),
    # Moving averages that have arrived, or are those that training goes by.
    (mlp(Dense(64, "relu"), BatchNormalization()), Plan(epochs=1)),
    (mlp(Dense(64, "relu"), BatchNormalization(momentum=0.999, trainable=False)), Plan(epochs=1)),
    # Dropout and normalization behind hidden layers, or that do nothing.
    (mlp(Dense(64, "relu"), Dropout(0.5)), Plan()),
    (mlp(last=(Dense(10, "softmax"), Dropout(0.0))), Plan()),
    (net(CONV, Conv2D(10, (1, 1)), Dropout(0.5), GlobalAveragePooling2D(), Activation("softmax")), Plan()),
    # Nine numbers tell ten shares.
    (mlp(Dense(9, "relu")), Plan()),
    # A pool that leaves a quarter, windows that touch, more pools behind a filter.
    (net(MaxPooling2D(), CONV, *TOP), Plan()),
    (net(Conv2D(32, (4, 4), (4, 4), activation="relu"), *TOP), Plan()),
    (net(Conv2D(32, (3, 3), (4, 4), activation="relu"), *TOP), Plan()),
    (net(CONV, MaxPooling2D((7, 7)), *TOP), Plan()),
    # Most parameters in one layer, but few, or with no filters before, or in none that a pool would lighten.
    (mlp(Dense(500, "relu")), Plan()),
    (net(CONV, MaxPooling2D(), Flatten(), Dense(128, "relu"), Dense(10, "softmax")), Plan()),
    (net(CONV, GlobalAveragePooling2D(), Dense(4000, "relu"), Dense(10, "softmax")), Plan()),
)  # fmt: skip
