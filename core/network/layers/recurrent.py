"""Keras's recurrent layers."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from msgspec.structs import replace

from core.fields.registry import RegisteredField
from core.fields.struct import RARE
from core.fields.types import BoolField, ChoiceField
from core.formatting import show_amount
from core.keras_call import Call
from core.network.formulas import Formula, Number, total
from core.network.initializers import GlorotUniform, Orthogonal, Zeros
from core.network.kernel import Kernel
from core.network.layers import arguments as arg
from core.network.layers.base import Facts, Layer, LayerError, LayerFix
from core.network.layers.inputs import sequence
from core.network.shapes import Shape

__all__ = ["GRU", "LSTM", "Bidirectional", "SimpleRNN"]

KERNEL = Formula("weights from the input", "gates * features * units", "keras.layers.LSTM: kernel")
RECURRENT = Formula("weights from the last step", "gates * units * units", "keras.layers.LSTM: recurrent_kernel")
BIASES = Formula("biases", "gates * units", "keras.layers.LSTM: bias")
GRU_BIASES = Formula("biases", "2 * gates * units", "keras.layers.GRU, reset_after=True: input and recurrent bias")
WORK = Formula("multiply-adds", "steps * weights", "each weight is used once a step")
TWICE = Formula("twice", "2 * one", "keras.layers.Bidirectional: one copy forward, one backward")

ReturnSequences = Annotated[bool, BoolField(), "Return the output of every step, not only of the last"]
GoBackwards = Annotated[bool, BoolField(), "Read the sequence from its end", RARE]


class _Recurrent(Layer, frozen=True):
    group: ClassVar[str] = "Recurrent"
    recurrent = True
    initial_values: ClassVar[Mapping[str, Any]] = {"units": 64}
    gates: ClassVar[int]

    units: arg.Units

    @property
    def detail(self) -> str:
        return f"{self.units}{' sequences' if self.returns_sequences else ''}"

    def kernels(self, x: Shape) -> tuple[Kernel, ...]:
        gates = self.gates * self.units
        # Each unit adds up two random kernels: equal values in one of them do not make units equal.
        return (
            Kernel("kernel_initializer", (x[-1], gates), x[-1], 1),
            Kernel("recurrent_initializer", (self.units, gates), self.units, 1),
        )

    def weight_axes(self, x: Shape) -> Mapping[str, int]:
        return {"kernel_initializer": 2, "recurrent_initializer": 2}

    @property
    def returns_sequences(self) -> bool:
        return bool(getattr(self, "return_sequences", False))

    def bias_numbers(self) -> tuple[Number, ...]:
        return (BIASES(gates=self.gates, units=self.units),)

    def derive(self, x: Shape) -> Facts:
        steps, features = sequence(self, x)
        kernel = KERNEL(gates=self.gates, features=features, units=self.units)
        recurrent = RECURRENT(gates=self.gates, units=self.units)
        return Facts(
            (steps, self.units) if self.returns_sequences else (self.units,),
            sizes=(Formula("output", "units", "keras.layers.LSTM")(units=self.units),),
            weights=(kernel, recurrent),
            biases=self.bias_numbers() if getattr(self, "use_bias", True) else (),
            multiply_adds=(WORK(steps=steps, weights=kernel.value + recurrent.value),),
            notes=(f"{show_amount(steps, 'step')} of {show_amount(features, 'feature')}, one after the other.",),
        )


class SimpleRNN(_Recurrent, frozen=True):
    """Reads a sequence step by step; each step sees the input and the previous output."""

    gates: ClassVar[int] = 1

    activation: arg.Activation = "tanh"
    use_bias: arg.UseBias = True
    kernel_initializer: arg.InitializerArg = GlorotUniform()
    recurrent_initializer: arg.InitializerArg = Orthogonal()
    bias_initializer: arg.InitializerArg = Zeros()
    kernel_regularizer: arg.RegularizerArg = None
    recurrent_regularizer: arg.RegularizerArg = None
    bias_regularizer: arg.RegularizerArg = None
    activity_regularizer: arg.RegularizerArg = None
    dropout: arg.Rate = 0.0
    recurrent_dropout: Annotated[arg.Rate, RARE] = 0.0
    return_sequences: ReturnSequences = False
    go_backwards: GoBackwards = False
    seed: arg.Seed = None
    trainable: arg.Trainable = True


class LSTM(_Recurrent, frozen=True):
    """A recurrent layer with a memory and three gates that write, keep and read it."""

    gates: ClassVar[int] = 4

    activation: arg.Activation = "tanh"
    recurrent_activation: Annotated[arg.Activation, RARE] = "sigmoid"
    use_bias: arg.UseBias = True
    kernel_initializer: arg.InitializerArg = GlorotUniform()
    recurrent_initializer: arg.InitializerArg = Orthogonal()
    bias_initializer: arg.InitializerArg = Zeros()
    unit_forget_bias: Annotated[bool, BoolField(), "Start the forget gate's bias at one", RARE] = True
    kernel_regularizer: arg.RegularizerArg = None
    recurrent_regularizer: arg.RegularizerArg = None
    bias_regularizer: arg.RegularizerArg = None
    activity_regularizer: arg.RegularizerArg = None
    dropout: arg.Rate = 0.0
    recurrent_dropout: Annotated[arg.Rate, RARE] = 0.0
    seed: arg.Seed = None
    return_sequences: ReturnSequences = False
    go_backwards: GoBackwards = False
    trainable: arg.Trainable = True


class GRU(_Recurrent, frozen=True):
    """A recurrent layer with two gates: how much of the past to use, and how much to keep."""

    gates: ClassVar[int] = 3

    activation: arg.Activation = "tanh"
    recurrent_activation: Annotated[arg.Activation, RARE] = "sigmoid"
    use_bias: arg.UseBias = True
    kernel_initializer: arg.InitializerArg = GlorotUniform()
    recurrent_initializer: arg.InitializerArg = Orthogonal()
    bias_initializer: arg.InitializerArg = Zeros()
    kernel_regularizer: arg.RegularizerArg = None
    recurrent_regularizer: arg.RegularizerArg = None
    bias_regularizer: arg.RegularizerArg = None
    activity_regularizer: arg.RegularizerArg = None
    dropout: arg.Rate = 0.0
    recurrent_dropout: Annotated[arg.Rate, RARE] = 0.0
    seed: arg.Seed = None
    return_sequences: ReturnSequences = False
    go_backwards: GoBackwards = False
    reset_after: Annotated[bool, BoolField(), "Apply the reset gate after the product; adds a second bias", RARE] = True
    trainable: arg.Trainable = True

    def weight_axes(self, x: Shape) -> Mapping[str, int]:
        return {**super().weight_axes(x), "bias_initializer": 2 if self.reset_after else 1}

    def bias_numbers(self) -> tuple[Number, ...]:
        biases = GRU_BIASES if self.reset_after else BIASES
        return (biases(gates=self.gates, units=self.units),)


class Bidirectional(Layer, frozen=True):
    """Two copies of a recurrent layer: one reads the sequence forward, one backward."""

    group: ClassVar[str] = "Recurrent"
    recurrent = True
    copies = 2
    initial_values: ClassVar[Mapping[str, Any]] = {"layer": LSTM(64)}

    layer: Annotated[Layer, RegisteredField(Layer, ("SimpleRNN", "LSTM", "GRU")), "The recurrent layer"]
    merge_mode: Annotated[str, ChoiceField("concat", "sum", "mul", "ave"), "How the two outputs are combined"] = (
        "concat"
    )
    trainable: arg.Trainable = True

    @property
    def inner(self) -> Layer:
        return self.layer

    def replace_inner(self, **fields: Any) -> "Bidirectional":
        return replace(self, layer=replace(self.layer, **fields))

    @property
    def learns(self) -> bool:
        return self.trainable and self.layer.learns

    def kernels(self, x: Shape) -> tuple[Kernel, ...]:
        return self.layer.kernels(x)

    @property
    def detail(self) -> str:
        return self.layer.label

    def derive(self, x: Shape) -> Facts:
        one = self._one(x)
        depth = one.output[-1] * (2 if self.merge_mode == "concat" else 1)
        return replace(
            one,
            output=(*one.output[:-1], depth),
            sizes=(TWICE("output", one=one.output[-1]),) if self.merge_mode == "concat" else one.sizes,
            weights=(TWICE("weights", one=total(one.weights)),),
            biases=(TWICE("biases", one=total(one.biases)),) if one.biases else (),
            multiply_adds=(TWICE("multiply-adds", one=total(one.multiply_adds)),),
            notes=(*one.notes, *(f"One copy: {n.name} {n.substituted} = {n.value:,}" for n in one.weights)),
        )

    def _one(self, x: Shape) -> Facts:
        """The facts of one copy; a fix of the copy becomes a fix of the whole layer."""
        try:
            facts = self.layer.facts(x)
        except LayerError as error:
            fix = error.fix
            if fix and fix.action == "replace" and fix.layer:
                fix = replace(fix, layer=replace(self, layer=fix.layer))
            raise LayerError(error.code, error.message, fix) from error
        if getattr(self.layer, "go_backwards", False):
            message = "Bidirectional: one copy already reads backward; Keras needs go_backwards=false inside"
            forward = replace(self, layer=replace(self.layer, go_backwards=False))
            raise LayerError("go-backwards", message, LayerFix("set go_backwards=false", "replace", forward))
        return facts

    def call(self, **changed: Any) -> Call:
        # Keras does not pass trainable=False on to the two copies.
        layer = self.layer if self.trainable else replace(self.layer, trainable=False)
        return super().call(**({"layer": layer.call()} | changed))

    def trainable_params(self, facts: Facts) -> int:
        frozen = not getattr(self.layer, "trainable", True)
        return 0 if frozen else super().trainable_params(facts)
