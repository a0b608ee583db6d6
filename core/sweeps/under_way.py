"""The chart of the trials of a sweep that are under way."""

from collections.abc import Iterable, Mapping, Sequence

from core.charts import Chart, Point
from core.history import History
from core.run_charts import RUNS, Quantity, overlaid
from core.sweeps.messages import TrialEpoch
from core.sweeps.results import show_values
from core.sweeps.sweep import Setting, Sweep

__all__ = ["series_of", "under_way_chart"]


def series_of(numbers: Iterable[int]) -> dict[int, int]:
    """For trials under way, the series of each, counted from 0; no more than can be told from each other.

    A trial keeps its series while others begin and end, except where two of one series would meet.
    """
    taken: dict[int, int] = {}
    for number in sorted(numbers)[: len(RUNS)]:
        wishes = ((number + step) % len(RUNS) for step in range(len(RUNS)))
        taken[number] = next(wish for wish in wishes if wish not in taken.values())
    return taken


def under_way_chart(
    sweep: Sweep, epochs: Mapping[int, Sequence[TrialEpoch]], settings: Mapping[int, Setting]
) -> Chart | None:
    """The validation of each trial under way, by number, over its ``epochs``; None before there is any."""
    quantity: Quantity = "accuracy" if sweep.higher_is_better else "loss"
    lines: list[tuple[str, History | None]] = [("", None)] * len(RUNS)
    for number, series in series_of(settings).items():
        lines[series] = (_name(sweep, number, settings[number]), _history(epochs.get(number, ())))
    return overlaid(quantity, lines)


def _name(sweep: Sweep, number: int, setting: Setting) -> str:
    return f"{show_values(sweep, setting)} seed {sweep.seed(number)}"


def _history(epochs: Sequence[TrialEpoch]) -> History:
    return History(
        val_accuracy=tuple(Point(each.epoch, each.val_accuracy) for each in epochs if each.val_accuracy is not None),
        val_loss=tuple(Point(each.epoch, each.val_loss) for each in epochs if each.val_loss is not None),
    )
