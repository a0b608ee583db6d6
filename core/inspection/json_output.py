"""The JSON output of `layerlab evaluate`: results on the test set and findings, as plain data."""

from collections.abc import Sequence

from msgspec import Struct

from core.diagnosis import Finding
from core.inspection.results import ClassMetrics, Results

__all__ = ["FindingReport", "ResultsReport", "findings_report", "results_report"]


class FindingReport(Struct, frozen=True):
    """``layer`` is a row of the summary, None if no layer is responsible; ``remedies`` are the labels of its fixes.

    ``because`` names the finding that causes this one; empty if there is none.
    """

    code: str
    layer: int | None
    evidence: str
    cause: str
    remedies: tuple[str, ...]
    because: str


class FindingsReport(Struct, frozen=True, tag_field="event", tag="findings"):
    """The problems found in network, plan or training; the last line of `layerlab evaluate --json`."""

    findings: tuple[FindingReport, ...]


class ResultsReport(Struct, frozen=True, tag_field="event", tag="results"):
    """Results on the test set. ``confusion[true][predicted]`` counts examples; undefined values are None.

    ``train_*`` are of the same weights on ``train_examples`` examples that they were trained on (at most 10,000,
    stratified); ``generalization_gap`` is that accuracy minus ``accuracy``.
    """

    examples: int
    unpredicted: int
    loss: float
    accuracy: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    classes: tuple[ClassMetrics, ...]
    confusion: tuple[tuple[int, ...], ...]
    train_loss: float | None = None
    train_accuracy: float | None = None
    train_examples: int | None = None
    generalization_gap: float | None = None


def results_report(results: Results) -> ResultsReport:
    """``results`` without the individual predictions."""
    macro, training = results.macro, results.training
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
        train_loss=training.loss if training else None,
        train_accuracy=training.accuracy if training else None,
        train_examples=training.examples if training else None,
        generalization_gap=results.generalization_gap,
    )


def findings_report(findings: Sequence[Finding]) -> FindingsReport:
    """``findings`` with the labels of their fixes."""
    return FindingsReport(
        tuple(
            FindingReport(
                finding.code,
                finding.layer,
                finding.evidence,
                finding.cause,
                tuple(fix.label for fix in finding.fixes),
                finding.because,
            )
            for finding in findings
        )
    )
