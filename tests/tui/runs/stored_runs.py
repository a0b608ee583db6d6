"""Runs on disk as trainings leave them, with curves out of a formula: no network is trained."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import exp, sin
from pathlib import Path
from typing import Any
from unittest.mock import patch

from msgspec.structs import replace
from textual.pilot import Pilot

from core import presets
from core.events import Ended, EpochEnded, Progress, Started
from core.history import History
from core.network.summary import summarize
from core.presets import Preset
from core.runs import folder as files
from core.runs.history_file import HistoryFile
from core.runs.record import Environment, Label, RunState, metrics_of
from tests.benchmarks.many_runs import NO_TENSORS
from tests.tui.driving import opened, until
from tui.app import LayerLabApp
from tui.runs.pane import RunsPane

ENVIRONMENT = Environment("0.1.0", "3.11.9", "2.21.0", "3.15.0", "2.3.0", "Linux-6.1-x86_64", "CPU")
BEGUN = 1_700_000_000.0
"""Seconds since 1970 at which the first run began; one follows the other after a day."""
STEPS = 469


def preset(name: str = "lenet-5", **plan: Any) -> Preset:
    """A shipped preset with another plan."""
    found = presets.load(presets.find(name))
    return replace(found, plan=replace(found.plan, **plan))


def history(trained: Preset, epochs: int, pace: float, *, validated: bool = True, over: bool = True) -> History:
    """What a training tells that gets better by ``pace``."""
    params, wanted = summarize(trained.architecture).totals.params, trained.plan.epochs
    tests = 10_000 if validated else 0
    told = History().after(Started("cpu", params, 60_000, tests, STEPS, 128, 0, wanted, 0.001, 1.0))
    least = float("inf")
    for step in range(STEPS // 4, epochs * STEPS + 1, STEPS // 4):
        x = step / STEPS
        epoch, rest = divmod(step - 1, STEPS)
        loss = 2.2 * exp(-pace * x) + 0.05 + 0.01 * sin(9 * x)
        told = told.after(
            Progress(epoch + 1, wanted, step, rest + 1, STEPS, loss, 1 - loss / 3, 0.001, 90_000.0, None, None)
        )
    for epoch in range(1, epochs + 1):
        loss = 2.0 * exp(-pace * epoch) + 0.04 + 0.004 * epoch
        best, least = loss < least, min(least, loss)
        val_loss, val_accuracy = (loss, 1 - loss / 4) if validated else (None, None)
        told = told.after(
            EpochEnded(epoch, wanted, epoch * STEPS, loss, 1 - loss / 3, val_loss, val_accuracy, 0.001, 2.5, best)
        )
    return told.after(Ended("finished", epochs, 2.5 * epochs, 9e4, 0.05, 0.985, "")) if over else told


def keep(
    home: Path,
    name: str,
    trained: Preset,
    told: History,
    state: RunState = "finished",
    *,
    number: int = 0,
    note: str = "",
    tags: tuple[str, ...] = (),
    message: str = "",
    started: bool = True,
) -> str:
    """Put a run under ``home``, which began ``number`` days after the first; gives its id.

    One that was not ``started`` ended before its first step.
    """
    seconds = 2.5 * len(told.epochs) or (0.4 if started else 0.0)
    folder = home / "runs" / f"20231114-120000-run-{number:05}"
    header = files.create(folder, Label(name, note, tags), trained, ENVIRONMENT)
    files.write_history(folder, HistoryFile().encode(told), durably=False)
    (folder / files.CHECKPOINT).write_bytes(NO_TENSORS)
    come_to = replace(metrics_of(told, seconds), planned=trained.plan.epochs)
    began = BEGUN + 86_400 * number
    files.write_header(
        folder, replace(header, begun=began, state=state, metrics=come_to, message=message), durably=False
    )
    return folder.name


def some(home: Path) -> list[str]:
    """Six runs of every state but running, and a damaged one; their ids, the oldest first."""
    lenet, dense, tanh = preset(epochs=10), preset("ffnn-500", epochs=10), preset(epochs=10, batch_size=32)
    other = replace(tanh, architecture=tanh.architecture.remove(2))
    ids = [
        keep(home, "lenet, as it was", lenet, history(lenet, 10, 0.6), number=0, tags=("baseline",)),
        keep(home, "ffnn 500", dense, history(dense, 10, 0.9), number=1, note="quick and good enough"),
        keep(home, "lenet, small batches", tanh, history(tanh, 7, 0.8, over=False), "interrupted", number=2),
        keep(home, "without pooling", other, history(other, 4, 0.3), "stopped", number=3, tags=("homework", "night")),
        keep(
            home,
            "too fast",
            lenet,
            history(lenet, 0, 0.3, over=False),
            "failed",
            number=4,
            message="the loss is NaN: try a lower learning rate",
        ),
        keep(home, "no validation", dense, history(dense, 10, 0.5, validated=False), number=5),
    ]
    damaged = home / "runs" / "20231120-120000-lenet-5-k7mzp"
    damaged.mkdir()
    (damaged / "run.json").write_text('{"format": 1, "preset": "lenet')
    return [*ids, damaged.name]


@asynccontextmanager
async def listing(
    count: int, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[LayerLabApp, RunsPane, Pilot[None]]]:
    """The app with the Runs tab open, once it lists ``count`` runs; of those cut off it does not tell by itself."""
    with patch("tui.app.SETTLED", 3600):
        async with opened("lenet-5", size) as (app, pilot):
            await pilot.press("4")
            await until(pilot, lambda: len(app.runs_pane.table.runs) == count and app.runs_pane.known)
            yield app, app.runs_pane, pilot
