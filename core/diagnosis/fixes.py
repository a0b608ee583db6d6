"""Fixes that several rules share: activations and weights that let gradients through."""

from itertools import chain

from msgspec.structs import replace

from core.diagnosis.rules.inputs import inputs_not_scaled
from core.diagnosis.rules.weights import initial_spread
from core.diagnosis.static_context import StaticContext
from core.formatting import show_amount
from core.network.architecture import Architecture
from core.network.fix import Fix
from core.network.initializers import HeNormal, Zeros
from core.network.layers import BatchNormalization, Layer
from core.network.summary import Row
from core.plan.optimizers import SGD, Adam
from core.plan.plan import Plan

__all__ = ["RELUS", "SQUASHING", "feeding", "fix_scaling", "hidden_rows", "unbiased", "use_elu", "use_leaky_relu"]

SQUASHING = ("sigmoid", "hard_sigmoid", "tanh", "hard_tanh", "softsign")
"""Activations that are flat at both ends."""

RELUS = ("relu", "relu6")
"""Activations that are flat below 0."""


def fix_scaling(context: StaticContext) -> list[Fix]:
    """Fixes for the scale of the pixels and of the initial weights, where it is wrong."""
    found = chain(inputs_not_scaled(context), initial_spread(context))
    return [fix for finding in found for fix in finding.fixes[:1]]


def hidden_rows(context: StaticContext) -> tuple[Row, ...]:
    """The rows before the last kernel."""
    return context.summary.rows[1 : context.kernel_rows[-1].index] if context.kernel_rows else ()


def use_elu(context: StaticContext, *, normalized: bool) -> Fix | None:
    """Hidden layers that let gradients through, with suitable pixels and optimizer; None if nothing would change.

    elu has a slope of 1 above 0 and a nonzero one below (Clevert et al. 2016): unlike relu it loses no signal in narrow
    layers. Weights are initialized as in He et al. 2015. ``normalized`` adds a BatchNormalization after each (Ioffe &
    Szegedy 2015). Adam replaces plain gradient descent: its steps do not depend on the gradient's size (Kingma & Ba
    2015). Eleven layers of nine units then reach 92% in three epochs; with relu 80%, with gradient descent 77%.
    """
    stack: list[Layer] = []
    changed: dict[str, int] = dict.fromkeys(("elu", "he_normal", "BatchNormalization"), 0)
    inner = len(hidden_rows(context))
    for row in context.summary.rows[1:]:
        layer = row.layer
        if row.index <= inner:
            with_elu = _with_elu(row.layer)
            layer = _with_he_normal(with_elu)
            changed["elu"] += with_elu is not row.layer
            changed["he_normal"] += layer is not with_elu
        stack.append(layer)
        if normalized and row.index <= inner and _is_feedforward(layer) and not context.normalized_after(row):
            stack.append(BatchNormalization())
            changed["BatchNormalization"] += 1
    plan, labels = _suitable_plan(context)
    if settings := [name for name, count in changed.items() if count]:
        several = " and ".join(part for part in (", ".join(settings[:-1]), settings[-1]) if part)
        labels.insert(0, f"set {several} in {show_amount(max(changed.values()), 'layer')}")
    architecture = replace(context.architecture, layers=tuple(stack))
    if not labels:
        return None
    label = ", ".join(labels)
    return context.make_fix(label if settings else f"set {label}", architecture=architecture, plan=plan)


def use_leaky_relu(context: StaticContext, slow: Fix | None = None) -> Fix | None:
    """Hidden relus replaced by leaky_relu (Maas et al. 2013), on top of ``slow``; None if there are no hidden relus.

    A large step pushes leaky_relu just as far off, so the slope alone does not fix that.
    """
    rows = [row for row in hidden_rows(context) if row.layer.activation_name in RELUS]
    architecture = context.architecture
    for row in rows:
        architecture = architecture.replace(row.index, row.layer.with_activation("leaky_relu") or row.layer)
    label = f"{f'{slow.label},' if slow else 'set'} activation=leaky_relu instead of relu"
    return context.make_fix(label, architecture=architecture, plan=slow.plan if slow else None) if rows else None


def feeding(context: StaticContext, row: Row) -> Row | None:
    """The row whose kernel feeds the activation of ``row``: ``row`` itself, or the last such row before it."""
    return next((one for one in reversed(context.kernel_rows) if one.index <= row.index), None)


def unbiased(context: StaticContext, rows: list[Row]) -> Fix | None:
    """Zero biases and he_normal weights for those of ``rows`` with other biases; None if there are none."""
    architecture: Architecture = context.architecture
    for row in rows:
        layer = row.layer
        if getattr(layer, "bias_initializer", Zeros()) != Zeros():
            architecture = architecture.replace(row.index, _with_he_normal(replace(layer, bias_initializer=Zeros())))
    if architecture == context.architecture:
        return None
    return context.make_fix("set bias_initializer=zeros and he_normal", architecture=architecture)


def _suitable_plan(context: StaticContext) -> tuple[Plan, list[str]]:
    plan, labels = context.plan, list[str]()
    if isinstance(plan.optimizer, SGD) and not plan.optimizer.momentum:
        plan = replace(plan, optimizer=Adam())
        labels.append("optimizer=adam")
    if any(inputs_not_scaled(context)):
        plan = replace(plan, pixels="0..1")
        labels.append('pixels="0..1"')
    return plan, labels


def _with_elu(layer: Layer) -> Layer:
    if layer.recurrent or layer.activation_name not in SQUASHING:
        return layer  # recurrent layers need bounded activations: their output is fed back to them
    return layer.with_activation("elu") or layer


def _with_he_normal(layer: Layer) -> Layer:
    if layer.recurrent or layer.activation_name in SQUASHING:
        return layer
    others = [name for name in layer.kernel_fields if getattr(layer, name) != HeNormal()]
    return replace(layer, **dict.fromkeys(others, HeNormal())) if others else layer


def _is_feedforward(layer: Layer) -> bool:
    return layer.has_kernel and not layer.recurrent
