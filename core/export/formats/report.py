"""The lab report of a run, compared with others."""

import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from core.export.document import Report as Document
from core.export.format import Format, RunSource, Source, refuse_existing, run_of, tensorflow_errors, write_export
from core.export.html import as_html
from core.export.lab_report import lab_report
from core.export.markdown import as_markdown
from core.runs import checkpoint_file
from core.runs.checkpoint_file import Which
from core.runs.folder import INITIAL_WEIGHTS
from core.runs.record import RunDetails

if TYPE_CHECKING:
    from core.inspection.results import Results
    from core.inspection.violin_pairs import ViolinPair
    from core.training.inspector import Inspector

__all__ = ["MARKDOWN", "Report", "answers", "write_document", "write_report"]

MARKDOWN = ".md"
"""The suffix of a lab report in Markdown, whose charts are files beside it."""


class Report(Format):
    """A lab report."""

    place = 1
    name = "report"
    title = "a lab report"
    suffix = ".html"
    needs = "history"
    choices = {
        "report": "lab report: HTML, for reading and printing",
        "report markdown": "lab report: Markdown, with its curves as SVG",
    }

    def text(self, source: Source) -> str:
        return as_html(_report(run_of(source), (), evaluate=True))

    def write(self, source: Source, path: Path, which: Which, *, force: bool) -> None:
        write_report(path, run_of(source), force=force)


def answers(run: RunSource, which: Which) -> "Results | None":
    """The results of ``run`` on the test set; None if there are no weights. Raises as `export` does.

    Loads TensorFlow.
    """
    if not checkpoint_file.exists(run.folder):
        return None
    with tensorflow_errors():
        return _inspector(run, which).results()


def write_report(
    path: Path,
    run: RunSource,
    others: Sequence[RunDetails] = (),
    *,
    evaluate: bool = True,
    force: bool = False,
) -> None:
    """Write the lab report of ``run``, compared with ``others``: as Markdown to a .md file, to any other as HTML.

    With ``evaluate`` it includes the results of the final weights on the test set; without, it is quick. Raises as
    `export` does.
    """
    refuse_existing([path], force=force)
    write_document(path, _report(run, others, evaluate=evaluate), force=force)


def _report(run: RunSource, others: Sequence[RunDetails], *, evaluate: bool) -> Document:
    violins = _violins(run)
    if not (evaluate and checkpoint_file.exists(run.folder)):
        return lab_report(run.details, None, others, violins, diagnosed=run.diagnosed)
    with tensorflow_errors():
        inspector = _inspector(run, "last")
        results = inspector.results()
        if violins is None:  # a run of an earlier version: its seed tells the initial weights
            stack = run.details.preset.architecture.stack
            pair = import_module("core.inspection.violin_pairs").violin_pair
            violins = [pair(weight, stack[weight.row].label) for weight in inspector.weights()]
    return lab_report(run.details, results, others, violins, diagnosed=run.diagnosed)


def _violins(run: RunSource) -> "Sequence[ViolinPair] | None":
    """The violins of the initial and the final weights; None if the run does not have the former. Raises `RunError`."""
    if not os.path.lexists(run.folder / INITIAL_WEIGHTS):
        return None
    pairs: Sequence[ViolinPair] | None = import_module("core.runs.initial_weights").pairs(  # imports numpy
        run.folder, run.details.preset.architecture, "last"
    )
    return pairs


def _inspector(run: RunSource, which: Which) -> "Inspector":
    inspector: Inspector = import_module("core.runs.inspection").load_inspector(run.folder, run.details.preset, which)
    return inspector


def write_document(path: Path, report: Document, *, force: bool = False) -> None:
    """Write ``report``: as Markdown to a .md file, with its charts beside it, to any other as HTML.

    Raises OSError; FileExistsError if one of the files exists, unless ``force``.
    """
    files = {path: as_html(report)}
    if path.suffix.lower() == MARKDOWN:
        files = {path.with_name(name): text for name, text in as_markdown(report, path.stem).items()}
    refuse_existing([path, *files], force=force)
    for place, text in files.items():
        write_export(place, text, force=force)
