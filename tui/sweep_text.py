"""Sweeps as text, for the Runs tab and the command line."""

from core.formatting import show_amount, show_duration
from core.sweeps.progress import SweepProgress
from core.sweeps.results import show_metric
from core.sweeps.sweep import Sweep

__all__ = ["interval", "left", "size", "varied"]


def varied(sweep: Sweep) -> str:
    """The heading of the settings: the field, if a single one is varied."""
    addresses = [address for each in sweep.vary for address in each.addresses]
    return addresses[0].removeprefix("plan.") if len(addresses) == 1 else "setting"


def size(sweep: Sweep) -> str:
    """``5 settings with 3 seeds``."""
    return f"{show_amount(sweep.setting_count, 'setting')} with {show_amount(sweep.repeats, 'seed')}"


def interval(sweep: Sweep, low: float | None, high: float | None) -> str:
    """A 95% interval; a dash if there is none."""
    return "-" if low is None or high is None else f"{show_metric(sweep, low)} to {show_metric(sweep, high)}"


def left(progress: SweepProgress) -> str:
    """``about 3:20 left``; empty while nobody knows, and at the end."""
    seconds = progress.seconds_left
    return "" if seconds is None or progress.share == 1.0 else f"about {show_duration(seconds)} left"
