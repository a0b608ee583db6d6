"""The lab report: everything about a run that a teacher wants to know, as plain data."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from core.datasets import DATASETS
from core.export.document import Block, KeyValues, Report, Section, Text
from core.export.sections import network
from core.export.sections.comparison import comparison
from core.export.sections.findings import findings
from core.export.sections.text import paragraphs
from core.export.sections.training import training
from core.formatting import (
    NONE,
    show_accuracy,
    show_amount,
    show_count,
    show_duration,
    show_gap,
    show_loss,
    show_moment,
)
from core.runs.record import RunDetails

if TYPE_CHECKING:
    from core.inspection.results import Results
    from core.inspection.violin_pairs import ViolinPair

__all__ = ["lab_report"]


def lab_report(
    details: RunDetails,
    results: "Results | None",
    others: Sequence[RunDetails] = (),
    violins: "Sequence[ViolinPair] | None" = None,
    *,
    diagnosed: bool = True,
) -> Report:
    """The report of a run, with its ``results`` on the test set, if any, and compared with ``others``, if any.

    ``violins`` are those of its weights; None if it is not known how they were before training. Unless it is
    ``diagnosed``, it has no findings.
    """
    run, preset = details.run, details.effective_preset
    compared = (comparison((details, *others)),) if others else ()
    return Report(
        title=run.name,
        lead=f"{preset.name}, trained on {DATASETS[preset.plan.dataset].title} on {show_moment(run.begun)}",
        highlights=tuple(_highlights(details)),
        head=tuple(_head(details)),
        sections=(
            network.architecture(preset),
            network.arithmetic(preset),
            network.plan(preset),
            training(details),
            _weights(details, violins),
            _answers(details, results),
            *((findings(details),) if diagnosed else ()),
            *compared,
        ),
        foot=f"Made with LayerLab {details.environment.layerlab} from the run {run.id}.",
    )


def _highlights(details: RunDetails) -> Iterator[tuple[str, str]]:
    metrics = details.run.metrics
    yield "Test accuracy", show_accuracy(metrics.test_accuracy)
    yield "Test loss", show_loss(metrics.test_loss)
    if metrics.best_val_accuracy is not None:
        yield "Best val accuracy", show_accuracy(metrics.best_val_accuracy)
    if metrics.best_val_accuracy != metrics.accuracy_at_lowest_loss:
        yield "Val accuracy at the lowest loss", show_accuracy(metrics.accuracy_at_lowest_loss)
    if metrics.final_train_accuracy is not None:
        yield "Final train accuracy", show_accuracy(metrics.final_train_accuracy)
        yield "Generalization gap", show_gap(metrics.generalization_gap)
    yield "Params", show_count(metrics.params)
    planned = f" of {show_count(metrics.planned)}" if metrics.epochs < metrics.planned else ""
    yield "Epochs", f"{show_count(metrics.epochs)}{planned}"
    yield "Training time", show_duration(metrics.seconds)


def _head(details: RunDetails) -> Iterator[Block]:
    for paragraph in paragraphs(details.run.label.note):
        yield Text(paragraph)
    yield KeyValues(tuple(_facts(details)))


def _facts(details: RunDetails) -> Iterator[tuple[str, str]]:
    run, environment = details.run, details.environment
    yield "Architecture", details.preset.name or NONE
    yield "State", f"{run.state} after {show_amount(run.metrics.epochs, 'epoch')}"
    if run.message:
        yield "Reason", run.message
    if run.label.tags:
        yield "Tags", ", ".join(run.label.tags)
    yield "Begun", show_moment(run.begun)
    yield "Device", environment.device
    yield "Seed", str(details.preset.plan.seed)
    yield (
        "Versions",
        f"LayerLab {environment.layerlab}, TensorFlow {environment.tensorflow}, Keras {environment.keras}, "
        f"NumPy {environment.numpy}, Python {environment.python}",
    )
    yield "Platform", environment.platform
    yield "Run", run.id


def _weights(details: RunDetails, violins: "Sequence[ViolinPair] | None") -> Section:
    if violins:
        section: Section = import_module("core.export.sections.weights").weights(violins)  # brings numpy
        return section
    if not details.run.metrics.epochs:
        why = "There are none: the run ended in its first epoch and has no weights."
    elif violins is None:
        why = (
            "How they were before training is not in the run, which an earlier version made or which was cut short. A "
            "report made without --quick computes it from the seed."
        )
    else:
        why = "No layer has weights."
    return Section("Weights before and after training", (Text(why),))


def _answers(details: RunDetails, results: "Results | None") -> Section:
    if results is not None:
        section: Section = import_module("core.export.sections.answers").answers(results)  # brings numpy
        return section
    if not details.run.metrics.epochs:
        why = "There are none: the run ended in its first epoch and has no weights."
    else:
        why = (
            "The network was not evaluated. A report made without --quick evaluates it, with the confusion matrix and "
            "the metrics of every class."
        )
    return Section("Results on the test set", (Text(why),))
