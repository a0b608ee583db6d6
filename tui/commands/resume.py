"""`layerlab resume`: goes on with a run, told as `layerlab train` tells it."""

from core.runs.store import Store
from tui.commands import train
from tui.commands.common import find_run, refused, whole
from tui.commands.telling import teller
from tui.runs.kept import go_on

__all__ = ["run"]


def run(name: str, more: str | None, *, as_json: bool) -> int:
    """Go on to the last epoch of the plan of the run ``name``, or for ``more`` epochs."""
    epochs = whole("--more", more) or 0
    store = Store()
    found = find_run(store, name)
    with refused():
        make, told = go_on(store, found, epochs)
    preset = told.preset
    return train.conducted(
        preset,
        lambda out: train.trained(make, teller(preset, out, as_json=as_json, history=told.history))[1],
        as_json=as_json,
    )
