"""Chooses settings by a tree-structured Parzen estimator (Bergstra et al. 2011). Loads Optuna.

Optuna only samples: what has been tried comes from the sweep each time, so that a sweep that is resumed goes on as it
would have without the interruption.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from random import Random

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, IntDistribution
from optuna.samplers import TPESampler
from optuna.trial import FrozenTrial, TrialState, create_trial

from core.fields.types import FieldError
from core.sweeps.sweep import Sweep, Vary
from core.sweeps.tried import Places, Tried

__all__ = ["STARTUP", "suggest"]

STARTUP = 10
"""Settings that are drawn at random, before there is anything to learn from."""
ATTEMPTS = 20
"""How often it is asked for a setting that was not tried yet, before one is drawn at random."""
MOST_DRAWS = 10_000


def suggest(sweep: Sweep, tried: Mapping[Places, Tried]) -> Places | None:
    """A setting that was not ``tried`` yet and that all fields take; None if there seems to be none left.

    The same for the same sweep and the same ``tried``.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    seed = (sweep.base.plan.seed + len(tried)) % 2**32
    distributions = {str(index): _distribution(vary) for index, vary in enumerate(sweep.vary)}
    study = optuna.create_study(
        direction="maximize" if sweep.higher_is_better else "minimize",
        sampler=TPESampler(n_startup_trials=STARTUP, seed=seed),
    )
    study.add_trials(_trials(sweep, tried, distributions))
    for _ in range(ATTEMPTS):
        trial = study.ask(distributions)
        places = tuple(int(trial.params[name]) for name in distributions)
        if _is_new(sweep, places, tried):
            return places
        study.tell(trial, state=TrialState.FAIL)
    return _drawn(sweep, tried, seed)


def _distribution(vary: Vary) -> BaseDistribution:
    """Places on a line for numbers in order, whether by equal steps or ratios; else places without an order."""
    last = len(vary.values) - 1
    numbers = [each for each in vary.values if isinstance(each, int | float) and not isinstance(each, bool)]
    steps = {first < second for first, second in pairwise(numbers)}
    if len(numbers) == len(vary.values) and len(steps) < 2:
        return IntDistribution(0, last)
    return CategoricalDistribution(range(last + 1))


def _trials(
    sweep: Sweep, tried: Mapping[Places, Tried], distributions: Mapping[str, BaseDistribution]
) -> list[FrozenTrial]:
    """What was tried. A setting under way counts as the worst, so that its like are not chosen meanwhile."""
    values = [each.value for each in tried.values() if each.value is not None]
    worst = (min if sweep.higher_is_better else max)(values, default=None)
    found = []
    for places, each in tried.items():
        value = worst if each.under_way else each.value
        if value is None:
            continue
        params = dict(zip(distributions, places, strict=True))
        if each.pruned_at is None:
            found.append(create_trial(params=params, distributions=dict(distributions), value=value))
        else:
            steps = {each.pruned_at: value}
            state = TrialState.PRUNED
            found.append(
                create_trial(params=params, distributions=dict(distributions), state=state, intermediate_values=steps)
            )
    return found


def _is_new(sweep: Sweep, places: Places, tried: Mapping[Places, Tried]) -> bool:
    if places in tried:
        return False
    try:
        sweep.preset(sweep.setting(places))
    except FieldError:
        return False  # no value alone is refused, but these together are
    return True


def _drawn(sweep: Sweep, tried: Mapping[Places, Tried], seed: int) -> Places | None:
    draw = Random(seed)  # noqa: S311  # no secret
    if sweep.combinations <= MOST_DRAWS:
        numbers: Sequence[int] = draw.sample(range(sweep.combinations), sweep.combinations)
    else:
        numbers = [draw.randrange(sweep.combinations) for _ in range(MOST_DRAWS)]
    return next((places for places in map(sweep.places, numbers) if _is_new(sweep, places, tried)), None)
