"""`layerlab lr-test`: which learning rate a network learns fastest with."""

from core.formatting import show_loss
from core.keras_runtime.failures import explain
from core.presets import Preset
from core.strict_json import to_json
from core.training.range_test import RangeTest, advice, range_test
from tui.cli.command import Command
from tui.cli.commands.train import prepare_preset
from tui.cli.lookup import DONE, UnsupportedError, load, quiet
from tui.cli.parameters import JSON, PRESET
from tui.cli.plan_options import plan_options
from tui.output import Column, Output
from tui.worker_thread import in_worker

__all__ = ["COMMAND", "run"]

BAR, BLOCK = 40, "\u2588"
ROWS = 20
"""Rates shown; more would not fit on a screen."""


def run(name: str, *, as_json: bool, **plan: object) -> int:
    """Test the preset or file ``name``, its plan changed by the options ``plan``; None is one not given."""
    preset = prepare_preset(load(name), plan)
    with quiet("testing learning rates") as out:
        try:
            found = in_worker(lambda: range_test(preset.architecture, preset.plan))
        except Exception as error:  # whatever Keras raises is about this network
            raise UnsupportedError(explain(error)) from error
        if as_json:
            out.json(to_json(_report(found, preset)))
        else:
            _show(found, preset, out)
    return DONE


def _report(found: RangeTest, preset: Preset) -> dict[str, object]:
    return {
        "points": found.points,
        "suggestion": found.suggestion,
        "planned": preset.plan.optimizer.learning_rate,
        "diverged": found.diverged,
    }


def _show(found: RangeTest, preset: Preset, out: Output) -> None:
    """Print the smoothed loss at every so many rates, and what follows."""
    every = max(1, len(found.points) // ROWS)
    rows = [index for index in range(len(found.points)) if index % every == 0 or index == found.steepest]
    most = max((found.points[index].smoothed for index in rows), default=1.0) or 1.0
    out.table(
        [Column("Rate", right=True), Column("Loss", right=True), Column("")],
        [
            (
                f"{found.points[index].rate:.2g}",
                show_loss(found.points[index].smoothed),
                BLOCK * max(1, round(BAR * found.points[index].smoothed / most))
                + (" falls fastest" if index == found.steepest else ""),
            )
            for index in rows
        ],
        ["bold" if index == found.steepest else "" for index in rows],
    )
    out.line(advice(found, preset.plan.optimizer.learning_rate))


COMMAND = Command(
    "lr-test",
    run,
    [PRESET, JSON, *plan_options()],
    section="Training",
    help="Find a learning rate: the loss while it grows from batch to batch.",
)
