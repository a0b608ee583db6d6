"""`layerlab resume`: resumes a run and reports it as `layerlab train` does."""

from click import Option

from core.runs.store import Store
from tui.cli.command import Command
from tui.cli.commands import train
from tui.cli.lookup import find_run, parse_positive_int, refused
from tui.cli.parameters import JSON, RUN
from tui.cli.reporters import reporter
from tui.sessions import resume_session

__all__ = ["COMMAND", "run"]


def run(name: str, more: str | None, *, as_json: bool) -> int:
    """Train the run ``name`` to the last epoch of its plan, or for ``more`` epochs."""
    epochs = parse_positive_int("--more", more) or 0
    store = Store()
    found = find_run(store, name)
    with refused():
        make, details = resume_session(store, found, epochs)
    preset = details.preset
    return train.run_guarded(
        preset,
        lambda out: train.run_training(make, reporter(preset, out, as_json=as_json, history=details.history))[1],
        as_json=as_json,
    )


COMMAND = Command(
    "resume",
    run,
    [RUN, Option(["--more"], metavar="N", help="Epochs to train; default: to the end of the plan"), JSON],
    section="Training",
    help="Resume a run; Ctrl+C stops and reports the result.",
)
