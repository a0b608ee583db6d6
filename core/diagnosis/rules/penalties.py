"""Rules about regularizers: penalties on weights and outputs next to which the loss itself does not count."""

from collections.abc import Callable, Iterator
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from core.diagnosis.finding import Finding
from core.diagnosis.kernels import expected
from core.diagnosis.rule import BROKEN, STUCK, static_rule
from core.diagnosis.static_context import StaticContext, named
from core.fields.struct import fields_of
from core.formatting import show_amount
from core.network.fix import Fix
from core.network.initializers import Initializer
from core.network.layers import Layer
from core.network.regularizers import Regularizer
from core.network.shapes import Shape, count
from core.network.summary import Row

__all__ = ["CAUSE", "CODE", "Penalty", "lightened", "penalties", "penalty_of"]

CODE = "penalty-dominates"

TIMES = 5
"""How many times the loss of guessing a penalty at the start may be. 784-128-10 comes to 97% in two epochs without
one; with an L2 penalty of as much as the loss to 91%, with three times as much to 88%, with ten times to 73% and with a
hundred times to 11%."""

SMALL = 0.01
"""What a penalty at the start is of the loss of guessing where a fix leads."""

CAUSE = (
    "Training makes the sum of loss and penalties small. Where the penalties are most of it, the quickest way is to "
    "take all weights to 0: the network ends up guessing, or not far from it, whatever it could have learned."
)


_Change = Callable[[Regularizer], Regularizer | None]


class Penalty(Struct, frozen=True):
    """What a regularizer of a row adds to the loss before the first step; None where that depends on the images."""

    row: Row
    field: str
    regularizer: Regularizer
    start: float | None


@static_rule(30, {CODE: STUCK | BROKEN})
def penalty_dominates(context: StaticContext) -> Iterator[Finding]:
    """Penalties on the first weights that are many times the loss."""
    found = [one for one in penalties(context) if one.start]
    whole, loss = sum(one.start or 0.0 for one in found), context.plan.loss.guessed(context.classes)
    if not context.trains or not found or not loss or whole < TIMES * loss:
        return
    found.sort(key=lambda one: -(one.start or 0.0))
    worst = found[0]
    more = ""
    if found[1:]:
        more = f", with {show_amount(len(found) - 1, 'more regularizer')} about {whole:,.3g}"
    yield Finding(
        CODE,
        worst.row.index,
        f"{penalty_of(worst)} adds about {worst.start:,.3g} to the loss at the start{more}; "
        f"guessing among {context.classes} classes is a loss of {loss:.2g}",
        CAUSE,
        lightened(context, found, SMALL * loss / whole),
    )


def penalties(context: StaticContext) -> list[Penalty]:
    """All regularizers of layers that are trained, with what they add at the start."""
    return [one for row in context.summary.rows[1:] for one in _penalties(row)]


def penalty_of(one: Penalty) -> str:
    """``kernel_regularizer l2=1 of layer 1 (Dense 128 relu)``."""
    factors = " ".join(f"{name}={value:g}" for name, value in _factors(one.regularizer).items())
    return f"{one.field} {factors} of {named(one.row)}"


def lightened(context: StaticContext, found: list[Penalty], share: float) -> tuple[Fix, ...]:
    """Fixes that take the regularizers ``found`` away, or multiply their factors by ``share``."""
    several = f" of {show_amount(len(found), 'regularizer')}" if found[1:] else ""
    gone = f"remove {show_amount(len(found), 'regularizer')}" if found[1:] else f"remove {found[0].field}"
    fixes = [_with(context, gone, found, lambda _: None)]
    weaker = _weaker(found[0].regularizer, share)
    if _factors(weaker):
        label = ", ".join(f"{name}={value:g}" for name, value in _factors(weaker).items())
        text = f"set {label} in {found[0].field}"
        if several:
            text = f"multiply the factors{several} by {share:.0e}"
        fixes.append(_with(context, text, found, lambda one: _weaker(one, share)))
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
def _regularizer_fields(kind: type[Layer]) -> tuple[str, ...]:
    """Looked up once for each type: hundreds of layers are gone through at every key."""
    return tuple(field.name for field in fields_of(kind) if field.name.endswith("_regularizer"))


def _start(layer: Layer, row: Row, weight: str, regularizer: Regularizer) -> float | None:
    """What ``regularizer`` adds for a weight as its initializer fills it; None for an output."""
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
    """The shape of the weight that ``field`` fills, or one that holds as many numbers."""
    for kernel in layer.kernels(x):
        if kernel.field == field:
            return kernel.shape
    facts = layer.facts(x)
    numbers = {"bias": facts.biases, "beta": facts.biases, "gamma": facts.weights, "alpha": facts.weights}
    held = numbers.get(field.removesuffix("_initializer"), ())
    return (sum(number.value for number in held),) if held else None
