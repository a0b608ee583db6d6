"""The base class of layers: fields, shape and parameter arithmetic, and the call of the Keras layer."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from msgspec import Struct
from msgspec.structs import replace

from core.fields.registry import Registered
from core.fields.struct import fields_of
from core.keras_call import Call, KerasObject
from core.network.formulas import Number, total
from core.network.initializers import Initializer
from core.network.kernel import KERNEL_FIELDS, Kernel
from core.network.layers.absent import ABSENT
from core.network.shapes import Shape, Window

__all__ = ["REMOVE", "Facts", "Layer", "LayerError", "LayerFix", "LayerWarning"]


class LayerFix(Struct, frozen=True):
    """A fix that a key applies: replace the layer by ``layer``, insert it before or after, or remove the layer."""

    label: str
    action: Literal["replace", "insert", "append", "remove"]
    layer: "Layer | None" = None


SWITCHES = {"bias_initializer": "use_bias", "beta_initializer": "center", "gamma_initializer": "scale"}
"""The flags that a weight depends on, by the field of its initializer."""

REMOVE = LayerFix("remove it", "remove")


class LayerWarning(Struct, frozen=True):
    """Something a layer does that the user may not intend."""

    code: str
    message: str
    fix: LayerFix | None = None


class LayerError(ValueError):
    """A layer cannot take its input: why, and a fix."""

    def __init__(self, code: str, message: str, fix: LayerFix | None = REMOVE) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fix = fix


class Facts(Struct, frozen=True):
    """Everything that follows from a layer and the shape of its input, each number with its derivation.

    ``multiply_adds`` counts, for one example, the multiplications of an input by a weight or fixed scale, each
    with its addition; activations, comparisons and averages are not counted.
    """

    output: Shape
    sizes: tuple[Number, ...] = ()
    weights: tuple[Number, ...] = ()
    biases: tuple[Number, ...] = ()
    statistics: tuple[Number, ...] = ()
    multiply_adds: tuple[Number, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[LayerWarning, ...] = ()
    window: Window | None = None

    @property
    def params(self) -> int:
        """The number of parameters, as Keras's count_params: weights, biases and statistics together."""
        return total(self.weights) + total(self.biases) + total(self.statistics)


class Layer(Registered, KerasObject, frozen=True):
    """Base of all layers. Defining a subclass registers it for the palette, forms, files and Keras.

    A subclass has fields named and defaulted as in Keras, a docstring whose first line tells a student what the
    layer does, and `derive`.
    """

    tag: ClassVar[str] = "type"
    module: ClassVar[str] = "layers"
    absent: ClassVar[Mapping[str, str]] = ABSENT
    group: ClassVar[str] = "Other"
    """Its heading in the palette."""

    def derive(self, x: Shape) -> Facts:
        """The facts for an input of shape ``x``, before the checks that all layers share. Raises `LayerError`."""
        raise NotImplementedError

    # Properties that other modules use instead of checking the class.

    recurrent: ClassVar[bool] = False
    """Whether the output of one step is an input of the next."""
    pooling: ClassVar[bool] = False
    """Whether it reduces an image by a maximum or an average."""
    in_place: ClassVar[bool] = False
    """Whether it has one output for each input, in the same order."""
    normalizes_over: ClassVar[Literal["", "batch", "example"]] = ""
    """What it computes mean and variance over; empty if it does not normalize."""
    window_operation: ClassVar[Literal["", "convolution", "depthwise", "max", "average"]] = ""
    """What it computes at each position of its window; empty if it has no window, or several operations."""
    faster_compiled: ClassVar[bool] = False
    """Whether XLA runs it faster on a CPU than TensorFlow does. Convolutions take three times as long."""
    copies: ClassVar[int] = 1
    """How many copies of `inner` it has."""

    stand_ins: ClassVar[Mapping[str, str]] = {}
    """The fields that an empty one is as large as, by its name."""

    @property
    def inner(self) -> "Layer":
        """The layer with the weights: this one, unless it wraps another."""
        return self

    def replace_inner(self, **fields: Any) -> Self:
        """A copy with the ``fields`` of `inner` changed."""
        return replace(self, **fields)

    def effective(self, name: str) -> Any:
        """The field ``name``, or the one that it is computed with where it is empty."""
        value = getattr(self, name)
        return getattr(self, self.stand_ins[name]) if value is None and name in self.stand_ins else value

    @property
    def learns(self) -> bool:
        """Whether training changes its weights, if it has any."""
        return bool(getattr(self, "trainable", True))

    @property
    def activation_name(self) -> str:
        """The name of its activation, which may be "linear"; empty for a layer without one."""
        return str(getattr(self.inner, "activation", ""))

    def with_activation(self, name: str) -> Self | None:
        """A copy with the activation ``name``; None if the layer has no such argument."""
        return self.replace_inner(activation=name) if "activation" in self.inner.__struct_fields__ else None

    @property
    def kernel_fields(self) -> tuple[str, ...]:
        """The fields of `inner` that initialize its kernels."""
        return tuple(name for name in self.inner.__struct_fields__ if name in KERNEL_FIELDS)

    @property
    def has_kernel(self) -> bool:
        """Whether it multiplies its inputs by a kernel."""
        return bool(self.kernel_fields)

    def kernels(self, x: Shape) -> tuple[Kernel, ...]:
        """The kernels of one copy of `inner` for an input of shape ``x``, which the layer accepts."""
        return ()

    def weight_axes(self, x: Shape) -> Mapping[str, int]:
        """The rank of the weights, by the field of their initializer; those not listed, such as biases, have rank 1."""
        return {}

    def facts(self, x: Shape) -> Facts:
        """`derive`, and the checks that all layers share. Raises `LayerError`."""
        facts = self.derive(x)
        axes = self.weight_axes(x)
        for field in fields_of(type(self)):
            value = getattr(self, field.name)
            if not isinstance(value, Initializer) or not getattr(self, SWITCHES.get(field.name, ""), True):
                continue
            if refusal := value.refusal(axes.get(field.name, 1)):
                fix = LayerFix(
                    f"set {field.name}={field.default.alias()}",
                    "replace",
                    replace(self, **{field.name: field.default}),
                )
                raise LayerError("initializer", f"{self.type}: {field.name} {value.alias()} {refusal}", fix)
        return facts

    def accepts(self, x: Shape) -> bool:
        """Whether it can take an input of shape ``x``."""
        try:
            self.facts(x)
        except LayerError:
            return False
        return True

    @property
    def detail(self) -> str:
        """A few words that distinguish this layer from others of its type, for a narrow column."""
        return ""

    @classmethod
    def alias(cls) -> str:
        return cls.__name__

    @property
    def type(self) -> str:
        """The Keras class name."""
        return type(self).__name__

    @property
    def label(self) -> str:
        """Type and detail: ``Conv2D 6@5x5 same``."""
        return f"{self.type} {self.detail}".rstrip()

    @property
    def help(self) -> str:
        """What the layer does, in one line."""
        return (type(self).__doc__ or "").strip().splitlines()[0]

    def calls(self) -> tuple[Call, ...]:
        """The Keras layers that this layer becomes, in order."""
        return (self.call(),)

    def trainable_params(self, facts: Facts) -> int:
        """How many of the layer's parameters training changes."""
        learned = total(facts.weights) + total(facts.biases)
        return learned if self.learns else 0
