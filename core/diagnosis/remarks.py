"""All that is to be said about an architecture and a plan before they are trained, as problems."""

from core.architecture import Architecture
from core.diagnosis.static import examine
from core.diagnosis.subject import named
from core.plan import Plan
from core.readiness import mismatches
from core.summary import Problem, Summary

__all__ = ["remarks"]


def remarks(architecture: Architecture, plan: Plan, summary: Summary) -> tuple[Problem, ...]:
    """What cannot be built or trained, and then, as warnings, what would learn badly: errors first."""
    problems = list(summary.problems)
    mended = [(problem.layer, problem.fix) for problem in problems if problem.fix]
    # One fault is told once: channels that come first explain an input that is not the dataset's.
    problems += [one for one in mismatches(architecture, plan, summary) if (one.layer, one.fix) not in mended]
    told = {(problem.layer, problem.message) for problem in problems}
    for finding in examine(architecture, plan, summary):
        message = finding.evidence
        if finding.layer:  # a problem is told with its layer in front
            row = summary.rows[finding.layer]
            message = message.replace(named(row), row.layer.label)
        problem = Problem(
            finding.layer, "warning", finding.code, message, next(iter(finding.remedies), None), finding.cause
        )
        if (problem.layer, problem.message) not in told:
            problems.append(problem)
    return tuple(sorted(problems, key=lambda problem: problem.severity != "error"))
