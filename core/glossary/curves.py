"""The curve of an entry for the network that is open, and the formulas that it is drawn from."""

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from core.charts import Chart, Curve, Point, VerticalLine
from core.datasets import DATASETS
from core.diagnosis.kernels import fans
from core.fields.registry import Registered
from core.formatting import show_count
from core.formulas.activation_formulas import FORMULAS as ACTIVATIONS
from core.formulas.activation_formulas import ROWS
from core.formulas.loss_formulas import FORMULAS as LOSSES
from core.formulas.real_formula import RealFormula
from core.glossary import initial_weights
from core.glossary.concept_curves import CURVES, FIRST, LIMIT, OTHER, PLACES, chart_of, schedule_chart
from core.glossary.entry import Entry
from core.glossary.index import FAMILIES, find_member
from core.glossary.kernels import kernel_for
from core.glossary.optimizer_curves import optimizer_chart, optimizer_formulas
from core.network.initializers import Initializer
from core.network.layers import ELU, LeakyReLU
from core.network.regularizers import NAMED, Regularizer
from core.plan.losses import Loss
from core.plan.optimizers import Optimizer
from core.plan.schedules import Schedule
from core.presets import Preset

__all__ = ["Drawn", "draw", "member_of"]

WIDE = 5.0
"""Activations are drawn from minus this to this."""
PENALTIES = {"L1": "l1 * abs(w)", "L2": "l2 * w**2", "L1L2": "l1 * abs(w) + l2 * w**2"}


class Drawn(Struct, frozen=True):
    """A curve, if there is one, and the lines of its formulas."""

    chart: Chart | None = None
    formulas: tuple[str, ...] = ()


def member_of(entry: Entry) -> type[Registered] | None:
    """The layer, optimizer and so on that ``entry`` is about."""
    for family, group in FAMILIES.items():
        if entry.group == group:
            return next((member for member in family.members.values() if find_member(member) == entry), None)
    return None


def draw(entry: Entry, preset: Preset, row: int | None = None, field: str = "") -> Drawn:
    """The curve of ``entry`` in ``preset``; for a term that depends on a layer, at ``row`` and its ``field``."""
    member = member_of(entry)
    if entry.group == "activations":
        return _activation(entry.key, {}, preset)
    if member in (LeakyReLU, ELU):
        return _activation_layer(member, preset, row)
    if member and issubclass(member, Initializer):
        return _initializer(member, preset, row, field)
    if member and issubclass(member, Loss):
        return _loss(entry, member, preset)
    if member and issubclass(member, Schedule):
        chosen = preset.plan.schedule if type(preset.plan.schedule) is member else member.initial()
        return Drawn(schedule_chart(preset.plan, chosen))
    if member and issubclass(member, Optimizer):
        optimizer = preset.plan.optimizer if type(preset.plan.optimizer) is member else member.initial()
        return Drawn(optimizer_chart(optimizer), optimizer_formulas(optimizer))
    if entry.group == "regularizers":
        return _penalty(entry.key, preset)
    if make := CURVES.get(entry.curve):
        return Drawn(make(preset.plan))
    return Drawn()


def _activation(name: str, given: Mapping[str, float], preset: Preset) -> Drawn:
    formula = ACTIVATIONS.get(name)
    if formula is None:
        return Drawn()
    constants = {**formula.constants, **given}
    if name in ROWS:
        constants["classes"] = len(DATASETS[preset.plan.dataset].classes)
    values, slopes = (each.points("x", -WIDE, WIDE, PLACES, **constants) for each in (formula.function, formula.slope))
    chart = chart_of(name, "x", Curve("f(x)", values, FIRST), Curve("slope", slopes, OTHER), low=-LIMIT, high=LIMIT)
    lines = [f"f(x) = {formula.function.text}", f"slope = {formula.slope.text}"]
    if constants:
        lines.append("with " + ", ".join(f"{key} = {value:.6g}" for key, value in constants.items()))
    return Drawn(chart, tuple(lines))


def _activation_layer(member: type[Registered], preset: Preset, row: int | None) -> Drawn:
    stack = preset.architecture.stack
    layer = stack[row] if row is not None and row < len(stack) else None
    found = [layer, *stack]
    chosen = next((each for each in found if type(each) is member), member.initial())
    if isinstance(chosen, LeakyReLU):
        return _activation("leaky_relu", {"negative_slope": chosen.negative_slope}, preset)
    return _activation("elu", {"alpha": chosen.alpha} if isinstance(chosen, ELU) else {}, preset)


def _initializer(member: type[Initializer], preset: Preset, row: int | None, field: str) -> Drawn:
    kernel = kernel_for(preset, member, row, field)
    chosen = kernel.initializer if type(kernel.initializer) is member else member.initial()
    fan_in, fan_out = fans(kernel.shape)
    where = f"row {kernel.row}, {kernel.label}" if kernel.row else f"{kernel.label} right after the input"
    lines = list(initial_weights.steps(chosen, kernel.shape))
    if initial_weights.variance(chosen):
        lines.insert(0, f"in {where}: fan_in = {show_count(fan_in)}, fan_out = {show_count(fan_out)}")
    drawn = initial_weights.spread(chosen, kernel.shape)
    if drawn is None or not drawn.scale:
        return Drawn(None, tuple(lines))
    reach = 1.3 * drawn.reach
    places = [drawn.mean + reach * (2 * index / PLACES - 1) for index in range(PLACES + 1)]
    points = tuple(Point(x, drawn.density(x)) for x in places)
    title = f"density of the weights, {where}" if initial_weights.variance(chosen) else "density of the weights"
    chart = chart_of(title, "w", Curve("", points, FIRST))
    return Drawn(chart, tuple(lines))


def _loss(entry: Entry, member: type[Loss], preset: Preset) -> Drawn:
    formula = LOSSES.get(member.__name__)
    if formula is None:
        return Drawn()
    chosen = preset.plan.loss if type(preset.plan.loss) is member else member.initial()
    classes = len(DATASETS[preset.plan.dataset].classes)
    places = [(index + 0.5) / PLACES for index in range(PLACES)]
    points = tuple(Point(p, formula.value(chosen, p, classes)) for p in places)
    guess = formula.value(chosen, 1 / classes, classes)
    drawn = chart_of(f"{entry.name} over p", "p", Curve("", points, FIRST))
    chart = replace(drawn, rules=(VerticalLine(1 / classes, f"guessing {guess:.3g}"),)) if drawn else None
    lines = (
        f"loss = {formula.text}",
        f"p: output for the true class; the other {classes - 1} share the rest equally",
    )
    return Drawn(chart, lines)


def _penalty(name: str, preset: Preset) -> Drawn:
    factors = next(_factors(name, preset), None) or {key: value or 0.01 for key, value in NAMED[name].items()}
    formula = RealFormula(PENALTIES[name])
    points = formula.points("w", -1.0, 1.0, PLACES, **factors)
    title = "penalty of one weight, at " + ", ".join(f"{key} = {value:g}" for key, value in factors.items())
    return Drawn(chart_of(title, "w", Curve("", points, FIRST)))


def _factors(name: str, preset: Preset) -> Iterator[Mapping[str, float]]:
    """The factors of each regularizer called ``name``."""
    for layer in preset.architecture.layers:
        for key in layer.inner.__struct_fields__:
            value = getattr(layer.inner, key)
            if isinstance(value, Regularizer) and value.call().function.endswith(f".{name}"):
                yield {factor: getattr(value, factor) for factor in NAMED[name]}
