"""A training plan as text."""

from core.formatting import show_amount, show_rate
from core.plan.plan import Plan
from core.sanitize import one_line

__all__ = ["plan_line"]


def plan_line(plan: Plan) -> str:
    """The plan in a line: ``Adam 0.001, batch 128, 10 epochs, val test``."""
    parts = [
        f"{type(plan.optimizer).__name__} {show_rate(plan.optimizer.learning_rate)}",
        f"batch {plan.batch_size}",
        show_amount(plan.epochs, "epoch"),
        f"val {plan.validation}",
    ]
    if plan.pixels != "0..1":
        parts.append(f"pixels {plan.pixels}")
    if plan.loss.alias() != "categorical_crossentropy":
        parts.append(plan.loss.alias())
    return one_line(", ".join(parts))
