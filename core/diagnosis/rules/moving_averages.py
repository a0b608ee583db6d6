"""Rules about BatchNormalization's moving averages: whether they converge to the batch statistics."""

from collections.abc import Iterator
from math import ceil, log

from msgspec.structs import replace

from core.datasets.validation import training_examples
from core.diagnosis.finding import Finding
from core.diagnosis.rule import static_rule
from core.diagnosis.rules.inputs import FEWEST_EXAMPLES
from core.diagnosis.static_context import StaticContext, place
from core.formatting import show_amount, show_percent
from core.network.fix import Fix
from core.network.layers import BatchNormalization
from core.network.summary import Row

__all__ = ["CAUSE", "CODE", "averaging", "faster_average_fixes", "unconverged_rows"]

CODE = "bn-moving-averages-lag"

LEFT = 0.1
"""Share of their initial values that moving averages may still contain at the end. With a tenth, networks on MNIST are
as accurate in validation as in training; with 15% they were two points worse, with 55% three, with 94% thirty."""

ARRIVED = 0.01
"""Share that a fix leaves."""

MOMENTA = (0.99, 0.98, 0.95, 0.9, 0.8, 0.7, 0.5, 0.3, 0.1, 0.0)
"""Values of momentum that a fix may set."""

QUICKER = 5
"""Minimum factor by which a fix speeds up the moving averages."""

MOST_EPOCHS = 1000
"""Maximum number of epochs that a fix may set."""

CAUSE = (
    "In training, BatchNormalization uses the mean and variance of each batch; in validation and test it uses moving "
    "averages, which start at 0 and 1 and move by a share of 1 - momentum per step. Until they have converged, the "
    "network that is tested differs from the one that was trained."
)


@static_rule(70)
def moving_averages_lag(context: StaticContext) -> Iterator[Finding]:
    """Moving averages that do not converge within the steps of the plan."""
    rows = unconverged_rows(context)
    if not rows:
        return
    row, steps = rows[0], _steps(context)
    momentum = _momentum(row)
    others = f"; the same in {show_amount(len(rows) - 1, 'more layer')}" if rows[1:] else ""
    yield Finding(
        CODE,
        row.index,
        f"{place(row)} has momentum={momentum:g}: after the {show_amount(steps, 'step')} of the plan its moving "
        f"averages still hold {momentum:g}^{steps:,} = {show_percent(momentum**steps, 0)} of their initial 0 and 1"
        f"{others}",
        CAUSE,
        faster_average_fixes(context, rows),
    )


def averaging(context: StaticContext) -> list[Row]:
    """The rows that update moving averages; a frozen one uses those it has, in training too."""
    return [row for row in context.summary.rows if isinstance(row.layer, BatchNormalization) and row.layer.trainable]


def unconverged_rows(context: StaticContext) -> list[Row]:
    """The rows whose moving averages do not converge by the plan's last step."""
    steps = _steps(context)
    if not (context.trains and steps):
        return []
    return [row for row in averaging(context) if _momentum(row) ** steps > LEFT]


def faster_average_fixes(context: StaticContext, rows: list[Row]) -> tuple[Fix, ...]:
    """Fixes with which the moving averages of ``rows`` converge: lower momentum, smaller batches, more epochs."""
    if not (rows and _steps(context)):
        return ()
    return tuple(_faster_averages(context, rows))


def _faster_averages(context: StaticContext, rows: list[Row]) -> Iterator[Fix]:
    plan, steps, slowest = context.plan, _steps(context), max(_momentum(row) for row in rows)
    if slowest <= 0:
        return
    lower = next(one for one in MOMENTA if one**steps <= ARRIVED and one <= max(0.0, 1 - QUICKER * (1 - slowest)))
    architecture = context.architecture
    for row in rows:
        if _momentum(row) > lower:
            architecture = architecture.replace(row.index, replace(row.layer, momentum=lower))
    where = f" in {show_amount(len(rows), 'layer')}" if rows[1:] else ""
    yield context.make_fix(f"set momentum={lower:g}{where}", architecture=architecture)
    if slowest >= 1:
        return
    needed = ceil(log(ARRIVED) / log(slowest))
    examples = training_examples(plan.validation, context.dataset.train)
    size = 2 ** ((examples * plan.epochs // needed).bit_length() - 1) if examples * plan.epochs >= needed else 0
    if FEWEST_EXAMPLES <= size < plan.batch_size:
        yield context.make_fix(f"set batch_size={size}", plan=replace(plan, batch_size=size))
    epochs = ceil(needed / max(1, ceil(examples / plan.batch_size)))
    if plan.epochs < epochs <= MOST_EPOCHS:
        yield context.make_fix(f"set epochs={epochs}", plan=replace(plan, epochs=epochs))


def _steps(context: StaticContext) -> int:
    """How many steps the plan takes."""
    plan = context.plan
    return ceil(training_examples(plan.validation, context.dataset.train) / plan.batch_size) * plan.epochs


def _momentum(row: Row) -> float:
    return row.layer.momentum if isinstance(row.layer, BatchNormalization) else 0.0
