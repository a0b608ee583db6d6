"""All that is to be found about a run."""

from core.architecture import Architecture
from core.curves import History
from core.diagnosis.dynamic import diagnose
from core.diagnosis.finding import Finding
from core.diagnosis.static import examine
from core.plan import Plan
from core.summary import summarize

__all__ = ["judge"]


def judge(architecture: Architecture, plan: Plan, history: History) -> tuple[Finding, ...]:
    """What its training has shown, then what architecture and plan tell by themselves."""
    return (*diagnose(architecture, plan, history), *examine(architecture, plan, summarize(architecture)))
