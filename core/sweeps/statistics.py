"""How far the results of several seeds can be trusted, and whether one setting of a sweep is better than another.

SciPy and NumPy are loaded when the first interval is computed: starting the app must not wait for them.
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from itertools import accumulate, combinations
from math import ceil, isfinite, log2
from statistics import mean, stdev
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

__all__ = ["Comparison", "Estimate", "Verdict", "compare", "estimate", "quick_estimate"]

Verdict = Literal["better", "within noise", "too few seeds"]

CONFIDENCE = 0.95
ALPHA = 0.05
"""The largest p that counts as a difference."""

RESAMPLES = 9_999
"""Of a bootstrap, and of a permutation test that cannot be exact.

The smallest p of the latter is 1/10,000: after Holm's correction, it reaches 5% with up to 500 comparisons.
"""

EXACT_PAIRS = 16
"""The most pairs whose signs are all enumerated: 2 ** 16 assignments."""

SEED = 0
"""Of every resampling: the same values always give the same answer."""

Z_ALPHA, Z_POWER = 1.96, 0.84
"""Standard normal quantiles of 97.5% (two-sided 5%) and of 80% power."""

ROUNDING = 1e-9
"""The share of the largest difference below which a sum is taken for the rounding error of floats."""


class Estimate(Struct, frozen=True):
    """The mean of one setting over its seeds. All but ``n`` are in the unit of the values."""

    n: int
    """How many values."""
    mean: float
    std: float | None
    """The sample standard deviation (n - 1 in the denominator); None for one value."""
    low: float | None
    """The lower end of the mean's 95% interval; None for one value."""
    high: float | None
    """The upper end of that interval."""


class Comparison(Struct, frozen=True):
    """Two settings, compared seed by seed."""

    a: int
    """The index of the first setting."""
    b: int
    """The index of the second setting; larger than ``a`` as `compare` gives it."""
    n: int
    """How many seeds both have."""
    difference: float
    """The mean of a's value minus b's over the shared seeds, in the unit of the values; 0 if they share none."""
    low: float | None
    """The lower end of the difference's 95% interval; None below two shared seeds."""
    high: float | None
    """The upper end of that interval."""
    p: float | None
    """Of the sign-flip test, after Holm's correction over all comparisons; None below two shared seeds."""
    verdict: Verdict
    """``better`` says that they differ; the sign of ``difference`` says which one is higher."""
    fewest: int
    """The fewest shared seeds with which this number of comparisons can find anything at 5%."""
    needed: int | None
    """About how many shared seeds find a difference this large; None if there is none, or below two shared seeds."""


def estimate(values: Sequence[float]) -> Estimate:
    """The mean of ``values``, one per seed, its spread, and its 95% bootstrap interval.

    The interval is bias-corrected and accelerated (BCa; Efron 1987, "Better Bootstrap Confidence Intervals", Journal of
    the American Statistical Association 82, 171-185); the percentile interval where BCa is undefined.

    Raises ValueError if there is no value, or one that is not finite.
    """
    quick = quick_estimate(values)
    if quick.n == 1:
        return quick
    low, high = _interval(tuple(values))
    return replace(quick, low=low, high=high)


def quick_estimate(values: Sequence[float]) -> Estimate:
    """The same without the interval, and without loading SciPy. Raises ValueError likewise."""
    if not values:
        raise ValueError("no values to estimate a mean from")
    _require_finite(values)
    spread = float(stdev(values)) if len(values) > 1 else None
    return Estimate(len(values), float(mean(values)), spread, None, None)


def compare(settings: Sequence[Mapping[int, float]]) -> tuple[Comparison, ...]:
    """Every pair of ``settings``, each a value by seed, over the seeds that both have; (0, 1), (0, 2), ..., (1, 2), ...

    The test flips the signs of the differences (Fisher 1935, "The Design of Experiments", section 21): exact up to 16
    shared seeds, sampled beyond. Its p is two-sided and corrected for the number of comparisons (Holm 1979, "A Simple
    Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6, 65-70). Two settings differ
    if p is at most 5% and the 95% interval of their difference excludes 0. The interval is that of ``estimate``; it is
    not corrected.

    Raises ValueError if a value is not finite.
    """
    for setting in settings:
        _require_finite(setting.values())
    pairs = tuple(combinations(range(len(settings)), 2))
    differences = [_differences(settings[a], settings[b]) for a, b in pairs]
    corrected = _holm([_sign_flip_p(values) for values in differences])
    return tuple(
        _comparison(pair, values, p, len(pairs)) for pair, values, p in zip(pairs, differences, corrected, strict=True)
    )


def _require_finite(values: Iterable[float]) -> None:
    if not all(map(isfinite, values)):
        raise ValueError("a value is not finite")


