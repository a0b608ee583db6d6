"""The rules that need a training: what its curves and its samples tell, while it runs and when it is over."""

from core.diagnosis.confirmed import moving_averages_lag, penalty_dominates
from core.diagnosis.finding import Finding
from core.diagnosis.fitting import no_progress, overfitting, underfitting
from core.diagnosis.gradients import dead_relus, saturated_units, vanishing_gradients
from core.diagnosis.rates import exploding_gradients, learning_rate_too_high, learning_rate_too_low, not_finite
from core.diagnosis.static_context import StaticContext
from core.diagnosis.training_context import TrainingContext, TrainingRule
from core.history import History
from core.network.architecture import Architecture
from core.network.summary import summarize
from core.plan.plan import Plan

__all__ = ["RULES", "rule_findings"]

_FIT: tuple[TrainingRule, ...] = (underfitting, no_progress)
_SLOW: tuple[TrainingRule, ...] = (learning_rate_too_low, *_FIT)
_FLAT: tuple[TrainingRule, ...] = (dead_relus, vanishing_gradients, saturated_units, *_SLOW)

RULES: dict[TrainingRule, tuple[TrainingRule, ...]] = {
    penalty_dominates: _FLAT,
    moving_averages_lag: (overfitting,),
    not_finite: (exploding_gradients, learning_rate_too_high, *_FLAT),
    exploding_gradients: (learning_rate_too_high, *_FLAT),
    learning_rate_too_high: _FLAT,
    dead_relus: (vanishing_gradients, *_SLOW),
    vanishing_gradients: _SLOW,
    saturated_units: _SLOW,
    learning_rate_too_low: _FIT,
    overfitting: _FIT,
    underfitting: (no_progress,),
    no_progress: (),
}
"""Causes first, each with what follows from it and is not told beside it."""


def rule_findings(architecture: Architecture, plan: Plan, history: History) -> tuple[Finding, ...]:
    """What keeps this training from going well, whatever it has told so far: causes without their consequences."""
    evidence = TrainingContext(StaticContext(architecture, plan, summarize(architecture)), history)
    findings: list[Finding] = []
    explained: set[TrainingRule] = set()
    for rule, consequences in RULES.items():
        found = () if rule in explained else tuple(rule(evidence))
        if found:
            findings += found
            explained.update(consequences)
    return tuple(findings)
