"""A sweep from what a person types into a form: fields, their values, seeds and epochs."""

from collections.abc import Iterator, Sequence
from statistics import fmean as mean

from msgspec import Struct
from msgspec.structs import replace

from core.fields.types import FieldError, IntField
from core.network.summary import summarize
from core.presets import Preset
from core.readiness import blockers
from core.runs.record import Run
from core.sweeps.addresses import find_address
from core.sweeps.cluster_address import ClusterAddress, parse_typed
from core.sweeps.record import SweepError
from core.sweeps.sweep import CHOICES, MOST_TRIALS, PRESET, PRUNERS, Choose, Setting, Sweep, Vary
from core.sweeps.sweep_file import MOST_REPEATS, check_measured, of_preset, one_of
from core.sweeps.values import parse_values

__all__ = ["TypedSweep", "WantedSweep", "epoch_seconds", "estimated_seconds", "read_typed"]

MOST_JOBS = 256


class TypedSweep(Struct, frozen=True):
    """What was typed, as text."""

    varied: tuple[tuple[str, str], ...] = (("", ""),)
    """Fields with their values; a pair of empty texts says nothing."""
    repeats: str = ""
    epochs: str = ""
    jobs: str = ""
    choose: str = ""
    """``grid``, ``random 20`` or ``tpe 20``; empty: a grid."""
    pruner: str = ""
    """Empty: none."""
    cluster: str = ""
    """Its address and options; empty: this machine."""


class WantedSweep(Struct, frozen=True):
    """A sweep, and where it is to be trained."""

    sweep: Sweep
    jobs: int
    """Processes of this machine."""
    cluster: ClusterAddress | None = None
    """In place of them."""

    @property
    def workers(self) -> int | None:
        """How many trials are trained at the same time; None if only the cluster knows."""
        if self.cluster is None:
            return self.jobs
        return min(self.cluster.processes, self.sweep.count) or None


def read_typed(typed: TypedSweep, base: Preset, id: str) -> WantedSweep:
    """The sweep of ``base`` that was typed. Raises `FieldError` with the place first."""
    with FieldError.at("seeds"):
        repeats = IntField(1, MOST_REPEATS).parse(typed.repeats)
    with FieldError.at("processes"):
        jobs = IntField(1, MOST_JOBS).parse(typed.jobs)
    varied = [_vary(base, *pair) for pair in typed.varied if any(map(str.strip, pair))]
    addresses = [address for each in varied for address in each.addresses]
    for address in addresses:
        if addresses.count(address) > 1:
            raise FieldError(f"{address} is varied twice: leave one of them empty")
    sweep = of_preset(base, id, repeats)
    with FieldError.at("epochs"):
        sweep = sweep.with_epochs(IntField(1, 10**6).parse(typed.epochs))
    choose, limit = _choice(typed.choose)
    with FieldError.at("prune"):
        pruner = one_of(PRUNERS)(typed.pruner.strip().lower() or "none")
    sweep = replace(sweep, vary=tuple(varied), choose=choose, limit=limit, pruner=pruner)
    for setting in _one_by_one(sweep):
        check_measured(sweep, sweep.preset(setting).plan)
    _check_trainable(sweep.preset(next(iter(sweep.examples))))
    return WantedSweep(sweep, min(jobs, sweep.count), _cluster(typed.cluster))


def epoch_seconds(preset: Preset, runs: Sequence[Run]) -> float | None:
    """Seconds that an epoch of ``preset`` took in the newest of ``runs``, which come newest first; None if in none.

    Networks are taken for the same if they have the same name and as many parameters.
    """
    known = (preset.name, summarize(preset.architecture).totals.params)
    measured = (run.metrics for run in runs if (run.architecture, run.metrics.params) == known and run.metrics.epochs)
    return next((metrics.seconds / metrics.epochs for metrics in measured), None)


def estimated_seconds(sweep: Sweep, jobs: int, epoch: float) -> float:
    """Seconds that all trials take in ``jobs`` processes if an ``epoch`` takes as many seconds as given."""
    usual = sweep.base.plan.epochs
    epochs = mean(float(str(dict(setting).get("plan.epochs", usual))) for setting in sweep.examples)
    return epochs * sweep.count * epoch / jobs


def _one_by_one(sweep: Sweep) -> Iterator[Setting]:
    """A setting for each value, which reads it once: a grid may have thousands of settings. Raises `FieldError`."""
    sweep.check()
    yield ()
    for each in sweep.vary:
        for value in each.values:
            yield tuple((address, value) for address in each.addresses)


def _check_trainable(preset: Preset) -> None:
    """Raises `FieldError` if the first setting cannot be trained; of others the trials say so."""
    problems = blockers(preset.architecture, preset.plan, summarize(preset.architecture))
    if problems:
        raise FieldError(f"it cannot be trained: {problems[0].message}")


def _choice(text: str) -> tuple[Choose, int | None]:
    """How settings are chosen, and how many. Raises `FieldError`."""
    words = text.lower().split() or ["grid"]
    with FieldError.at("choose"):
        choose = one_of(CHOICES)(words[0])
        if len(words) > 2 or (choose != "grid" and len(words) < 2):
            raise FieldError(f"expected grid, or how many settings to train: {choose} 20")
        return choose, IntField(1, MOST_TRIALS).parse(words[1]) if len(words) > 1 else None


def _cluster(text: str) -> ClusterAddress | None:
    try:
        return parse_typed(text)
    except SweepError as error:
        raise FieldError(str(error).removeprefix("--cluster "), ("cluster",)) from error


def _vary(base: Preset, field: str, values: str) -> Vary:
    address = find_address(base, field)
    if address in ("plan.seed", PRESET):
        raise FieldError("plan.seed: every setting is trained with the same seeds; type their number below")
    with FieldError.at(address):
        return Vary((address,), parse_values(values))
