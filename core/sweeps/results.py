"""What a sweep came to: each setting over its seeds, and which differences are more than the seeds'."""

from collections.abc import Callable, Mapping, Sequence
from statistics import mean, stdev

from msgspec import Struct
from msgspec.structs import replace

from core.formatting import show_accuracy, show_gap, show_loss
from core.sweeps.messages import TrialState
from core.sweeps.record import TrialRecord
from core.sweeps.statistics import Comparison, Estimate, compare, estimate, quick_estimate
from core.sweeps.sweep import Setting, Sweep
from core.sweeps.values import LARGEST, show_value

__all__ = [
    "SettingResult",
    "SweepResults",
    "rank_key",
    "ranked",
    "results",
    "show_difference",
    "show_fields",
    "show_metric",
    "show_setting",
    "show_values",
    "verdict",
]

UNLUCKY: tuple[TrialState, ...] = ("failed", "pruned")
MOST_COMPARED = 8
"""How many settings are compared, each with each: every comparison makes all others harder to claim."""


class SettingResult(Struct, frozen=True):
    """One setting over its seeds."""

    index: int
    values: Setting
    estimate: Estimate
    by_seed: dict[int, float]
    seconds: float
    """Of an average trial."""
    pruned: int = 0
    """How many of its trials were ended early."""


class SweepResults(Struct, frozen=True):
    """What is known of a sweep so far."""

    settings: tuple[SettingResult, ...]
    """Those of which a trial has finished, in the order of the sweep."""
    comparisons: tuple[Comparison, ...]
    """Between the best settings, by their index in the sweep; the better one first."""
    failed: tuple[TrialRecord, ...]
    pruned: tuple[TrialRecord, ...] = ()
    """The trials that were ended early, or not begun as another seed of their setting was."""

    def setting(self, index: int) -> SettingResult:
        """The result of the setting with this ``index``."""
        return next(each for each in self.settings if each.index == index)


def results(sweep: Sweep, records: Mapping[int, TrialRecord], *, quick: bool = False) -> SweepResults:
    """What ``records`` of trials, by their numbers, say about the settings of ``sweep``.

    If ``quick``, without intervals and comparisons, which take seconds where SciPy is not loaded.
    """
    summarize = quick_estimate if quick else estimate
    by_setting: dict[int, list[TrialRecord]] = {}
    for number, record in sorted(records.items()):
        by_setting.setdefault(sweep.index(number), []).append(record)
    settings = (_setting(sweep, index, each, summarize) for index, each in sorted(by_setting.items()))
    known = tuple(filter(None, settings))
    failed, pruned = (tuple(each for _, each in sorted(records.items()) if each.state == state) for state in UNLUCKY)
    return SweepResults(known, () if quick else _comparisons(sweep, known), failed, pruned)


def ranked(sweep: Sweep, settings: Sequence[SettingResult]) -> list[SettingResult]:
    """``settings``, the best first."""
    return sorted(settings, key=lambda each: rank_key(sweep, each))


def rank_key(sweep: Sweep, result: SettingResult) -> tuple[int, float]:
    """What settings are ranked by: those with fewer seeds than others last, as what became of the others says nothing
    good.
    """
    return -result.estimate.n, -result.estimate.mean if sweep.higher_is_better else result.estimate.mean


def verdict(sweep: Sweep, found: SweepResults, comparison: Comparison) -> str:
    """What can be said about two settings, in a sentence."""
    both = [found.setting(index).by_seed for index in (comparison.a, comparison.b)]
    shared = sorted(both[0].keys() & both[1].keys())
    if not shared:
        return f"no shared seeds: {comparison.verdict}"
    one, other = ([values[seed] for seed in shared] for values in both)
    figures = f"{_with_spread(sweep, one)} against {_with_spread(sweep, other)}"
    seeds = f"{comparison.n} shared seed{'' if comparison.n == 1 else 's'}"
    text = f"{figures}, {seeds}: {comparison.verdict}"
    if comparison.verdict == "better":
        return f"{text} (p {comparison.p:.2g})"
    if comparison.n < comparison.fewest:
        text += f"; {comparison.fewest} are the fewest that can tell at 5%"
    if comparison.needed and comparison.needed > max(comparison.n, comparison.fewest):
        text += f"; about {comparison.needed:,} would tell a difference this large"
    return text


def show_setting(setting: Setting) -> str:
    """``optimizer.learning_rate=0.01, batch_size=64``; a single value alone; ``as it is`` where nothing is varied."""
    if len(setting) == 1:
        return show_value(setting[0][1])
    shown = [f"{address.removeprefix('plan.')}={show_value(value)}" for address, value in setting]
    return ", ".join(shown) or "as it is"


def show_values(sweep: Sweep, setting: Setting) -> str:
    """The values alone, ``0.01, 64``, in the order of `show_fields`; ``as it is`` where nothing is varied."""
    values = dict(setting)
    return ", ".join(show_value(values[each.addresses[0]]) for each in sweep.vary) or "as it is"


def show_fields(sweep: Sweep) -> str:
    """The heading of settings: ``learning_rate, batch_size``."""
    return ", ".join(each.addresses[0].rpartition(".")[2] for each in sweep.vary) or "setting"


def show_metric(sweep: Sweep, value: float | None) -> str:
    """A value of the sweep's metric as everywhere else."""
    return show_accuracy(value) if sweep.higher_is_better else show_loss(value)


def show_difference(sweep: Sweep, value: float) -> str:
    """A spread or a difference: in percentage points for accuracies."""
    return show_gap(value) if sweep.higher_is_better else show_loss(value)


def _with_spread(sweep: Sweep, values: Sequence[float]) -> str:
    shown = show_metric(sweep, mean(values))
    return shown if len(values) < 2 else f"{shown} \N{PLUS-MINUS SIGN} {show_difference(sweep, stdev(values))}"


def _setting(
    sweep: Sweep,
    index: int,
    records: Sequence[TrialRecord],
    summarize: Callable[[Sequence[float]], Estimate],
) -> SettingResult | None:
    done = [record for record in records if record.state == "finished"]
    values = {record.seed: record.value(sweep.metric) for record in done}
    by_seed = {seed: value for seed, value in values.items() if value is not None and abs(value) < LARGEST}
    setting = sweep.setting_at(index, records[0].values)
    if not by_seed or setting is None:
        return None
    seconds = sum(record.seconds for record in done) / len(done)
    pruned = sum(record.state == "pruned" for record in records)
    return SettingResult(index, setting, summarize(list(by_seed.values())), by_seed, seconds, pruned)


def _comparisons(sweep: Sweep, settings: Sequence[SettingResult]) -> tuple[Comparison, ...]:
    complete = [each for each in settings if not each.pruned]  # what is left of others speaks too well of them
    best = ranked(sweep, complete)[:MOST_COMPARED]
    found = compare([each.by_seed for each in best])
    return tuple(_better_first(sweep, replace(each, a=best[each.a].index, b=best[each.b].index)) for each in found)


def _better_first(sweep: Sweep, found: Comparison) -> Comparison:
    """With the setting first that is better over the shared seeds, which need not be the one with the better mean."""
    if found.difference == 0 or (found.difference > 0) == sweep.higher_is_better:
        return found
    low, high = (None if end is None else -end for end in (found.high, found.low))
    return replace(found, a=found.b, b=found.a, difference=-found.difference, low=low, high=high)
