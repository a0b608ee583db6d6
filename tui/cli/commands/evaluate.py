"""`layerlab evaluate`: test-set results and findings, after a training or of a saved run."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from textwrap import wrap

from core.diagnosis import Finding, run_findings
from core.events import Ended, Event
from core.export.formats.report import answers
from core.formatting import show_accuracy, show_amount, show_count, show_gap, show_loss, show_share
from core.history import History
from core.inspection.json_output import findings_report, results_report
from core.inspection.results import Results
from core.lessons.silence import run_source
from core.presets import Preset
from core.runs.checkpoint_file import Which
from core.runs.record import Run
from core.runs.store import Store
from core.strict_json import to_json
from tui.cli.command import Command
from tui.cli.commands import train
from tui.cli.commands.export import exporting
from tui.cli.commands.train import SaveOptions
from tui.cli.lookup import DONE, UsageError, find_any, quiet, weights
from tui.cli.parameters import JSON, NO_SAVE, PRESET_OR_RUN, RUN_NAME, WEIGHTS
from tui.cli.plan_options import plan_options
from tui.cli.reporters import Reporter, reporter
from tui.output import Column, Output
from tui.sessions import WEIGHTS as WEIGHTS_TITLES
from tui.training_session import TrainingSession
from tui.worker_thread import in_worker

__all__ = ["COMMAND", "run", "show_findings", "show_results"]

WIDTH = 96
"""Width that findings are wrapped to."""
SILENT = "no findings: the diagnosis is silent until the lesson's question, what is wrong, is answered on the Learn tab"


def run(name: str, *, no_save: bool, run_name: str | None, which: str | None, as_json: bool, **plan: object) -> int:
    """Train the preset or file ``name`` as `layerlab train` does, then evaluate it on the test set.

    If ``name`` is a run instead, evaluate it with ``which`` of its weights.
    """
    save_options = SaveOptions(saves=not no_save, name=run_name)
    wanted, store = weights(which), Store()
    found = find_any(store, name)
    if isinstance(found, Run):
        if any(value is not None for value in plan.values()) or not save_options.default:
            raise UsageError(f"{name}: a run is not retrained: --name, --no-save and plan options are for presets")
        return _evaluate_run(store, found, wanted, as_json=as_json)
    if which is not None:
        raise UsageError(f"{name}: --weights is for runs, which have more than one set of weights")
    preset = train.prepare_preset(found, plan)

    def evaluate(out: Output) -> Ended:
        reporting = HistoryReporter(save_options.naming(reporter(preset, out, as_json=as_json)))
        session, ended = train.run_training(save_options.session_factory(preset), reporting)
        results = in_worker(lambda: _results(session)) if ended.reason != "failed" else None
        _report(results, _findings(preset, reporting.history), out, as_json=as_json)
        return ended

    return train.run_guarded(preset, evaluate, as_json=as_json)


def _results(session: TrainingSession) -> Results | None:
    inspector = session.inspector()
    return inspector.results() if inspector else None


def _evaluate_run(store: Store, run: Run, which: Which, *, as_json: bool) -> int:
    with exporting():
        stored = run_source(store, run.id)
        with quiet("evaluating"):
            results = in_worker(lambda: answers(stored, which))
    details, out = stored.details, Output()
    if not as_json:
        out.heading(f"{run.name} ({run.key}), {WEIGHTS_TITLES[which]}")
        if results is None:
            out.line("it ended during its first epoch and has no weights to evaluate")
    findings = _findings(details.preset, details.history) if stored.diagnosed else None
    _report(results, findings, out, as_json=as_json)
    return DONE


def _findings(preset: Preset, history: History) -> Sequence[Finding]:
    return run_findings(preset.architecture, preset.plan, history)


def _report(results: Results | None, findings: Sequence[Finding] | None, out: Output, *, as_json: bool) -> None:
    """Print the results, if there are any, and the findings; None while these are not to be told."""
    if as_json:
        told = results_report(results) if results else None, None if findings is None else findings_report(findings)
        for report in filter(None, told):
            out.json(to_json(report))
        return
    if results:
        show_results(results, out)
    if findings is None:
        out.line()
        out.line(SILENT)
    else:
        show_findings(findings, out)


class HistoryReporter:
    """Passes events on to another reporter and collects their history."""

    def __init__(self, other: Reporter) -> None:
        self.history = History()
        self._other = other

    def shown(self) -> AbstractContextManager[object]:
        return self._other.shown()

    def report(self, event: Event) -> None:
        self.history = self.history.after(event)
        self._other.report(event)

    def stopping(self) -> None:
        self._other.stopping()


def show_results(results: Results, out: Output) -> None:
    """Print ``results``."""
    out.line()
    correct = f"{show_count(results.correct)} of {show_count(results.examples)} correct"
    out.heading(f"test set: {correct}, {show_accuracy(results.accuracy)}; loss {results.loss:.4f}")
    if learned := results.training:
        out.line(
            f"training accuracy of these weights {show_accuracy(learned.accuracy)} "
            f"(on {show_amount(learned.examples, 'training example')}, loss {show_loss(learned.loss)}); "
            f"generalization gap {show_gap(results.generalization_gap)}"
        )
    if results.unpredicted:
        out.line(f"{show_amount(results.unpredicted, 'answer')} NaN: no class, counted as wrong", "red")
    columns = [Column(title, right=True) for title in ("class", "precision", "recall", "F1", "examples")]
    rows = [
        (one.name, show_share(one.precision), show_share(one.recall), show_share(one.f1), show_count(one.support))
        for one in results.per_class
    ]
    macro = results.macro
    mean = (
        "mean",
        show_share(macro.precision),
        show_share(macro.recall),
        show_share(macro.f1),
        show_count(results.examples),
    )
    out.table(columns, [*rows, mean])
    out.line()
    out.line("confusion matrix: true classes in rows, predicted classes in columns")
    confusion = [
        (name, *("." if not count else str(count) for count in row))
        for name, row in zip(results.classes, results.confusion.tolist(), strict=True)
    ]
    out.table([Column(title, right=True) for title in ("true", *results.classes)], confusion)


def show_findings(findings: Sequence[Finding], out: Output) -> None:
    """Print ``findings``."""
    out.line()
    if not findings:
        out.line("no problems found")
    for finding in findings:
        because = f", because of {finding.because}" if finding.because else ""
        out.heading(out.typeset(f"{finding.title}{because}"))
        for text in (finding.evidence, finding.cause):
            _print_indented(out.typeset(text), "  ", out)
        for fix in finding.fixes:
            _print_indented(out.typeset(fix.label), "  > ", out, "green")


def _print_indented(text: str, indent: str, out: Output, style: str = "") -> None:
    for line in wrap(text, WIDTH, initial_indent=indent, subsequent_indent=" " * len(indent)):
        out.line(line, style)


COMMAND = Command(
    "evaluate",
    run,
    [PRESET_OR_RUN, NO_SAVE, RUN_NAME, WEIGHTS, JSON, *plan_options()],
    section="Training",
    help="Train a preset, or load a run; report test results and findings.",
)
