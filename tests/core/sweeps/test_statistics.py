"""Estimates over seeds and comparisons of settings: known values, brute force, and what must not change an answer."""

import json
import subprocess
import sys
from itertools import combinations, product
from math import inf, nan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sweeps.statistics import EXACT_PAIRS, compare, estimate

EXAMPLES = 10_000
"""Of the test set: an accuracy is a whole number of them."""

few = settings(max_examples=25)
correct = st.integers(9_000, 9_900)
values = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=12)
several = st.lists(correct, min_size=2, max_size=12)
paired = st.lists(st.tuples(correct, correct), min_size=2, max_size=8)
sweeps = st.integers(2, 6).flatmap(
    lambda seeds: st.lists(st.lists(correct, min_size=seeds, max_size=seeds), min_size=2, max_size=4)
)


def by_seed(counts):
    return {seed: count / EXAMPLES for seed, count in enumerate(counts)}


def of_pairs(pairs):
    """Two settings from the counts of both by seed."""
    return by_seed(a for a, _ in pairs), by_seed(b for _, b in pairs)


def two(differences):
    """The comparison of two settings with these differences."""
    (comparison,) = compare([dict(enumerate(differences)), dict.fromkeys(range(len(differences)), 0.0)])
    return comparison


def by_brute_force(counts):
    """p of the sign-flip test, in whole numbers."""
    sums = [abs(sum(sign * count for sign, count in zip(signs, counts, strict=True))) for signs in flips(counts)]
    return sum(flipped >= abs(sum(counts)) for flipped in sums) / len(sums)


def flips(counts):
    return product((-1, 1), repeat=len(counts))


def by_holm(p_values):
    """Holm's correction, as its definition says: the largest of the scaled p up to a comparison's own."""
    order = sorted(p_values)
    scaled = [min(1.0, (len(order) - rank) * p) for rank, p in enumerate(order)]
    return [max(scaled[: order.index(p) + 1]) for p in p_values]


def noise(n, mean, seed=1):
    drawn = np.random.default_rng(seed).normal(size=n)
    return [float(value) for value in drawn - drawn.mean() + mean]


class TestEstimate:
    def test_mean_and_sample_standard_deviation(self):
        result = estimate([1.0, 2.0, 3.0, 4.0])
        assert (result.n, result.mean, result.std) == (4, 2.5, pytest.approx(sqrt(5 / 3)))

    def test_one_value_has_no_spread(self):
        result = estimate([0.97])
        assert (result.n, result.mean, result.std, result.low, result.high) == (1, 0.97, None, None, None)

    def test_equal_values_have_an_interval_of_no_width(self):
        result = estimate([0.1] * 7)
        assert (result.mean, result.std, result.low, result.high) == (0.1, 0.0, 0.1, 0.1)

    def test_the_interval_of_two_values_ends_at_them(self):
        result = estimate([0.25, 0.75])
        assert (result.low, result.high) == (0.25, 0.75)

    @pytest.mark.parametrize("last", [1.0000000000000002, 1.0000000000000004])
    @pytest.mark.filterwarnings("error")
    def test_values_that_differ_by_rounding_have_an_interval(self, last):
        result = estimate([1.0, 1.0, 1.0, last])
        assert 1.0 <= result.low <= result.high <= last

    @given(values)
    @few
    def test_the_interval_lies_around_the_mean_and_within_the_values(self, drawn):
        result = estimate(drawn)
        error = 1e-9 * max(map(abs, drawn))
        assert min(drawn) - error <= result.low <= result.mean + error
        assert result.mean - error <= result.high <= max(drawn) + error

    def test_the_interval_is_near_that_of_the_t_distribution(self):
        result = estimate(noise(100, 5.0))
        half = 1.984 * result.std / 10
        assert (result.low, result.high) == (pytest.approx(5 - half, abs=0.03), pytest.approx(5 + half, abs=0.03))

    def test_a_skewed_sample_has_a_skewed_interval(self):
        result = estimate([0.0, 0.1, 0.2, 0.3, 0.4, 5.0])
        assert result.high - result.mean > result.mean - result.low

    @given(several)
    @few
    def test_the_same_values_give_the_same_estimate(self, counts):
        assert estimate(counts) == estimate(counts)

    @given(several, st.integers(-1000, 1000))
    @few
    def test_adding_a_constant_moves_the_interval(self, counts, constant):
        before, after = estimate(counts), estimate([count + constant for count in counts])
        assert after.low == pytest.approx(before.low + constant)
        assert after.high == pytest.approx(before.high + constant)
        assert after.std == pytest.approx(before.std)

    def test_no_values(self):
        with pytest.raises(ValueError, match="no values"):
            estimate([])

    @pytest.mark.parametrize("value", [nan, inf, -inf])
    def test_a_value_that_is_not_finite(self, value):
        with pytest.raises(ValueError, match="not finite"):
            estimate([1.0, value])


