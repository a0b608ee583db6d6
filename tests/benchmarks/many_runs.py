"""Thousands of runs on disk, such as trainings leave them, but for weights."""

import random
import time
from pathlib import Path

import msgspec
from msgspec.structs import replace

from core import presets
from core.events import Ended, EpochEnded, Progress, Started
from core.history import History
from core.network.summary import summarize
from core.presets import Preset
from core.runs import folder as files
from core.runs.folder import Header
from core.runs.history_file import HistoryFile
from core.runs.record import Environment, Label, RunState, metrics_of

__all__ = ["NO_TENSORS", "fill"]

PRESETS = ("ffnn-10", "ffnn-500", "lenet-5", "keras-convnet", "mlp-600-100-bn-dropout")
STATES: tuple[RunState, ...] = ("finished", "finished", "finished", "stopped", "failed")
TAGS = ((), (), ("baseline",), ("homework",), ("night", "gpu"))
BEGUN, APART = 1_700_000_000.0, 321.0
"""Seconds since 1970 at which the first run began, and from one to the next."""
EPOCHS, STEPS, POINTS = 10, 469, 4
COPIED = ("preset.toml", "history.json", files.CHECKPOINT)
NO_TENSORS = b"\x02" + bytes(7) + b"{}"
"""A checkpoint that is whole and has nothing in it."""
ENVIRONMENT = Environment("0.1.0", "3.11.9", "2.21.0", "3.15.0", "2.3.0", "Linux", "CPU")


def fill(home: Path, count: int) -> None:
    """Put ``count`` ended runs under ``home``, which has none; the same ones every time. A thousand take a second.

    The first run of each preset is made as a training makes it, the others are copies of its files with a header and a
    label of their own.
    """
    chance = random.Random(count)  # noqa: S311  # nothing is to be kept secret
    known = [presets.load(presets.find(name)) for name in PRESETS]
    copied: dict[str, dict[str, bytes]] = {}
    for number in range(count):
        preset = known[number % len(known)]
        begun = BEGUN + APART * number
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(begun))
        folder = home / "runs" / f"{stamp}-{PRESETS[number % len(known)]}-{number:05}"
        folder.mkdir(parents=True)
        label = Label(f"{preset.name} {number}", "", chance.choice(TAGS))
        if preset.name not in copied:
            files.create(folder, label, preset, ENVIRONMENT)
            files.write_history(folder, HistoryFile().encode(_history(preset)), durably=False)
            (folder / files.CHECKPOINT).write_bytes(NO_TENSORS)
            copied[preset.name] = {name: (folder / name).read_bytes() for name in COPIED}
        for name, data in copied[preset.name].items():
            (folder / name).write_bytes(data)
        (folder / "label.json").write_bytes(msgspec.json.encode(label))
        files.write_header(folder, _header(preset, begun, chance), durably=False)


def _header(preset: Preset, begun: float, chance: random.Random) -> Header:
    state = chance.choice(STATES)
    seconds, best, test = chance.uniform(5, 500), chance.uniform(0.9, 0.99), chance.uniform(0.9, 0.99)
    come_to = replace(
        metrics_of(_history(preset), seconds),
        best_val_accuracy=best,
        last_val_accuracy=best - chance.uniform(0, 0.01),
        test_accuracy=None if state == "failed" else test,
    )
    message = "the loss is NaN: try a lower learning rate" if state == "failed" else ""
    return Header(preset.name, begun, ENVIRONMENT, state, message, come_to)


def _history(preset: Preset) -> History:
    """Ten epochs of a training that goes well, with a few points of the curves in each."""
    params = summarize(preset.architecture).totals.params
    history = History().after(Started("CPU", params, 60_000, 10_000, STEPS, 128, 0, EPOCHS, 0.001, 1.0))
    for epoch in range(1, EPOCHS + 1):
        for point in range(1, POINTS + 1):
            step = (epoch - 1) * STEPS + point * STEPS // POINTS
            loss = 0.4 * 0.8 ** (step / STEPS)
            told = Progress(epoch, EPOCHS, step, step, STEPS, loss, 1 - loss / 4, 0.001, 90_000.0, None, None)
            history = history.after(told)
        val_loss = 0.3 * 0.85**epoch + 0.05
        history = history.after(
            EpochEnded(epoch, EPOCHS, epoch * STEPS, loss, 1 - loss / 4, val_loss, 1 - val_loss / 4, 0.001, 1.2, True)
        )
    return history.after(Ended("finished", EPOCHS, 12.0, 90_000.0, 0.1, 0.97, ""))
