"""Whether the figures of a run are believed, by what training it again came to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.events import LearningRateChanged
from core.marking.retrained import Figures, NotTrained, Retrained
from core.marking.verifying import ACCURACY_TOLERANCE, most_epochs, verify, why_none
from core.plan.plan import EarlyStopping
from tests.core.export.reported import history
from tests.core.export.reported import told as details

RUN = details(epochs=5)
HERE = replace(RUN.environment, processor="A", threads=2)
THERE = replace(RUN, environment=HERE)


def again(count, run=RUN, **changes):
    """What comes of training the first ``count`` epochs of ``run`` again, if nothing is wrong with it."""
    last, ended = run.history.epochs[-1], run.history.ended
    figures = Figures(ended.test_loss, ended.test_accuracy, 0.04, 0.99, last.val_loss, last.val_accuracy)
    whole = count == len(run.history.epochs)
    told = Retrained(run.history.epochs[:count], figures, figures if whole else None, whole, last.epoch)
    return replace(told, **changes)


def with_accuracy(accuracy):
    return replace(again(1).figures, test_accuracy=accuracy)


def verified(run, epochs, found, here=HERE):
    believed, told = verify(run, epochs, here, lambda _: found)
    assert told.run == run.run.key
    return believed, told


def test_the_same_numbers_are_believed_bit_for_bit():
    _, told = verified(THERE, 3, again(3))
    assert (told.epochs, told.exact, told.believed) == (3, True, True)
    assert told.message == "epochs 1 to 3 trained again: bit for bit; the other 2 are not"
    _, told = verified(THERE, 5, again(5))
    assert told.message == "epochs 1 to 5 trained again: bit for bit, and the final weights are the same"
    assert verified(THERE, 1, again(1))[1].message == "epoch 1 trained again: bit for bit; the other 4 are not"


@pytest.mark.parametrize("figure", ["loss", "accuracy", "val_loss", "val_accuracy"])
@given(st.integers(0, 4), st.floats(0.2, 0.9))
def test_one_figure_that_is_far_off_is_not_believed(figure, at, by):
    epochs = list(RUN.history.epochs)
    value = getattr(epochs[at], figure)
    claimed = value / 2 - 0.3 if figure.endswith("accuracy") else value + 0.1 + by
    epochs[at] = replace(epochs[at], **{figure: claimed})
    run = replace(THERE, history=replace(RUN.history, epochs=tuple(epochs)))
    _, told = verified(run, 5, again(5))
    assert (told.exact, told.believed) == (False, False)
    name = figure.replace("val_", "validation ")
    assert f"epoch {at + 1} gives {name}" in told.message


def test_what_is_near_is_believed_and_where_it_was_trained_is_said():
    near = tuple(replace(each, accuracy=each.accuracy - ACCURACY_TOLERANCE / 2) for each in RUN.history.epochs)
    run = replace(THERE, environment=replace(HERE, processor="B", threads=8))
    _, told = verified(run, 2, again(2, epochs=near[:2]))
    assert (told.exact, told.believed) == (False, True)
    assert "within the tolerance, epoch 1 gives accuracy" in told.message
    assert told.message.endswith("(it was trained on B, here A; with threads: 8, here 2)")


def test_a_test_accuracy_is_that_of_the_weights_whatever_is_claimed():
    metrics = replace(RUN.run.metrics, test_accuracy=0.999)
    run = replace(THERE, run=replace(RUN.run, metrics=metrics))
    believed, told = verified(run, 2, again(2, figures=with_accuracy(0.91)))
    assert not told.believed
    assert "its weights give test accuracy 91.00%, not 99.90%" in told.message
    assert believed.run.metrics.test_accuracy == 0.91


def test_weights_of_another_training_are_not_believed():
    """Whoever trains longer, and hands in those weights with an honest history of few epochs, gains nothing."""
    better = replace(again(5).figures, val_accuracy=0.99)
    for count, changes in ((5, {"same_weights": False}), (2, {})):
        _, told = verified(THERE, count, again(count, figures=better, **changes))
        assert not told.believed
        assert "its weights give validation accuracy 99.00%" in told.message
    better = replace(again(5).figures, test_accuracy=0.999)
    metrics = replace(RUN.run.metrics, test_accuracy=0.999)
    run = replace(THERE, run=replace(RUN.run, metrics=metrics))
    _, told = verified(run, 5, again(5, figures=better, same_weights=False))
    assert not told.believed
    assert "training again gives test accuracy" in told.message


def test_without_validation_only_all_epochs_confirm_the_weights():
    epochs = tuple(replace(each, val_loss=None, val_accuracy=None) for each in RUN.history.epochs)
    run = replace(THERE, history=replace(RUN.history, epochs=epochs))
    _, told = verified(run, 2, again(2, epochs=epochs[:2]))
    assert not told.believed
    assert "confirmed only by all epochs: mark with --epochs 5" in told.message
    _, told = verified(run, 5, again(5, epochs=epochs))
    assert told.exact
    _, told = verified(THERE, 2, again(2, weights_of=0))
    assert not told.believed, "averaged since"


def test_one_that_ended_within_an_epoch_cannot_be_confirmed():
    ended = replace(RUN.history.ended, step=RUN.history.epochs[-1].step + 3)
    within = replace(RUN, history=replace(RUN.history, ended=ended))
    assert most_epochs(within) == 0
    assert "go on with it to the end of one" in why_none(within)


def test_a_figure_that_was_not_measured_is_no_claim():
    metrics = replace(RUN.run.metrics, test_accuracy=None, test_loss=None)
    run = replace(THERE, run=replace(RUN.run, metrics=metrics))
    believed, told = verified(run, 2, again(2, figures=with_accuracy(0.91)))
    assert told.exact
    assert believed.run.metrics.test_accuracy == 0.91


def test_epochs_that_are_not_in_its_history_are_told():
    run = replace(THERE, history=replace(RUN.history, epochs=RUN.history.epochs[:1]))
    _, told = verified(run, 2, again(2))
    assert not told.believed
    assert "epoch 2 is missing in its history" in told.message


def test_metrics_are_those_of_the_history():
    """Whoever writes a larger number into one place alone gains nothing."""
    run = replace(THERE, run=replace(RUN.run, metrics=replace(RUN.run.metrics, best_val_accuracy=1.0, epochs=1)))
    curve = (*RUN.history.val_accuracy[:-1], RUN.history.val_accuracy[-1]._replace(y=1.0))
    run = replace(run, history=replace(RUN.history, val_accuracy=curve))
    believed, _ = verified(run, 5, again(5))
    assert believed.run.metrics.epochs == 5
    assert believed.run.metrics.best_val_accuracy == RUN.run.metrics.best_val_accuracy


@pytest.mark.parametrize("figure", ["loss", "accuracy", "val_loss", "val_accuracy"])
@given(st.integers(0, 4), st.sampled_from([1e-12, 1e-4, 0.009]))
def test_where_nothing_differs_no_figure_may_differ(figure, at, by):
    epochs = list(RUN.history.epochs)
    epochs[at] = replace(epochs[at], **{figure: getattr(epochs[at], figure) + by})
    run = replace(THERE, history=replace(RUN.history, epochs=tuple(epochs)))
    _, told = verified(run, 5, again(5))
    assert not told.believed
    found, claimed = told.message.rsplit(" ", 3)[1:4:2]
    assert found.rstrip(",") != claimed, "what differs is to be seen"
    elsewhere = replace(run, environment=replace(HERE, processor="B"))
    assert verified(elsewhere, 5, again(5))[1].believed


def test_where_nothing_differs_the_weights_are_the_same():
    _, told = verified(THERE, 5, again(5, same_weights=False))
    assert not told.believed
    assert told.message.endswith("its final weights are not the same to the last bit")
    elsewhere = replace(RUN, environment=replace(HERE, tensorflow="2.20.0"))
    assert verified(elsewhere, 5, again(5, same_weights=False))[1].believed


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"platform": "Windows-10"}, "under Windows, here Linux"),
        ({"numpy": "1.26.0"}, "with NumPy 1.26.0, here 2.4.6"),
        ({"layerlab": "0.0.9"}, "with LayerLab 0.0.9, here 0.1.0"),
        ({"device": "gpu:0"}, "on the device gpu:0, here cpu"),
    ],
)
def test_what_else_may_change_the_last_digits_is_told(changed, where):
    run = replace(RUN, environment=replace(HERE, **changed))
    near = tuple(replace(each, loss=each.loss + 1e-9) for each in RUN.history.epochs)
    _, told = verified(run, 5, again(5, epochs=near, device="cpu"))
    assert (told.exact, told.believed) == (False, True)
    assert told.message.endswith(f"(it was trained {where})")


def test_the_same_gpu_by_name_may_be_another():
    run = replace(RUN, environment=replace(HERE, device="gpu:0"))
    near = tuple(replace(each, loss=each.loss + 1e-9) for each in RUN.history.epochs)
    _, told = verified(run, 5, again(5, epochs=near, device="gpu:0"), replace(HERE, device="gpu:0"))
    assert told.believed
    assert told.message.endswith("(it was trained on a GPU, which may be of another kind)")


def test_what_counts_was_computed_here_though_what_is_claimed_is_believed():
    """Within the tolerance too, nobody gains by claiming more."""
    claimed = tuple(
        replace(each, val_accuracy=each.val_accuracy + 0.009, val_loss=each.val_loss * 0.96)
        for each in RUN.history.epochs
    )
    metrics = replace(RUN.run.metrics, test_accuracy=RUN.run.metrics.test_accuracy + 0.009, best_val_accuracy=1.0)
    run = replace(
        RUN,
        environment=replace(HERE, processor="B"),
        history=replace(RUN.history, epochs=claimed),
        run=replace(RUN.run, metrics=metrics),
    )
    for count in (2, 5):
        computed, told = verified(run, count, again(count))
        assert told.believed
        found, honest = computed.run.metrics, RUN.run.metrics
        for name in ("test_accuracy", "test_loss", "last_val_accuracy", "last_val_loss", "best_val_accuracy"):
            assert getattr(found, name) == getattr(honest, name), name


@pytest.mark.parametrize("count", [1, 2, 4])
def test_an_epoch_that_is_not_trained_again_counts_nothing(count):
    """One as good as can be, between those that are trained again and the weights, is not seen."""
    epochs = tuple(
        replace(each, val_accuracy=0.9999) if count < each.epoch < 5 else each for each in RUN.history.epochs
    )
    run = replace(THERE, history=replace(RUN.history, epochs=epochs))
    computed, told = verified(run, count, again(count))
    assert told.believed, "what is checked is the same"
    assert computed.run.metrics.best_val_accuracy == RUN.history.epochs[-1].val_accuracy
    assert computed.run.metrics.epochs == count
    assert set(told.unconfirmed) == {"epochs", "best_val_accuracy"}
    assert told.unconfirmed["epochs"].endswith(" trained again; mark with --epochs 5")


def test_the_last_validation_is_known_by_the_weights_or_by_all_epochs():
    restoring = replace(THERE.preset.plan, early_stopping=EarlyStopping())
    run = replace(THERE, preset=replace(THERE.preset, plan=restoring))
    best = RUN.history.epochs[2]
    figures = replace(again(5).figures, val_loss=best.val_loss, val_accuracy=best.val_accuracy)
    computed, told = verified(run, 4, again(4, weights_of=3, figures=figures))
    assert told.believed
    assert {"val_accuracy", "val_loss"} < set(told.unconfirmed)
    computed, told = verified(run, 5, again(5, weights_of=3, figures=figures, trained=figures))
    assert (told.believed, told.unconfirmed) == (True, {})
    assert computed.run.metrics.last_val_accuracy == RUN.history.epochs[-1].val_accuracy
    assert not verified(THERE, 4, again(4, weights_of=3, figures=figures))[1].believed, "its plan restores none"


def test_weights_that_are_not_those_at_the_end_are_not_believed():
    _, told = verified(THERE, 5, again(5, trained=None, same_weights=False))
    assert not told.believed
    assert "its weights are not those after its last epoch" in told.message


def test_what_does_not_follow_from_the_plan_is_never_confirmed():
    steps = RUN.history.started.steps_per_epoch
    run = replace(THERE, history=RUN.history.after(LearningRateChanged(2 * steps + 1, 0.1)))
    _, told = verified(run, 2, again(2))
    assert told.unconfirmed["epochs"] == "only epochs 1 to 2 of 5 were trained again; at most 2 follow from its plan"


def test_epochs_that_training_again_does_not_come_to_are_told():
    _, told = verified(THERE, 5, again(3))
    assert not told.believed
    assert "epochs 1 to 5 trained again: it ends after epoch 3" in told.message


def test_one_that_cannot_be_trained_again_is_not_believed():
    def train(_epochs):
        raise NotTrained("it was not done after 3 s")

    _, told = verify(THERE, 2, HERE, train)
    assert (told.epochs, told.believed) == (0, False)
    assert told.message == "could not be trained again: it was not done after 3 s"
    _, told = verify(THERE, 0, HERE, train)
    assert not told.believed


def test_only_what_follows_from_the_plan_is_trained_again():
    plan = RUN.preset.plan
    assert most_epochs(RUN) == 5
    longer = replace(RUN, preset=replace(RUN.preset, plan=replace(plan, epochs=2)))
    assert most_epochs(longer) == 5, "three were added by hand"
    stopping = replace(plan, epochs=2, early_stopping=EarlyStopping())
    assert most_epochs(replace(RUN, preset=replace(RUN.preset, plan=stopping))) == 2, "its patience began anew"
    steps = RUN.history.started.steps_per_epoch
    changed = RUN.history.after(LearningRateChanged(2 * steps + 1, 0.1))
    assert most_epochs(replace(RUN, history=changed)) == 2
    at_once = replace(RUN, history=RUN.history.after(LearningRateChanged(1, 0.1)))
    assert most_epochs(at_once) == 0
    assert "changed by hand in its first epoch" in why_none(at_once)
    nothing = replace(RUN, history=history(0))
    assert most_epochs(nothing) == 0
    assert "no whole epoch" in why_none(nothing)
    late = replace(RUN, history=replace(RUN.history, epochs=RUN.history.epochs[1:]))
    assert most_epochs(late) == 0
    assert "not in its history any more" in why_none(late)
