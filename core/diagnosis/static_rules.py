"""The findings about an architecture and a plan before training."""

from core.diagnosis.finding import Finding
from core.diagnosis.rule import STATIC_RULES
from core.diagnosis.static_context import StaticContext
from core.network.architecture import Architecture
from core.network.summary import Summary
from core.plan.plan import Plan

__all__ = ["static_findings"]


def static_findings(architecture: Architecture, plan: Plan, summary: Summary) -> tuple[Finding, ...]:
    """The findings of all static rules; ``summary`` is that of ``architecture``."""
    context = StaticContext(architecture, plan, summary)
    return tuple(finding for rule in STATIC_RULES for finding in rule(context))
