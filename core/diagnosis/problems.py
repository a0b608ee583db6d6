"""The problems of an architecture and a plan before training."""

from collections.abc import Iterable

from msgspec.structs import replace

from core.diagnosis.static_context import place
from core.diagnosis.static_rules import static_findings
from core.network.architecture import Architecture
from core.network.summary import Problem, Summary
from core.plan.plan import Plan
from core.readiness import dataset_mismatches

__all__ = ["architecture_problems", "bare_errors"]


def architecture_problems(architecture: Architecture, plan: Plan, summary: Summary) -> tuple[Problem, ...]:
    """Errors, which prevent building or training, then warnings about what would learn badly."""
    problems = list(summary.problems)
    fixed = [(problem.layer, problem.fix) for problem in problems if problem.fix]
    # Report each fault once: a channels-first input also fails to match the dataset.
    problems += [one for one in dataset_mismatches(architecture, plan, summary) if (one.layer, one.fix) not in fixed]
    seen = {(problem.layer, problem.message) for problem in problems}
    for finding in static_findings(architecture, plan, summary):
        message = finding.evidence
        if finding.layer:  # a problem is shown with its layer as a prefix
            row = summary.rows[finding.layer]
            message = message.replace(place(row), row.layer.label)
        problem = Problem(
            finding.layer, "warning", finding.code, message, next(iter(finding.fixes), None), finding.cause
        )
        if (problem.layer, problem.message) not in seen:
            problems.append(problem)
    return tuple(sorted(problems, key=lambda problem: problem.severity != "error"))


def bare_errors(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The errors among ``problems``, without what would mend them: all that is told while the diagnosis is silent."""
    return tuple(replace(problem, fix=None, cause="") for problem in problems if problem.severity == "error")
