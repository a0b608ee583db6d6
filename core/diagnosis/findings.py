"""All that is to be found about a run: causes first, then what follows from them."""

from collections.abc import Sequence

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
"""No more fixes are put together to one."""


def run_findings(architecture: Architecture, plan: Plan, history: History) -> tuple[Finding, ...]:
    """Causes, then what else training has shown, then what follows from the causes, then what would hurt less.

    A fix of a cause fixes all of the causes: each by itself would leave the others at work.
    """
    told, others = _judged(architecture, plan, history)
    return (*told, *others)


def training_findings(architecture: Architecture, plan: Plan, history: History) -> tuple[Finding, ...]:
    """What training has shown, with its causes in front, as `run_findings` has it; nothing if it has shown nothing."""
    return _judged(architecture, plan, history)[0]


def _judged(
    architecture: Architecture, plan: Plan, history: History
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    shown = rule_findings(architecture, plan, history)
    known = static_findings(architecture, plan, summarize(architecture))
    both = {one.code: one for one in shown if one.code in {other.code for other in known}}
    known = tuple(both.get(one.code, one) for one in known)  # what training has confirmed is told with its figures
    shown = tuple(one for one in shown if one.code not in both)
    follows = {one.code: cause for one in shown if (cause := _cause(one, (*known, *shown)))}
    causes = [one for one in (*known, *shown) if one in follows.values() or one.code in both]
    codes = {one.code for one in causes}
    told = (
        *(_completed(one, codes) for one in causes),
        *(one for one in shown if one.code not in follows and one not in causes),
        *(_consequence(one, follows[one.code]) for one in shown if one.code in follows),
    )
    return told, tuple(one for one in known if one not in causes)


def cause_of_nan(architecture: Architecture, plan: Plan) -> Finding | None:
    """What makes the numbers of a training break whatever its steps; None if nothing is known to."""
    found = static_findings(architecture, plan, summarize(architecture))
    return next((one for one in found if is_explained(NAN, one.code) and one.fixes), None)


def _cause(symptom: Finding, known: Sequence[Finding]) -> Finding | None:
    return next((one for one in known if is_explained(symptom.code, one.code)), None)


def _consequence(symptom: Finding, cause: Finding) -> Finding:
    return replace(symptom, cause=f"This is because of {cause.title}: fix that first.", fixes=(), because=cause.title)


def _completed(finding: Finding, codes: set[str]) -> Finding:
    """``finding`` with fixes after which none of ``codes`` is found any more."""
    fixes = tuple(_fixing(fix, codes - {finding.code}) for fix in finding.fixes)
    return replace(finding, fixes=tuple(dict.fromkeys(fixes)))


def _fixing(fix: Fix, codes: set[str]) -> Fix:
    for _ in range(MOST_FIXES if codes else 0):
        left = static_findings(fix.architecture, fix.plan, summarize(fix.architecture))
        more = next((one.fixes[0] for one in left if one.code in codes and one.fixes), None)
        if more is None:
            break
        fix = Fix(f"{fix.label}, {more.label}", more.architecture, more.plan)
    return fix
