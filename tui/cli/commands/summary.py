"""`layerlab summary`: the shapes and parameters of an architecture."""

from core.diagnosis.problems import architecture_problems
from core.formatting import show_amount, show_bytes, show_count
from core.json_output import summary_report
from core.network.formulas import total
from core.network.shapes import show_shape
from core.network.summary import Problem, Row, Summary, Totals, summarize
from core.presets import Preset
from core.sentences import after_place
from core.strict_json import to_json
from tui.cli.command import Command
from tui.cli.lookup import DONE, FAILED, load
from tui.cli.parameters import JSON, PRESET
from tui.output import Column, Output

__all__ = ["COMMAND", "run", "show"]

COLUMNS = (
    Column("#", right=True),
    Column("Layer"),
    Column("Output"),
    Column("Params", right=True),
    Column("Trainable", right=True, wide=60),
    Column("Multiply-adds", right=True, wide=70),
)
UNKNOWN = "?"


def run(name: str, *, as_json: bool) -> int:
    """Print the summary of the preset or file ``name``; `FAILED` if its architecture has errors."""
    preset = load(name)
    summary = summarize(preset.architecture)
    if as_json:
        Output().json(to_json(summary_report(preset, summary)))
    else:
        show(preset, summary, Output())
    return FAILED if summary.errors else DONE


def show(preset: Preset, summary: Summary, out: Output) -> None:
    """Print ``summary``."""
    problems = architecture_problems(preset.architecture, preset.plan, summary)
    failing = {problem.layer for problem in summary.errors}
    out.heading(preset.name)
    for text in (preset.description, preset.origin):
        if text:
            out.line(out.typeset(text), "dim")
    out.line()
    styles = ["red" if row.index in failing else "dim" if row.facts is None else "" for row in summary.rows]
    out.table(COLUMNS, [[out.typeset(cell) for cell in _cells(row)] for row in summary.rows], styles)
    out.line()
    for line in _totals(summary.totals):
        out.line(line)
    out.line()
    for problem in problems:
        out.line(out.typeset(_problem(problem)), "red" if problem.severity == "error" else "yellow")
    if not problems:
        out.line("no problems")


def _cells(row: Row) -> tuple[str, ...]:
    facts = row.facts
    if facts is None:
        return (str(row.index), row.layer.label, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
    numbers = (facts.params, row.trainable, total(facts.multiply_adds))
    return (str(row.index), row.layer.label, show_shape(facts.output), *(show_count(number) for number in numbers))


def _totals(totals: Totals) -> list[str]:
    parts = ((totals.weights, "weight"), (totals.biases, "bias"), (totals.statistics, "statistic"))
    terms = " + ".join(show_amount(number, name) for number, name in parts if number)
    return [
        show_amount(totals.params, "param") + (f" = {terms}" if terms else ""),
        f"{show_count(totals.trainable)} trainable, {show_count(totals.non_trainable)} non-trainable",
        f"{show_bytes(totals.parameter_bytes)} of parameters, "
        f"{show_bytes(totals.activation_bytes)} of activations per example",
        f"{show_count(totals.multiply_adds)} multiply-adds per example",
    ]


def _problem(problem: Problem) -> str:
    fix = f" (fix: {problem.fix.label})" if problem.fix else ""
    return f"{problem.severity}: {after_place(problem.layer, problem.message)}{fix}"


COMMAND = Command(
    "summary", run, [PRESET, JSON], section="Presets", help="Show shapes, parameters, multiply-adds and problems."
)