class TestP:
    @pytest.mark.parametrize(
        ("n", "p"), [(2, 0.5), (3, 0.25), (4, 0.125), (5, 0.0625), (6, 0.03125), (EXACT_PAIRS, 2**-15)]
    )
    def test_the_smallest_p_of_n_pairs(self, n, p):
        assert two([0.01 * (number + 1) for number in range(n)]).p == p

    def test_one_more_pair_is_sampled(self):
        assert two([0.01] * (EXACT_PAIRS + 1)).p == pytest.approx(2 / 10_000, abs=3e-4)

    def test_the_sampled_p_is_near_the_exact(self):
        counts = [3, -1, 4, -1, 5, -9, 2, 6, -5, 3, -5, 8, 9, -7, 9, 3, 2]
        assert two(counts).p == pytest.approx(by_brute_force(counts), abs=0.02)

    @given(paired)
    @few
    def test_p_is_that_of_brute_force_although_floats_break_ties(self, pairs):
        (comparison,) = compare(of_pairs(pairs))
        assert comparison.p == by_brute_force([a - b for a, b in pairs])

    def test_differences_around_zero_give_one(self):
        assert two([0.1, -0.1]).p == two([0.0] * 6).p == 1.0


class TestHolm:
    @given(sweeps)
    @few
    def test_p_is_corrected_over_all_pairs(self, counts):
        raw = [compare([by_seed(a), by_seed(b)])[0].p for a, b in combinations(counts, 2)]
        corrected = [comparison.p for comparison in compare([by_seed(setting) for setting in counts])]
        assert corrected == pytest.approx(by_holm(raw))
        assert all(after >= before for before, after in zip(raw, corrected, strict=True))

    def test_a_pair_without_shared_seeds_counts(self):
        first, second, third = dict.fromkeys(range(6), 1.0), dict.fromkeys(range(6), 0.0), {9: 0.5}
        assert [comparison.p for comparison in compare([first, second, third])] == [3 * 0.03125, None, None]


class TestCompare:
    def test_all_pairs_in_order(self):
        found = compare([{0: 1.0}, {0: 2.0}, {0: 4.0}])
        assert [(each.a, each.b, each.difference) for each in found] == [(0, 1, -1.0), (0, 2, -3.0), (1, 2, -2.0)]

    @pytest.mark.parametrize("settings", [[], [{0: 1.0, 1: 2.0}]])
    def test_fewer_than_two_settings_have_nothing_to_compare(self, settings):
        assert compare(settings) == ()

    @given(paired)
    @few
    def test_swapping_two_settings_changes_the_sign(self, pairs):
        a, b = of_pairs(pairs)
        (one,), (other,) = compare([a, b]), compare([b, a])
        assert one.difference == -other.difference
        assert (one.low, one.high) == (pytest.approx(-other.high), pytest.approx(-other.low))
        assert (one.p, one.needed) == (other.p, other.needed)

    @given(sweeps, st.integers(-1000, 1000))
    @few
    def test_adding_a_constant_to_all_settings_changes_nothing(self, counts, constant):
        before = compare([dict(enumerate(setting)) for setting in counts])
        after = compare([{seed: count + constant for seed, count in enumerate(setting)} for setting in counts])
        assert before == after

    @given(sweeps)
    @few
    def test_the_same_settings_give_the_same_comparisons(self, counts):
        drawn = [by_seed(setting) for setting in counts]
        assert compare(drawn) == compare(drawn)

    @given(paired)
    @few
    def test_the_order_in_which_seeds_were_trained_changes_nothing(self, pairs):
        a, b = of_pairs(pairs)
        assert compare([a, b]) == compare([dict(reversed(a.items())), b])

    def test_the_same_values_beyond_the_exact_test_give_the_same_comparison(self):
        differences = noise(EXACT_PAIRS + 4, 0.4)
        assert two(differences) == two(differences)

    def test_only_shared_seeds_count(self):
        (found,) = compare([{0: 1.0, 1: 2.0, 2: 9.0}, {1: 1.0, 0: 0.5, 7: 5.0}])
        assert (found.n, found.difference) == (2, 0.75)

    def test_no_shared_seed(self):
        (found,) = compare([{0: 1.0, 1: 1.0}, {2: 0.0}])
        assert (found.n, found.difference, found.low, found.high, found.p) == (0, 0.0, None, None, None)
        assert (found.verdict, found.fewest, found.needed) == ("too few seeds", 6, None)

    def test_one_shared_seed(self):
        (found,) = compare([{0: 1.0}, {0: 0.5}])
        assert (found.n, found.difference, found.low, found.high, found.p) == (1, 0.5, None, None, None)
        assert (found.verdict, found.needed) == ("too few seeds", None)

    def test_two_shared_seeds(self):
        found = two([0.25, 0.75])
        assert (found.low, found.high, found.p, found.verdict) == (0.25, 0.75, 0.5, "too few seeds")

    @pytest.mark.parametrize("value", [nan, inf, -inf])
    def test_a_value_that_is_not_finite(self, value):
        with pytest.raises(ValueError, match="not finite"):
            compare([{0: 1.0}, {1: value}])


