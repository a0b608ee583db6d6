"""The findings about a run: causes first, then their consequences."""

from collections.abc import Sequence
from math import isfinite

from msgspec.structs import replace

from core.diagnosis.finding import Finding
from core.diagnosis.rule import is_explained
from core.diagnosis.static_rules import static_findings
from core.diagnosis.training_rules import rule_findings
from core.history import History
from core.network.architecture import Architecture
from core.network.fix import Fix
from core.network.summary import summarize
from core.plan.plan import Plan

__all__ = ["cause_of_nan", "run_findings", "training_findings"]

NAN = "not-finite"

MOST_FIXES = 6
"""Maximum number of fixes that are combined into one."""


def run_findings(architecture: Architecture, plan: Plan, history: History) -> tuple[Finding, ...]:
    """Causes, then the other training findings, then the consequences of the causes, then minor static findings.

    A cause's fix covers all causes, because fixing one alone would leave the others in effect.
    """
    from_training, static_only = _split_findings(architecture, plan, history)
    return (*from_training, *static_only)


def training_findings(architecture: Architecture, plan: Plan, history: History) -> tuple[Finding, ...]:
    """The training findings, preceded by their causes, in the order of `run_findings`; empty if there are none."""
    return _split_findings(architecture, plan, history)[0]


def _split_findings(
    architecture: Architecture, plan: Plan, history: History
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings that training confirms or shows, with their causes; and the remaining static findings."""
    trained = rule_findings(architecture, plan, history)
    static = static_findings(architecture, plan, summarize(architecture))
    confirmed = {one.code: one for one in trained if one.code in {other.code for other in static}}
    static = tuple(confirmed.get(one.code, one) for one in static)  # a confirmed finding has the training's numbers
    trained = tuple(one for one in trained if one.code not in confirmed)
    causes_by_code = {one.code: cause for one in trained if (cause := _cause(one, (*static, *trained)))}
    known = (*causes_by_code.values(), *_causes_of_loss(static, history))
    causes = [one for one in (*static, *trained) if one in known or one.code in confirmed]
    codes = {one.code for one in causes}
    from_training = (
        *(_fix_all_causes(one, codes) for one in causes),
        *(one for one in trained if one.code not in causes_by_code and one not in causes),
        *(_consequence(one, causes_by_code[one.code]) for one in trained if one.code in causes_by_code),
    )
    return from_training, tuple(one for one in static if one not in causes)


def cause_of_nan(architecture: Architecture, plan: Plan) -> Finding | None:
    """The static finding that explains NaN at any step size; None if there is none."""
    found = static_findings(architecture, plan, summarize(architecture))
    return next((one for one in found if is_explained(NAN, one.code) and one.fixes), None)


def _causes_of_loss(static: Sequence[Finding], history: History) -> Sequence[Finding]:
    """What explains a loss that is no number, though all gradients that were sampled may be finite."""
    if history.progress is None or isfinite(history.progress.loss):
        return ()
    return [one for one in static if is_explained(NAN, one.code)][:1]


def _cause(symptom: Finding, findings: Sequence[Finding]) -> Finding | None:
    return next((one for one in findings if is_explained(symptom.code, one.code)), None)


def _consequence(symptom: Finding, cause: Finding) -> Finding:
    return replace(symptom, cause=f"This follows from {cause.title}: fix that first.", fixes=(), because=cause.title)


def _fix_all_causes(finding: Finding, codes: set[str]) -> Finding:
    """``finding`` with fixes that also resolve the findings with ``codes``."""
    fixes = tuple(_extend_fix(fix, codes - {finding.code}) for fix in finding.fixes)
    return replace(finding, fixes=tuple(dict.fromkeys(fixes)))


def _extend_fix(fix: Fix, codes: set[str]) -> Fix:
    for _ in range(MOST_FIXES if codes else 0):
        remaining = static_findings(fix.architecture, fix.plan, summarize(fix.architecture))
        more = next((one.fixes[0] for one in remaining if one.code in codes and one.fixes), None)
        if more is None:
            break
        fix = Fix(f"{fix.label}, {more.label}", more.architecture, more.plan)
    return fix
