"""Rules about regularizers: penalties on weights and outputs that dwarf the loss itself."""

from collections.abc import Callable, Iterator
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from core.diagnosis.finding import Finding
from core.diagnosis.kernels import expected
from core.diagnosis.rule import BROKEN, STUCK, static_rule
from core.diagnosis.static_context import StaticContext, place
from core.fields.struct import fields_of
from core.formatting import show_amount
from core.network.fix import Fix
from core.network.initializers import Initializer
from core.network.layers import Layer
from core.network.regularizers import Regularizer
from core.network.shapes import Shape, count
from core.network.summary import Row

__all__ = ["CAUSE", "CODE", "Penalty", "penalties", "penalty_of", "weaker_penalty_fixes"]

CODE = "penalty-dominates"

TIMES = 5
"""How many times the loss of guessing an initial penalty may be. 784-128-10 reaches 97% in two epochs without one; with
an L2 penalty as large as the loss 91%, three times as large 88%, ten times 73% and a hundred times 11%."""

SMALL = 0.01
"""The initial penalty that a fix leaves, as a share of the loss of guessing."""

CAUSE = (
    "Training minimizes the sum of loss and penalties. If the penalties are most of it, the quickest way is to drive "
    "all weights to 0: the network ends up guessing, or close to it, whatever it could have learned."
)


_Change = Callable[[Regularizer], Regularizer | None]


class Penalty(Struct, frozen=True):
    """A regularizer of a row, and what it adds to the loss at the start: None if that depends on the images."""

    row: Row
    field: str
    regularizer: Regularizer
    start: float | None


@static_rule(30, {CODE: STUCK | BROKEN})
def penalty_dominates(context: StaticContext) -> Iterator[Finding]:
    """Penalties on the initial weights that are many times the loss."""
    found = [one for one in penalties(context) if one.start]
    total, loss = sum(one.start or 0.0 for one in found), context.plan.loss.guessed(context.classes)
    if not context.trains or not found or not loss or total < TIMES * loss:
        return
    found.sort(key=lambda one: -(one.start or 0.0))
    worst = found[0]
    more = ""
    if found[1:]:
        more = f", with {show_amount(len(found) - 1, 'more regularizer')} about {total:,.3g}"
    yield Finding(
        CODE,
        worst.row.index,
        f"{penalty_of(worst)} adds about {worst.start:,.3g} to the loss at the start{more}; "
        f"guessing among {context.classes} classes gives a loss of {loss:.2g}",
        CAUSE,
        weaker_penalty_fixes(context, found, SMALL * loss / total),
    )


def penalties(context: StaticContext) -> list[Penalty]:
    """The regularizers of all trainable layers."""
    return [one for row in context.summary.rows[1:] for one in _penalties(row)]


def penalty_of(one: Penalty) -> str:
    """``kernel_regularizer l2=1 of layer 1 (Dense 128 relu)``."""
    factors = " ".join(f"{name}={value:g}" for name, value in _factors(one.regularizer).items())
    return f"{one.field} {factors} of {place(one.row)}"


def weaker_penalty_fixes(context: StaticContext, found: list[Penalty], share: float) -> tuple[Fix, ...]:
    """Fixes that remove the regularizers ``found``, or multiply their factors by ``share``."""
    several = f" of {show_amount(len(found), 'regularizer')}" if found[1:] else ""
    label = f"remove {show_amount(len(found), 'regularizer')}" if found[1:] else f"remove {found[0].field}"
    fixes = [_with(context, label, found, lambda _: None)]
    weaker = _weaker(found[0].regularizer, share)
    if _factors(weaker):
        factors = ", ".join(f"{name}={value:g}" for name, value in _factors(weaker).items())
        label = f"set {factors} in {found[0].field}"
        if several:
            label = f"multiply the factors{several} by {share:.0e}"
        fixes.append(_with(context, label, found, lambda one: _weaker(one, share)))
    return tuple(fixes)


def _with(context: StaticContext, label: str, found: list[Penalty], changed: _Change) -> Fix:
    architecture = context.architecture
    for one in found:
        layer = architecture.layers[one.row.index - 1]
        regularized = layer.replace_inner(**{one.field: changed(one.regularizer)})
        architecture = architecture.replace(one.row.index, regularized)
    return context.make_fix(label, architecture=architecture)


def _weaker(regularizer: Regularizer, share: float) -> Regularizer:
    return replace(
        regularizer, **{name: float(f"{value * share:.0e}") for name, value in _factors(regularizer).items()}
    )


def _factors(regularizer: Regularizer) -> dict[str, float]:
    return {name: value for name in ("l1", "l2") if (value := getattr(regularizer, name))}


def _penalties(row: Row) -> Iterator[Penalty]:
    layer = row.layer.inner
    if row.facts is None or row.input is None or not row.layer.learns:
        return
    for field in _regularizer_fields(type(layer)):
        regularizer = getattr(layer, field)
        if regularizer is not None and _factors(regularizer):
            start = _start(layer, row, field.removesuffix("_regularizer"), regularizer)
            yield Penalty(row, field, regularizer, None if start is None else row.layer.copies * start)


@cache
def _regularizer_fields(layer_type: type[Layer]) -> tuple[str, ...]:
    """Cached, because every key press checks hundreds of layers."""
    return tuple(field.name for field in fields_of(layer_type) if field.name.endswith("_regularizer"))


def _start(layer: Layer, row: Row, weight: str, regularizer: Regularizer) -> float | None:
    """What ``regularizer`` adds for a freshly initialized weight; None for an output."""
    initializer = getattr(layer, f"{weight}_initializer", None)
    if not isinstance(initializer, Initializer) or row.input is None:
        return None
    shape = _shape(layer, row.input, f"{weight}_initializer")
    if shape is None:
        return None
    absolute, square = expected(initializer, shape)
    sizes = {"l1": absolute, "l2": square}
    return count(shape) * sum(factor * sizes[name] for name, factor in _factors(regularizer).items())


def _shape(layer: Layer, x: Shape, field: str) -> Shape | None:
    """The shape of the weight that ``field`` initializes, or one with as many numbers."""
    for kernel in layer.kernels(x):
        if kernel.field == field:
            return kernel.shape
    facts = layer.facts(x)
    numbers = {"bias": facts.biases, "beta": facts.biases, "gamma": facts.weights, "alpha": facts.weights}
    found = numbers.get(field.removesuffix("_initializer"), ())
    return (sum(number.value for number in found),) if found else None
