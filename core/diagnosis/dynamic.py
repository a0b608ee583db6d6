"""The rules that need a training: what its curves and its samples tell, while it runs and when it is over."""

from core.architecture import Architecture
from core.curves import History
from core.diagnosis.confirmed import moving_averages_lag, penalty_dominates
from core.diagnosis.evidence import Evidence, Rule
from core.diagnosis.finding import Finding
from core.diagnosis.fitting import no_progress, overfitting, underfitting
from core.diagnosis.gradients import dead_relus, saturated_units, vanishing_gradients
from core.diagnosis.rates import exploding_gradients, learning_rate_too_high, learning_rate_too_low, not_finite
from core.diagnosis.subject import Subject
from core.plan import Plan
from core.summary import summarize

__all__ = ["RULES", "diagnose"]

_FIT: tuple[Rule, ...] = (underfitting, no_progress)
_SLOW: tuple[Rule, ...] = (learning_rate_too_low, *_FIT)
_FLAT: tuple[Rule, ...] = (dead_relus, vanishing_gradients, saturated_units, *_SLOW)

RULES: dict[Rule, tuple[Rule, ...]] = {
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


def diagnose(architecture: Architecture, plan: Plan, history: History) -> tuple[Finding, ...]:
    """What keeps this training from going well, whatever it has told so far: causes without their consequences."""
    evidence = Evidence(Subject(architecture, plan, summarize(architecture)), history)
    findings: list[Finding] = []
    explained: set[Rule] = set()
    for rule, consequences in RULES.items():
        found = () if rule in explained else tuple(rule(evidence))
        if found:
            findings += found
            explained.update(consequences)
    return tuple(findings)
