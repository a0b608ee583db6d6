"""The rules that need no training: what an architecture and a plan tell by themselves."""

from core.architecture import Architecture
from core.diagnosis import feed, image, moving_averages, output, penalties, slopes, softmax, stack, weights
from core.diagnosis.finding import Finding
from core.diagnosis.subject import Rule, Subject
from core.plan import Plan
from core.summary import Summary

__all__ = ["RULES", "examine"]

RULES: tuple[Rule, ...] = (
    *output.RULES,
    *softmax.RULES,
    *penalties.RULES,
    *feed.RULES,
    *weights.RULES,
    *slopes.RULES,
    *moving_averages.RULES,
    *image.RULES,
    *stack.RULES,
)
"""In the order in which they are told: first what spoils the answer itself, last what only makes it worse."""


def examine(architecture: Architecture, plan: Plan, summary: Summary) -> tuple[Finding, ...]:
    """All that the rules find, whatever the architecture; ``summary`` is that of ``architecture``."""
    subject = Subject(architecture, plan, summary)
    return tuple(finding for rule in RULES for finding in rule(subject))
