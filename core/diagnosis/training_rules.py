"""The findings about a training, from its curves and samples, while it runs and afterwards."""

from core.diagnosis.finding import Finding
from core.diagnosis.rule import TRAINING_RULES
from core.diagnosis.static_context import StaticContext
from core.diagnosis.training_context import TrainingContext
from core.history import History
from core.network.architecture import Architecture
from core.network.summary import summarize
from core.plan.plan import Plan

__all__ = ["rule_findings"]


def rule_findings(architecture: Architecture, plan: Plan, history: History) -> tuple[Finding, ...]:
    """The findings about the training so far: causes without their consequences."""
    context = TrainingContext(StaticContext(architecture, plan, summarize(architecture)), history)
    findings: list[Finding] = []
    hidden: set[str] = set()
    for code, rule in TRAINING_RULES.items():
        codes = {finding.code for finding in findings}
        if code in hidden or rule.hidden_by & codes:
            continue
        if found := tuple(rule.find(context)):
            findings += found
            hidden |= rule.hides
    return tuple(findings)
