"""The JSON output about runs: plain data for `core.strict_json.to_json`.

The field names are an interface: scripts read them. Unknown values are None. Losses are means over examples, accuracies
are shares, times are in seconds, and ``begun`` is in seconds since 1970, UTC.
"""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from core.events import EpochEnded, Event, RunNotSaved, RunSaved
from core.fields.struct import write
from core.json_output import SummaryReport, summary_report
from core.network.shapes import Shape
from core.network.summary import summarize
from core.presets import Preset
from core.runs.differences import Difference, differences
from core.runs.record import Environment, Run, RunDetails, RunState

__all__ = [
    "ComparisonReport",
    "PresetContents",
    "RunDetailsReport",
    "RunNotSavedReport",
    "RunReport",
    "RunSavedReport",
    "comparison_report",
    "run_details_report",
    "run_report",
    "run_saved_report",
]


class RunReport(Struct, frozen=True):
    """One entry of `layerlab runs --json`. For a damaged run only the id and the reason, ``message``, are known.

    ``planned`` is the number of epochs in all. ``best_epoch`` is the one with the lowest validation loss, or loss
    without validation, None before the first; ``accuracy_at_lowest_loss`` is its validation accuracy.
    ``best_val_accuracy`` is the highest of all epochs, first reached in ``best_accuracy_epoch``. ``final_train_*`` are
    of the final weights, on ``final_train_examples`` examples that were trained on; ``generalization_gap`` is that
    accuracy minus the test accuracy.
    """

    id: str
    key: str
    name: str
    architecture: str | None
    state: RunState
    begun: float | None
    device: str | None
    note: str
    tags: tuple[str, ...]
    message: str
    params: int | None = None
    epochs: int | None = None
    planned: int | None = None
    seconds: float | None = None
    best_epoch: int | None = None
    best_val_accuracy: float | None = None
    last_val_accuracy: float | None = None
    last_val_loss: float | None = None
    last_loss: float | None = None
    test_accuracy: float | None = None
    test_loss: float | None = None
    accuracy_at_lowest_loss: float | None = None
    best_accuracy_epoch: int | None = None
    final_train_accuracy: float | None = None
    final_train_loss: float | None = None
    final_train_examples: int | None = None
    generalization_gap: float | None = None


class PresetContents(Struct, frozen=True):
    """An architecture and a plan with every field that has a value, as in a preset file."""

    name: str
    input_shape: Shape
    layers: tuple[dict[str, object], ...]
    plan: dict[str, object]


class RunDetailsReport(Struct, frozen=True):
    """The output of `layerlab show --json`; ``folder`` is the run's folder, ``epochs`` are the last 4,000.

    An epoch is ``best`` if its validation loss, or loss without validation, was the lowest so far.
    """

    run: RunReport
    folder: str
    environment: Environment
    preset: PresetContents
    summary: SummaryReport
    epochs: tuple[EpochEnded, ...]


class ComparisonReport(Struct, frozen=True):
    """The output of `layerlab compare --json`; every difference has a value for each of ``runs``, as displayed."""

    runs: tuple[RunReport, ...]
    differences: tuple[Difference, ...]


class RunSavedReport(Struct, frozen=True, tag_field="event", tag="kept"):
    """The training is being saved as the run with this id; a line of `layerlab train --json`."""

    run: str


class RunNotSavedReport(Struct, frozen=True, tag_field="event", tag="not_kept"):
    """Saving the run failed, at the start or later; training continues."""

    message: str


def run_report(run: Run) -> RunReport:
    """The report of ``run`` in a list."""
    label, readable = run.label, run.readable
    epochs = {name: getattr(run.metrics, name) or None for name in ("best_epoch", "best_accuracy_epoch")}
    metrics = asdict(run.metrics) | epochs | {"generalization_gap": run.metrics.generalization_gap}
    return RunReport(
        id=run.id,
        key=run.key,
        name=label.name,
        architecture=run.architecture if readable else None,
        state=run.state,
        begun=run.begun if readable else None,
        device=run.device if readable else None,
        note=label.note,
        tags=label.tags,
        message=run.message,
        **(metrics if readable else {}),
    )


def run_details_report(details: RunDetails, folder: Path) -> RunDetailsReport:
    """Everything about a run in ``folder`` but its weights and curves."""
    preset = details.effective_preset
    summary = summary_report(preset, summarize(preset.architecture))
    contents, epochs = _contents(preset), details.history.epochs
    return RunDetailsReport(run_report(details.run), str(folder), details.environment, contents, summary, epochs)


def comparison_report(compared: Sequence[RunDetails]) -> ComparisonReport:
    """Metrics and differences of two or more runs."""
    return ComparisonReport(tuple(run_report(details.run) for details in compared), differences(compared))


def run_saved_report(event: Event) -> RunSavedReport | RunNotSavedReport | None:
    """The report of an ``event`` about saving the run; None for other events."""
    if isinstance(event, RunSaved):
        return RunSavedReport(event.run)
    return RunNotSavedReport(event.message) if isinstance(event, RunNotSaved) else None


def _contents(preset: Preset) -> PresetContents:
    layers = tuple({"type": layer.type, **write(layer, every=True)} for layer in preset.architecture.layers)
    return PresetContents(preset.name, preset.architecture.input_shape, layers, write(preset.plan, every=True))
