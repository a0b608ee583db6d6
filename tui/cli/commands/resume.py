"""`layerlab resume`: goes on with a run, told as `layerlab train` tells it."""

from core.runs.store import Store
from tui.cli.commands import train
from tui.cli.lookup import find_run, refused, whole
from tui.cli.reporters import reporter
from tui.sessions import resume_session

__all__ = ["run"]


def run(name: str, more: str | None, *, as_json: bool) -> int:
    """Go on to the last epoch of the plan of the run ``name``, or for ``more`` epochs."""
    epochs = whole("--more", more) or 0
    store = Store()
    found = find_run(store, name)
    with refused():
        make, told = resume_session(store, found, epochs)
    preset = told.preset
    return train.run_guarded(
        preset,
        lambda out: train.run_training(make, reporter(preset, out, as_json=as_json, history=told.history))[1],
        as_json=as_json,
    )
