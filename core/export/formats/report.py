"""The lab report of a run, compared with others."""

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
from core.runs.record import RunDetails

if TYPE_CHECKING:
    from core.inspection.results import Results

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
        run = run_of(source)
        return as_html(lab_report(run.details, answers(run, "last")))

    def write(self, source: Source, path: Path, which: Which, *, force: bool) -> None:
        write_report(path, run_of(source), force=force)


def answers(run: RunSource, which: Which) -> "Results | None":
    """The results of ``run`` on the test set; None if there are no weights. Raises as `export` does.

    Loads TensorFlow.
    """
    if not checkpoint_file.exists(run.folder):
        return None
    with tensorflow_errors():
        inspector = import_module("core.runs.inspection").load_inspector(run.folder, run.details.preset, which)
        results: Results = inspector.results()
    return results


def write_report(
    path: Path, run: RunSource, others: Sequence[RunDetails] = (), *, evaluate: bool = True, force: bool = False
) -> None:
    """Write the lab report of ``run``, compared with ``others``: as Markdown to a .md file, to any other as HTML.

    With ``evaluate`` it includes the results of the final weights on the test set; without, it is quick.
    Raises as `export` does.
    """
    refuse_existing([path], force=force)
    write_document(path, lab_report(run.details, answers(run, "last") if evaluate else None, others), force=force)


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
