"""Where a term is in a network, with its numbers there: functions that an entry names as ``here``."""

from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from math import prod

from msgspec import Struct

from core.datasets import DATASETS
from core.diagnosis.kernels import fans
from core.fields.struct import fields_of
from core.formatting import show_amount, show_count
from core.formulas.loss_formulas import FORMULAS
from core.glossary.kernels import kernels
from core.glossary.numbers import steps_an_epoch, trained_on
from core.network.activations import curve
from core.network.formulas import Number, total
from core.network.regularizers import Regularizer
from core.network.shapes import show_shape
from core.network.summary import Row, summarize
from core.presets import Preset

__all__ = ["FACTS", "Place"]


class Place(Struct, frozen=True):
    """A line on where a term is; ``row`` is that of the stack, None for the network as a whole, or the plan."""

    text: str
    row: int | None = None
    detail: str = ""
    """A second line: how its number comes about."""
    plan: bool = False
    """Whether it is in the plan."""


Facts = Callable[[Preset], Iterator[Place]]


def _rows(preset: Preset) -> tuple[Row, ...]:
    return summarize(preset.architecture).rows


def _shaped(row: Row) -> str:
    return f"{row.layer.label}: {show_shape(row.facts.output)}" if row.facts else row.layer.label


def _where(wanted: Callable[[Row], bool]) -> Facts:
    """The rows of layers that are ``wanted``, with their output."""
    return lambda preset: (Place(_shaped(row), row.index) for row in _rows(preset) if wanted(row))


def _counted(part: Callable[[Row], tuple[Number, ...]]) -> Facts:
    """The numbers of each row, with formula and values, and their sum."""

    def facts(preset: Preset) -> Iterator[Place]:
        rows = _rows(preset)
        if counted := sum(total(part(row)) for row in rows):
            yield Place(f"{show_count(counted)} in all")
        for row in rows:
            if numbers := part(row):
                steps = "; ".join(f"{number.formula} = {number.substituted}" for number in numbers)
                yield Place(f"{row.layer.label}: {total(numbers):,}", row.index, steps)

    return facts


def _parameters(preset: Preset) -> Iterator[Place]:
    summary = summarize(preset.architecture)
    totals = summary.totals
    yield Place(
        f"{totals.params:,} = {totals.weights:,} weights + {totals.biases:,} biases + {totals.statistics:,} statistics"
    )
    if totals.non_trainable:
        yield Place(f"{totals.trainable:,} trainable, {totals.non_trainable:,} not")
    for row in summary.rows:
        if row.facts and row.facts.params:
            yield Place(f"{row.layer.label}: {row.facts.params:,}", row.index)


def _hidden(preset: Preset) -> Iterator[Place]:
    hidden = [row for row in _rows(preset) if row.layer.inner.has_kernel][:-1]
    yield Place(f"{show_amount(len(hidden), 'hidden layer')} with weights")
    yield from (Place(_shaped(row), row.index) for row in hidden)


def _receptive(preset: Preset) -> Iterator[Place]:
    """How much of the image one number of each window layer depends on, while there is an image."""
    seen, jump = (1, 1), (1, 1)
    for row in _rows(preset):
        window = row.facts.window if row.facts else None
        if window is None:
            if row.facts and len(row.facts.output) < 3:
                return
            continue
        axes = (window.rows, window.columns)
        seen = (seen[0] + (axes[0].window - 1) * jump[0], seen[1] + (axes[1].window - 1) * jump[1])
        jump = (jump[0] * axes[0].stride, jump[1] * axes[1].stride)
        yield Place(f"{row.layer.label}: each number depends on {show_shape(seen)} pixels", row.index)


def _fans(preset: Preset) -> Iterator[Place]:
    for kernel in kernels(preset):
        fan_in, fan_out = fans(kernel.shape)
        name = "" if kernel.field == "kernel_initializer" else f" {kernel.field.removesuffix('_initializer')}"
        text = f"fan-in {show_count(fan_in)}, fan-out {show_count(fan_out)}, {kernel.initializer.alias()}"
        yield Place(f"{kernel.label}{name}: {text}", kernel.row)


