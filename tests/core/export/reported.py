"""A run as it may have gone, told without training one, and the report on it."""

from math import exp

import numpy as np
from msgspec.structs import replace

from core import presets
from core.events import Ended, EpochEnded, Progress, Started
from core.history import History
from core.inspection.results import Results
from core.presets import Preset
from core.runs.record import Environment, Label, Run, RunDetails, metrics_of

STEPS, STRETCHES = 400, 8
"""Steps of an epoch, and how many stretches they are told in."""

LENET = presets.load(presets.find("lenet-5"))


def history(epochs: int, *, validated: bool = True, best: int | None = None) -> History:
    """A training that gets better for ever, or until its epoch ``best``."""
    told = History().after(Started("cpu", 61_706, 60_000, 10_000 * validated, STEPS, 150, 0, epochs, 0.001, 4.5))
    for epoch in range(1, epochs + 1):
        for stretch in range(1, STRETCHES + 1):
            done = (epoch - 1) * STEPS + stretch * STEPS // STRETCHES
            fit = 2.3 * exp(-2 * done / STEPS)
            told = told.after(
                Progress(epoch, epochs, done, stretch * STEPS // STRETCHES, STEPS, fit, exp(-fit), 0.001, 2e4, 1.0, 9.0)
            )
        loss = 1 / epoch + (0.5 if best and epoch > best else 0.0)
        measured = (loss, exp(-loss)) if validated else (None, None)
        better = best is None or epoch <= best
        told = told.after(EpochEnded(epoch, epochs, epoch * STEPS, loss, exp(-loss), *measured, 0.001, 2.0, better))
    test = (0.05, 0.98) if epochs else (None, None)
    return told.after(Ended("finished", epochs, 2.0 * epochs, 3e4, *test, ""))


def told(
    label: Label = Label("first try"),  # noqa: B008  # frozen
    *,
    preset: Preset = LENET,
    epochs: int = 3,
    key: str = "k3x9a",
    history: History | None = None,
) -> RunDetails:
    """A run that has gone so, of ``preset``."""
    went = scripted(epochs) if history is None else history
    reached = replace(metrics_of(went, 2.0 * epochs), params=61_706)
    run = Run(f"20260102-030405-{key}", label, preset.name, "finished", 1_767_323_045.0, "cpu", reached)
    return RunDetails(run, preset, went, Environment("0.1.0", "3.11.7", "2.21.0", "3.15.1", "2.4.6", "Linux", "cpu"))


def results(classes: tuple[str, ...] = tuple("0123456789")) -> Results:
    """Twenty examples of each class, the class after it taken for the right one as often as its number says."""
    labels = np.repeat(np.arange(len(classes)), 20)
    nth = np.tile(np.arange(20), len(classes))
    taken = np.where(nth < labels, (labels + 1) % len(classes), labels)
    return Results.of(np.eye(len(classes), dtype=np.float32)[taken], labels, 0.25, classes)


scripted = history
"""`history`, where an argument is called so."""
