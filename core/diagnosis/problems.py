"""All that is to be said about an architecture and a plan before they are trained, as problems."""

from core.diagnosis.static_context import named
from core.diagnosis.static_rules import static_findings
from core.network.architecture import Architecture
from core.network.summary import Problem, Summary
from core.plan.plan import Plan
from core.readiness import dataset_mismatches

__all__ = ["architecture_problems"]


def architecture_problems(architecture: Architecture, plan: Plan, summary: Summary) -> tuple[Problem, ...]:
    """What cannot be built or trained, and then, as warnings, what would learn badly: errors first."""
    problems = list(summary.problems)
    fixed = [(problem.layer, problem.fix) for problem in problems if problem.fix]
    # One fault is told once: channels that come first explain an input that is not the dataset's.
    problems += [one for one in dataset_mismatches(architecture, plan, summary) if (one.layer, one.fix) not in fixed]
    told = {(problem.layer, problem.message) for problem in problems}
    for finding in static_findings(architecture, plan, summary):
        message = finding.evidence
        if finding.layer:  # a problem is told with its layer in front
            row = summary.rows[finding.layer]
            message = message.replace(named(row), row.layer.label)
        problem = Problem(
            finding.layer, "warning", finding.code, message, next(iter(finding.fixes), None), finding.cause
        )
        if (problem.layer, problem.message) not in told:
            problems.append(problem)
    return tuple(sorted(problems, key=lambda problem: problem.severity != "error"))