def _slopes(preset: Preset) -> Iterator[Place]:
    """The steepest slopes of the hidden activations, multiplied from the output on."""
    rows = [row for row in _rows(preset) if row.layer.activation_name not in ("", "linear")][:-1]
    slopes = [curve(row.layer.activation_name).slope for row in rows]
    if rows:
        yield Place(f"{show_amount(len(rows), 'hidden activation')}: slopes of at most {prod(slopes):.3g} in all")
    for row, left in zip(reversed(rows), accumulate(reversed(slopes), lambda one, other: one * other), strict=True):
        yield Place(f"{row.layer.label}: at most {left:.3g} of the gradient passes", row.index)


def _loss(preset: Preset) -> Iterator[Place]:
    loss, classes = preset.plan.loss, len(DATASETS[preset.plan.dataset].classes)
    formula = FORMULAS.get(type(loss).__name__)
    guessed = formula.value(loss, 1 / classes, classes) if formula else loss.guessed(classes)
    yield Place(f"loss = {loss.alias()}; guessing gives {guessed:.3g}", plan=True)


def _epochs(preset: Preset) -> Iterator[Place]:
    plan, steps = preset.plan, steps_an_epoch(preset.plan)
    examples, last = trained_on(plan), trained_on(plan) - (steps - 1) * plan.batch_size
    yield Place(f"an epoch = ceil({examples:,} / {plan.batch_size:,}) = {show_amount(steps, 'step')}", plan=True)
    yield Place(f"the last batch of an epoch has {show_amount(last, 'example')}", plan=True)
    yield Place(f"{plan.epochs:,} x {steps:,} = {show_amount(plan.epochs * steps, 'step')} in all", plan=True)


def _regularizers(preset: Preset) -> Iterator[Place]:
    for index, layer in enumerate(preset.architecture.stack):
        for field in fields_of(type(layer.inner)):
            value = getattr(layer.inner, field.name)
            if isinstance(value, Regularizer):
                yield Place(f"{layer.label}: {field.name} {field.type.show(value)}", index)
    yield from _where(lambda row: row.layer.group == "Regularization")(preset)
    yield from _early_stopping(preset)


def _early_stopping(preset: Preset) -> Iterator[Place]:
    stop = preset.plan.early_stopping
    if stop:
        waits = show_amount(stop.patience, "epoch")
        yield Place(f"stops early after {waits} without a better {stop.monitor}", plan=True)


def _one_hot(preset: Preset) -> Iterator[Place]:
    classes = DATASETS[preset.plan.dataset].classes
    shown = len(classes) // 2
    vector = ", ".join(str(int(index == shown)) for index in range(len(classes)))
    yield Place(f"class {classes[shown]} of {len(classes)}: ({vector})", plan=True)


def _sets(preset: Preset) -> Iterator[Place]:
    plan, dataset = preset.plan, DATASETS[preset.plan.dataset]
    trained = trained_on(plan)
    yield Place(f"{trained:,} examples to train on", plan=True)
    if plan.validation == "none":
        yield Place("no validation", plan=True)
    elif isinstance(plan.validation, str):
        yield Place(f"validation on the {dataset.test:,} examples of the test set", plan=True)
    else:
        yield Place(f"{dataset.train - trained:,} examples held out for validation", plan=True)
    yield Place(f"{dataset.test:,} examples to test", plan=True)


FACTS: Mapping[str, Facts] = {
    "biases": _counted(lambda row: row.facts.biases if row.facts else ()),
    "convolutions": _where(lambda row: row.layer.group == "Convolution"),
    "dense": _where(lambda row: row.layer.type == "Dense"),
    "early_stopping": _early_stopping,
    "epochs": _epochs,
    "fans": _fans,
    "hidden": _hidden,
    "loss": _loss,
    "multiply_adds": _counted(lambda row: row.facts.multiply_adds if row.facts else ()),
    "one_hot": _one_hot,
    "parameters": _parameters,
    "pooling": _where(lambda row: row.layer.pooling),
    "receptive": _receptive,
    "regularizers": _regularizers,
    "relus": _where(lambda row: row.layer.activation_name == "relu"),
    "sets": _sets,
    "shapes": _where(lambda row: row.facts is not None),
    "slopes": _slopes,
    "statistics": _counted(lambda row: row.facts.statistics if row.facts else ()),
    "weights": _counted(lambda row: row.facts.weights if row.facts else ()),
}
"""By the name that an entry has for it."""
