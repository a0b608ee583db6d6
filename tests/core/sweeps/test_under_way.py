"""What is drawn of trials while they train."""

from hypothesis import given
from hypothesis import strategies as st

from core.run_charts import RUNS
from core.sweeps import sweep_file
from core.sweeps.messages import TrialBegan, TrialDone, TrialEpoch
from core.sweeps.progress import MOST_EPOCHS, SweepProgress
from core.sweeps.record import TrialRecord
from core.sweeps.runner import TrialEnded, TrialSubmitted
from core.sweeps.under_way import series_of, under_way_chart

TEXT = """
base = "ffnn-10"
metric = "{metric}"
repeats = 2
[[vary]]
field = "plan.optimizer.learning_rate"
values = [0.1, 0.01]
"""


def sweep(metric="val_accuracy"):
    return sweep_file.loads(TEXT.format(metric=metric), "mine.toml")


def progress_of(of, *epochs):
    """Trials 0 and 3 under way, with ``epochs`` of the latter."""
    progress = SweepProgress(trials=4)
    trials = list(of.trials())
    for number in (0, 3):
        progress = progress.after(TrialSubmitted(number, trials[number].values))
        progress = progress.after(TrialBegan(number))
    for epoch in epochs:
        progress = progress.after(TrialEpoch(3, epoch, 1 - 1 / (epoch + 1), 1 / epoch))
    return progress


@given(st.sets(st.integers(0, 10_000), max_size=20))
def test_no_two_trials_share_a_series(numbers):
    series = series_of(numbers)
    assert len(set(series.values())) == len(series) == min(len(numbers), len(RUNS))
    assert set(series.values()) <= set(range(len(RUNS)))


@given(st.integers(0, 10_000), st.integers(1, 8))
def test_trials_that_follow_each_other_keep_theirs_while_others_begin_and_end(first, jobs):
    before, after = (series_of(range(begin, begin + jobs)) for begin in (first, first + 1))
    assert all(before[number] == after[number] for number in before.keys() & after)


def test_a_curve_for_each_trial_that_has_an_epoch():
    of = sweep()
    progress = progress_of(of, 1, 2)
    chart = under_way_chart(of, progress.epochs, progress.settings)
    (curve,) = chart.curves
    assert curve.name == "0.01 seed 2"
    assert [(point.x, point.y) for point in curve.points] == [(1, 0.5), (2, 1 - 1 / 3)]
    assert curve.style == RUNS[3]


def test_where_the_loss_decides_it_is_drawn():
    of = sweep("val_loss")
    progress = progress_of(of, 1, 2)
    chart = under_way_chart(of, progress.epochs, progress.settings)
    assert [point.y for point in chart.curves[0].points] == [1.0, 0.5]


def test_before_an_epoch_and_after_its_end_there_is_no_curve():
    of = sweep()
    nothing = progress_of(of)
    assert under_way_chart(of, nothing.epochs, nothing.settings) is None
    done = TrialDone(3, "finished")
    record = TrialRecord(3, next(t.values for t in of.trials() if t.number == 3), 1, done.state)
    ended = progress_of(of, 1).after(TrialEnded(record))
    assert under_way_chart(of, ended.epochs, ended.settings) is None


def test_a_very_long_trial_is_thinned_and_keeps_its_last_epoch():
    epochs = range(1, 5 * MOST_EPOCHS)
    kept = progress_of(sweep(), *epochs).epochs[3]
    assert MOST_EPOCHS / 2 <= len(kept) <= MOST_EPOCHS
    assert kept[-1].epoch == epochs[-1]
    assert [each.epoch for each in kept] == sorted(each.epoch for each in kept)