class TestVerdict:
    def test_six_seeds_can_tell_two_settings_apart_and_five_cannot(self):
        assert two([0.01] * 5).verdict == "too few seeds"
        assert two([0.01] * 6).verdict == two([-0.01] * 6).verdict == "better"

    def test_a_difference_as_large_as_its_noise(self):
        found = two([0.02, -0.01, 0.01, -0.02, 0.015, -0.005])
        assert (found.verdict, found.low < 0 < found.high) == ("within noise", True)

    def test_equal_settings(self):
        found = two([0.0] * 8)
        assert (found.difference, found.low, found.high, found.verdict) == (0.0, 0.0, 0.0, "within noise")

    def test_many_seeds_find_a_small_difference(self):
        found = two(noise(40, 0.6))
        assert (found.n, found.verdict, found.low > 0) == (40, "better", True)

    @given(sweeps)
    @few
    def test_better_means_a_small_p_and_an_interval_without_zero(self, counts):
        for found in compare([by_seed(setting) for setting in counts]):
            clear = found.p <= 0.05 and not found.low <= 0 <= found.high
            expected = "better" if clear else "within noise"
            assert found.verdict == ("too few seeds" if found.n < found.fewest else expected)

    @pytest.mark.parametrize(("count", "fewest"), [(2, 6), (3, 7), (4, 8), (5, 9), (10, 11)])
    def test_more_settings_need_more_seeds(self, count, fewest):
        assert {found.fewest for found in compare([{0: 0.0}] * count)} == {fewest}

    def test_the_fewest_seeds_are_enough_for_three_settings_and_one_less_is_not(self):
        def apart(seeds):
            return compare([dict.fromkeys(range(seeds), value) for value in (0.0, 1.0, 2.0)])

        assert {found.verdict for found in apart(6)} == {"too few seeds"}
        assert {found.verdict for found in apart(7)} == {"better"}


class TestNeeded:
    def test_the_formula_by_hand(self):
        # The mean is 1, the standard deviation sqrt(16 / 4); (2.8 * 2 / 1) ** 2 = 31.36.
        assert two([-1.0, 3.0, -1.0, 3.0, 1.0]).needed == 32

    def test_never_below_the_fewest(self):
        assert two([1.0, 1.0, 1.01]).needed == two([1.0] * 3).needed == 6

    @pytest.mark.parametrize("differences", [[0.0, 0.0], [0.1, -0.1], [0.1, 0.2, -0.3]])
    def test_no_difference_cannot_be_found(self, differences):
        assert two(differences).needed is None

    @given(paired, st.integers(2, 5))
    @few
    def test_the_unit_does_not_matter(self, pairs, unit):
        differences = [a - b for a, b in pairs]
        assert two(differences).needed == two([2**unit * difference for difference in differences]).needed


def test_what_starts_the_app_loads_neither_scipy_nor_numpy():
    program = (
        "import json, sys, core.sweeps.statistics; "
        "print(json.dumps([name for name in ('scipy', 'numpy') if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
