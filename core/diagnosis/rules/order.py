"""A rule about the order of the training examples."""

from collections.abc import Iterator

from msgspec.structs import replace

from core.diagnosis.finding import Finding
from core.diagnosis.rule import UNFIT, static_rule
from core.diagnosis.static_context import StaticContext


@static_rule(42, {"labels-in-order": UNFIT | {"overfitting"}})
def labels_in_order(context: StaticContext) -> Iterator[Finding]:
    """Examples that come class by class, because they are sorted and not shuffled."""
    plan = context.plan
    if plan.shuffle or not context.dataset.is_sorted or not context.trains:
        return
    classes = context.dataset.classes
    yield Finding(
        "labels-in-order",
        0,
        f"the examples of {context.dataset.title} are in the order of their labels, and the plan does not shuffle: "
        f"every epoch begins with {classes[0]} alone and ends with {classes[-1]} alone",
        "Batch after batch has one answer. The network learns to give it, and forgets those of before.",
        (context.make_fix("set shuffle=true", plan=replace(plan, shuffle=True)),),
    )
