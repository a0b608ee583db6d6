"""The JSON of `layerlab summary` and `layerlab presets`: plain data for `core.strict_json.to_json`.

The field names are an interface: scripts read them. Numbers that could not be computed are None, and so is whatever
JSON cannot express (NaN, infinities).
"""

from pathlib import Path

from msgspec import Struct

from core import presets
from core.diagnosis.problems import architecture_problems
from core.files import LISTED_PRESET
from core.network.formulas import total
from core.network.shapes import Shape
from core.network.summary import Problem, Row, Summary, Totals, summarize
from core.presets import Preset, PresetError
from core.readiness import blockers

__all__ = [
    "LayerReport",
    "PresetReport",
    "ProblemReport",
    "SummaryReport",
    "TotalsReport",
    "preset_reports",
    "summary_report",
]


class LayerReport(Struct, frozen=True):
    """One layer. ``index`` is 1 for the first layer; ``trainable`` is a number of parameters."""

    index: int
    type: str
    output_shape: Shape | None
    weights: int | None
    biases: int | None
    statistics: int | None
    params: int | None
    trainable: int | None
    multiply_adds: int | None


class TotalsReport(Struct, frozen=True):
    """Sums over the layers that could be computed; ``bytes`` is the size of the parameters as float32."""

    weights: int
    biases: int
    statistics: int
    params: int
    trainable: int
    non_trainable: int
    multiply_adds: int
    bytes: int
    activation_bytes: int


class ProblemReport(Struct, frozen=True):
    """``layer`` is 0 for the input, None for the whole network; ``fix`` is the label of its fix, or None."""

    layer: int | None
    severity: str
    code: str
    message: str
    fix: str | None


class SummaryReport(Struct, frozen=True):
    """The output of `layerlab summary --json`."""

    name: str
    input_shape: Shape
    layers: tuple[LayerReport, ...]
    totals: TotalsReport
    problems: tuple[ProblemReport, ...]


class PresetReport(Struct, frozen=True):
    """One entry of `layerlab presets --json`; ``why`` says why it cannot be trained, None if it can."""

    id: str
    name: str
    params: int | None
    trainable_here: bool
    why: str | None


def summary_report(preset: Preset, summary: Summary) -> SummaryReport:
    """``summary`` of the preset's architecture, with warnings about what prevents training it with its plan."""
    problems = architecture_problems(preset.architecture, preset.plan, summary)
    return SummaryReport(
        name=preset.name,
        input_shape=preset.architecture.input_shape,
        layers=tuple(_layer(row) for row in summary.rows[1:]),
        totals=_totals(summary.totals),
        problems=tuple(_problem(problem) for problem in problems),
    )


def preset_reports() -> list[PresetReport]:
    """All presets, including unreadable ones."""
    return [_preset(listed.id, listed.path) for listed in presets.listed()]


def _layer(row: Row) -> LayerReport:
    facts = row.facts
    if facts is None:
        return LayerReport(row.index, row.layer.type, None, None, None, None, None, None, None)
    return LayerReport(
        index=row.index,
        type=row.layer.type,
        output_shape=facts.output,
        weights=total(facts.weights),
        biases=total(facts.biases),
        statistics=total(facts.statistics),
        params=facts.params,
        trainable=row.trainable,
        multiply_adds=total(facts.multiply_adds),
    )


def _totals(totals: Totals) -> TotalsReport:
    return TotalsReport(
        weights=totals.weights,
        biases=totals.biases,
        statistics=totals.statistics,
        params=totals.params,
        trainable=totals.trainable,
        non_trainable=totals.non_trainable,
        multiply_adds=totals.multiply_adds,
        bytes=totals.parameter_bytes,
        activation_bytes=totals.activation_bytes,
    )


def _problem(problem: Problem) -> ProblemReport:
    fix = problem.fix.label if problem.fix else None
    return ProblemReport(problem.layer, problem.severity, problem.code, problem.message, fix)


def _preset(name: str, path: Path) -> PresetReport:
    try:
        preset = presets.load(path, LISTED_PRESET)
    except PresetError as error:
        return PresetReport(name, name, None, False, str(error))
    summary = summarize(preset.architecture)
    problems = blockers(preset.architecture, preset.plan, summary)
    params = summary.totals.params if summary.output is not None else None
    return PresetReport(name, preset.name, params, not problems, problems[0].message if problems else None)
