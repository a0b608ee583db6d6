"""How many steps an execution takes."""

from hypothesis import given
from hypothesis import strategies as st

from core.training.step_pacer import GROWTH, TARGET, StepPacer


def settled(seconds_a_step):
    """A pace that has seen steps of that length for long."""
    pace = StepPacer()
    for _ in range(40):
        steps = pace.steps(10**9)
        pace.record(steps, steps * seconds_a_step)
    return pace


def test_the_first_execution_is_a_single_step_and_the_next_ones_grow():
    pace = StepPacer()
    assert pace.steps(500) == 1
    pace.record(1, 1e-6)
    assert pace.steps(500) == GROWTH


@given(st.floats(1e-5, 1.0), st.integers(1, 2000))
def test_an_epoch_is_divided_into_like_stretches(seconds, steps):
    pace, taken = settled(seconds), []
    while steps:
        taken.append(pace.steps(steps))
        steps -= taken[-1]
    assert all(count >= 1 for count in taken)
    assert max(taken) <= max(1, 1.5 * TARGET / seconds)
    assert 2 * min(taken) >= max(taken[:-1], default=0) - 1
