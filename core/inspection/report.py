"""What `layerlab evaluate` tells other programs: results on the test set and findings, as plain data."""

from collections.abc import Sequence

from msgspec import Struct

from core.diagnosis import Finding
from core.inspection.results import ClassFigures, Results

__all__ = ["FindingReport", "ResultsReport", "findings_report", "results_report"]


class FindingReport(Struct, frozen=True):
    """``layer`` is a row of the summary, None where none is to blame; ``remedies`` say what mends it.

    ``because`` names the finding that this one follows from; empty if it is none's consequence.
    """

    code: str
    layer: int | None
    evidence: str
    cause: str
    remedies: tuple[str, ...]
    because: str


class FindingsReport(Struct, frozen=True, tag_field="event", tag="findings"):
    """What was found wrong with network, plan or training; the last line of `layerlab evaluate --json`."""

    findings: tuple[FindingReport, ...]


class ResultsReport(Struct, frozen=True, tag_field="event", tag="results"):
    """How the test set was answered. ``confusion[true][predicted]`` counts examples; what is undefined is None."""

    examples: int
    unpredicted: int
    loss: float
    accuracy: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    classes: tuple[ClassFigures, ...]
    confusion: tuple[tuple[int, ...], ...]


def results_report(results: Results) -> ResultsReport:
    """``results`` without the single answers."""
    macro = results.macro
    return ResultsReport(
        examples=results.examples,
        unpredicted=results.unpredicted,
        loss=results.loss,
        accuracy=results.accuracy,
        macro_precision=macro.precision,
        macro_recall=macro.recall,
        macro_f1=macro.f1,
        classes=results.per_class,
        confusion=tuple(tuple(int(count) for count in row) for row in results.confusion),
    )


def findings_report(findings: Sequence[Finding]) -> FindingsReport:
    """``findings`` with their remedies in words."""
    return FindingsReport(
        tuple(
            FindingReport(
                finding.code,
                finding.layer,
                finding.evidence,
                finding.cause,
                tuple(remedy.label for remedy in finding.remedies),
                finding.because,
            )
            for finding in findings
        )
    )
