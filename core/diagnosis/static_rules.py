"""The rules that need no training: what an architecture and a plan tell by themselves."""

from core.diagnosis import image, input_rules, moving_averages, output, penalties, slopes, softmax, stack, weights
from core.diagnosis.finding import Finding
from core.diagnosis.static_context import StaticContext, StaticRule
from core.network.architecture import Architecture
from core.network.summary import Summary
from core.plan.plan import Plan

__all__ = ["RULES", "static_findings"]

RULES: tuple[StaticRule, ...] = (
    *output.RULES,
    *softmax.RULES,
    *penalties.RULES,
    *input_rules.RULES,
    *weights.RULES,
    *slopes.RULES,
    *moving_averages.RULES,
    *image.RULES,
    *stack.RULES,
)
"""In the order in which they are told: first what spoils the answer itself, last what only makes it worse."""


def static_findings(architecture: Architecture, plan: Plan, summary: Summary) -> tuple[Finding, ...]:
    """All that the rules find, whatever the architecture; ``summary`` is that of ``architecture``."""
    context = StaticContext(architecture, plan, summary)
    return tuple(finding for rule in RULES for finding in rule(context))
