"""`layerlab check`: whether runs meet the tasks of an assignment."""

from collections.abc import Sequence

from click import Argument, Option

from core.marking.checking import check
from core.runs.store import Store
from core.strict_json import to_json
from tui.cli.assignments import find_runs, read_with_answers, show
from tui.cli.command import Command
from tui.cli.lookup import DONE, FAILED
from tui.cli.parameters import JSON, run_keys
from tui.output import Output

__all__ = ["ANSWERS", "ASSIGNMENT", "COMMAND", "RUN", "run"]


def run(name: str, runs: Sequence[str], answers: str | None, *, as_json: bool) -> int:
    """Say which tasks of the assignment in the file ``name`` are met; 1 if one is not."""
    assignment, given = read_with_answers(name, answers)
    report = check(assignment, find_runs(Store(), assignment, runs), given)
    if as_json:
        Output().json(to_json(report))
    else:
        show(report, Output())
    return DONE if all(task.met for task in report.tasks) else FAILED


ASSIGNMENT = Argument(["name"], metavar="ASSIGNMENT", help="A TOML file of tasks")
RUN = Option(
    ["--run", "runs"],
    multiple=True,
    metavar="RUN",
    help="A run's key, id or name, the newest by default; of several, one has to meet each task",
    shell_complete=run_keys,
)
ANSWERS = Option(["--answers"], metavar="FILE", help="What was answered; by default ASSIGNMENT-answers.toml beside it")
COMMAND = Command(
    "check",
    run,
    [ASSIGNMENT, RUN, ANSWERS, JSON],
    section="Learning",
    help="Say which tasks of an assignment a run meets.",
)
