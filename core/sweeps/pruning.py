"""Ends trials early that do worse than others. Loads Optuna."""

from collections.abc import Iterable
from math import isfinite

import optuna
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner
from optuna.trial import Trial, TrialState

from core.sweeps.messages import TrialState as State
from core.sweeps.record import TrialRecord
from core.sweeps.sweep import Sweep

__all__ = ["Pruning"]

STARTUP = 5
"""Trials that finish before any is compared with their median."""
WARM_UP = 0.2
"""The share of its epochs that a trial trains before it is compared with the median."""


class Pruning:
    """Which trials of ``sweep`` are hopeless, from what is known of each after its epochs."""

    def __init__(self, sweep: Sweep, records: Iterable[TrialRecord]) -> None:
        """``records`` are of the trials that ended before."""
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._study = optuna.create_study(
            study_name=sweep.name,  # by which brackets are dealt out
            direction="maximize" if sweep.higher_is_better else "minimize",
            sampler=optuna.samplers.RandomSampler(seed=sweep.base.plan.seed % 2**32),
            pruner=_pruner(sweep),
        )
        self._trials: dict[int, Trial] = {}
        self._values: dict[int, list[float]] = {}
        for record in records:
            for epoch, value in enumerate(record.by_epoch, start=1):
                self.is_hopeless(record.number, epoch, value)
            self.ended(record.number, record.state)

    def is_hopeless(self, number: int, epoch: int, value: float | None) -> bool:
        """Whether the trial with this ``number`` is to be ended, as its ``epoch``, from 1, came to ``value``."""
        if value is None or not isfinite(value):
            return False
        if number not in self._trials:
            self._trials[number] = self._study.ask()
        self._trials[number].report(value, epoch)
        self._values.setdefault(number, []).append(value)
        return self._trials[number].should_prune()

    def ended(self, number: int, state: State) -> tuple[float, ...]:
        """Take note of how a trial ended; what it came to after each epoch."""
        trial, values = self._trials.pop(number, None), tuple(self._values.pop(number, ()))
        if trial is not None:
            if state == "finished":
                self._study.tell(trial, values[-1])
            else:
                self._study.tell(trial, state=TrialState.PRUNED if state == "pruned" else TrialState.FAIL)
        return values


def _pruner(sweep: Sweep) -> BasePruner:
    epochs = sweep.base.plan.epochs
    if sweep.pruner == "median":
        return MedianPruner(n_startup_trials=STARTUP, n_warmup_steps=round(WARM_UP * epochs))
    return HyperbandPruner(min_resource=1, max_resource=epochs)
