"""What LayerLab tells other programs: plain data, and its strict JSON.

The field names are an interface: scripts read them. Numbers that could not be worked out are None, and so is
whatever JSON has no word for (NaN, infinities).
"""

import json
import math
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from core import presets
from core.curves import History
from core.diagnosis.remarks import remarks
from core.families import OneOf
from core.files import LISTED_PRESET
from core.formulas import total
from core.losses import Loss
from core.optimizers import Optimizer
from core.presets import Preset, PresetError
from core.readiness import obstacles
from core.runs.record import figures
from core.shapes import Shape
from core.summary import Problem, Row, Summary, Totals, summarize
from core.training.events import Ended, EpochEnded, Event, Reason, Started

__all__ = [
    "EndReport",
    "EpochReport",
    "LayerReport",
    "PresetReport",
    "ProblemReport",
    "StartReport",
    "SummaryReport",
    "TotalsReport",
    "event_report",
    "preset_reports",
    "summary_report",
    "to_json",
]


class LayerReport(Struct, frozen=True):
    """One layer. ``index`` counts from 1, the input being 0; ``trainable`` is a number of parameters."""

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
    """Sums over the layers that could be worked out; ``bytes`` are those of the parameters as float32."""

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
    """``layer`` is 0 for the input, None for the whole; ``fix`` says what mends it, None if nothing is on offer."""

    layer: int | None
    severity: str
    code: str
    message: str
    fix: str | None


class SummaryReport(Struct, frozen=True):
    """What `layerlab summary --json` prints."""

    name: str
    input_shape: Shape
    layers: tuple[LayerReport, ...]
    totals: TotalsReport
    problems: tuple[ProblemReport, ...]


class PresetReport(Struct, frozen=True):
    """One entry of `layerlab presets --json`; ``why`` tells what keeps it from being trained, None if nothing does."""

    id: str
    name: str
    params: int | None
    trainable_here: bool
    why: str | None


class StartReport(Struct, frozen=True, tag_field="event", tag="start"):
    """Training begins; ``seconds`` is how long preparing took."""

    name: str
    device: str
    params: int
    train_examples: int
    validation_examples: int
    steps_per_epoch: int
    batch_size: int
    epochs: int
    optimizer: str
    learning_rate: float
    loss: str
    seed: int
    seconds: float
    message: str


class EpochReport(Struct, frozen=True, tag_field="event", tag="epoch"):
    """An epoch is done; ``val_*`` are None without validation."""

    epoch: int
    loss: float
    accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    seconds: float


class EndReport(Struct, frozen=True, tag_field="event", tag="end"):
    """Training is over; ``epochs`` are whole ones.

    ``step`` is how many steps were taken, left out where none could be: of a training whose loss became NaN or infinite
    the first step whose loss was so. ``best_epoch`` is the one with the lowest validation loss, or loss without
    validation, ``accuracy_at_lowest_loss`` its validation accuracy; ``best_val_accuracy`` is the highest of all,
    reached first in ``best_accuracy_epoch``. ``final_train_*`` are of the final weights, on ``final_train_examples``
    examples that were trained on (at most 10,000, stratified); ``generalization_gap`` is that accuracy minus the test
    accuracy.
    """

    reason: Reason
    epochs: int
    seconds: float
    test_loss: float | None
    test_accuracy: float | None
    examples_per_second: float
    best_epoch: int | None
    accuracy_at_lowest_loss: float | None
    best_val_accuracy: float | None
    best_accuracy_epoch: int | None
    final_train_loss: float | None
    final_train_accuracy: float | None
    final_train_examples: int | None
    generalization_gap: float | None
    step: int | UnsetType = UNSET


def summary_report(preset: Preset, summary: Summary) -> SummaryReport:
    """``summary`` of the preset's architecture, with what hinders training it by its plan as warnings."""
    problems = remarks(preset.architecture, preset.plan, summary)
    return SummaryReport(
        name=preset.name,
        input_shape=preset.architecture.input_shape,
        layers=tuple(_layer(row) for row in summary.rows[1:]),
        totals=_totals(summary.totals),
        problems=tuple(_problem(problem) for problem in problems),
    )


def preset_reports() -> list[PresetReport]:
    """Every preset that can be loaded by its id, also those that turn out to be unreadable."""
    return [_preset(listed.id, listed.path) for listed in presets.listed()]


def event_report(event: Event, preset: Preset, history: History) -> StartReport | EpochReport | EndReport | None:
    """What is told of ``event`` in a training of ``preset``; None for events that a log has no use for.

    ``history`` is what has been told until then, ``event`` included.
    """
    if isinstance(event, Started):
        plan = preset.plan
        told = {name: getattr(event, name) for name in StartReport.__struct_fields__ if hasattr(event, name)}
        optimizer, loss = OneOf(Optimizer).show(plan.optimizer), OneOf(Loss).show(plan.loss)
        return StartReport(name=preset.name, optimizer=optimizer, loss=loss, seed=plan.seed, **told)
    if isinstance(event, EpochEnded):
        return EpochReport(**{name: getattr(event, name) for name in EpochReport.__struct_fields__})
    if isinstance(event, Ended):
        come_to = figures(history, event.seconds)
        told = {name: getattr(event, name) for name in EndReport.__struct_fields__ if hasattr(event, name)}
        return EndReport(
            **(told | {"step": UNSET if event.step is None else event.step}),
            best_epoch=come_to.best_epoch or None,
            accuracy_at_lowest_loss=come_to.accuracy_at_lowest_loss,
            best_val_accuracy=come_to.best_val_accuracy,
            best_accuracy_epoch=come_to.best_accuracy_epoch or None,
        )
    return None


def to_json(report: object) -> str:
    """``report`` as one line of strict JSON in ASCII, so that no text in it can steer a terminal."""
    text = json.dumps(_without_nan(msgspec.to_builtins(report)), allow_nan=False)
    return text.replace("\x7f", "\\u007f")  # the one control character that JSON leaves as it is


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
    against = obstacles(preset.architecture, preset.plan, summary)
    params = summary.totals.params if summary.output is not None else None
    return PresetReport(name, preset.name, params, not against, against[0].message if against else None)


def _without_nan(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(held) for held in value]
    return value