def _differences(a: Mapping[int, float], b: Mapping[int, float]) -> list[float]:
    """In the order of the seeds: that in which trainings ended must not change what is resampled."""
    return [a[seed] - b[seed] for seed in sorted(a.keys() & b.keys())]


def _comparison(pair: tuple[int, int], differences: list[float], p: float | None, comparisons: int) -> Comparison:
    fewest = _fewest(comparisons)
    if not differences:
        return Comparison(*pair, 0, 0.0, None, None, None, "too few seeds", fewest, None)
    paired = estimate(differences)
    verdict = _verdict(paired, p, fewest)
    needed = _needed(differences, fewest)
    return Comparison(*pair, paired.n, paired.mean, paired.low, paired.high, p, verdict, fewest, needed)


def _verdict(paired: Estimate, p: float | None, fewest: int) -> Verdict:
    if paired.n < fewest or p is None or paired.low is None or paired.high is None:
        return "too few seeds"
    excludes_zero = paired.low > 0 or paired.high < 0
    return "better" if p <= ALPHA and excludes_zero else "within noise"


@lru_cache(maxsize=20_000)  # a sweep is read anew whenever a trial has ended, which changes one setting
def _interval(values: tuple[float, ...]) -> tuple[float, float]:
    """The 95% interval of the mean of two or more values."""
    if min(values) == max(values):
        return float(values[0]), float(values[0])
    interval = _bootstrap(values, "BCa")
    return interval if all(map(isfinite, interval)) else _bootstrap(values, "percentile")


def _bootstrap(values: Sequence[float], method: str) -> tuple[float, float]:
    np, stats = _libraries()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # Values that differ by rounding errors only have no BCa interval; the caller sees NaN.
        warnings.simplefilter("ignore")
        result = stats.bootstrap(
            (np.asarray(values, dtype=float),),
            np.mean,
            n_resamples=RESAMPLES,
            confidence_level=CONFIDENCE,
            method=method,
            random_state=np.random.default_rng(SEED),
        )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def _sign_flip_p(differences: list[float]) -> float | None:
    """How often the mean is at least as far from 0 if every difference's sign is a coin toss; None below two."""
    if len(differences) < 2:
        return None
    np, stats = _libraries()
    # Accuracies are multiples of one example, so many assignments tie: rounding errors must not break the ties.
    bound = abs(mean(differences)) - _rounding_error(differences)

    def is_as_far(flipped: Any, axis: int) -> Any:
        return np.where(np.abs(np.mean(flipped, axis=axis)) >= bound, 1.0, 0.0)

    result = stats.permutation_test(
        (np.asarray(differences, dtype=float),),
        is_as_far,
        permutation_type="samples",
        alternative="greater",
        # SciPy enumerates all assignments if there are no more than this.
        n_resamples=2 ** len(differences) if len(differences) <= EXACT_PAIRS else RESAMPLES,
        random_state=np.random.default_rng(SEED),
    )
    return float(result.pvalue)


def _holm(p_values: list[float | None]) -> list[float | None]:
    """Corrected by Holm's step-down method.

    A comparison without p counts as one that found nothing: the correction is that for which ``_fewest`` computes.
    """
    known = [1.0 if p is None else p for p in p_values]
    order = sorted(range(len(known)), key=known.__getitem__)
    scaled = ((len(known) - rank) * known[index] for rank, index in enumerate(order))
    corrected = dict(zip(order, accumulate(scaled, max), strict=True))
    return [None if p is None else min(1.0, corrected[index]) for index, p in enumerate(p_values)]


def _fewest(comparisons: int) -> int:
    """The smallest n whose smallest exact p, 2 / 2 ** n, is at most 5% after Holm's first step."""
    return ceil(log2(2 * comparisons / ALPHA))


def _needed(differences: list[float], fewest: int) -> int | None:
    """The seeds with which a paired t-test at 5% finds the mean difference in 80% of sweeps; at least ``fewest``.

    n = ((1.96 + 0.84) * standard deviation / mean) ** 2, by the normal approximation (Cohen 1988, "Statistical Power
    Analysis for the Behavioral Sciences", 2nd edition, chapter 2). It does not know of Holm's correction.
    """
    difference = abs(mean(differences))
    if len(differences) < 2 or difference <= _rounding_error(differences):
        return None
    return max(fewest, ceil(((Z_ALPHA + Z_POWER) * stdev(differences) / difference) ** 2))


def _rounding_error(differences: list[float]) -> float:
    """How far a mean of ``differences`` may be off, or from 0, by rounding alone."""
    return ROUNDING * max(map(abs, differences))


def _libraries() -> tuple[Any, Any]:
    """NumPy and ``scipy.stats``, which has no type stubs."""
    return import_module("numpy"), import_module("scipy.stats")
