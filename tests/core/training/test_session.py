"""Sessions that train real Keras on real digits, and what people ask of them meanwhile."""

from itertools import pairwise
from math import inf, isfinite, isnan
from threading import Event, Thread

import numpy as np
import pytest
from msgspec.structs import replace

from core import durations
from core.diagnosis import run_findings
from core.events import Ended, EpochEnded, LearningRateChanged, Preparing, Progress, Started, StateChanged, StepSampled
from core.history import History
from core.keras_runtime import runtime
from core.network.architecture import Architecture
from core.network.layers import BatchNormalization, Dense, Dropout, Flatten
from core.plan.losses import Loss
from core.plan.optimizers import SGD, Adam
from core.plan.plan import EarlyStopping
from core.plan.schedules import Step
from core.runs.history_file import HistoryFile, read_history
from core.training import sampling, step_pacer
from core.training.session import Session
from tests.core.training.scripted import (
    QUICK,
    SMALL,
    Script,
    epoch,
    preparing,
    progress,
    rate_changed,
    started,
    state,
)

pytestmark = pytest.mark.keras

NOISY = Architecture((28, 28), (Flatten(), Dense(16, "relu"), BatchNormalization(), Dropout(0.5), Dense(10, "softmax")))


def same(first, second):
    return len(first) == len(second) and all(map(np.array_equal, first, second))


def figures(script):
    return [(e.epoch, e.step, e.loss, e.accuracy, e.val_loss, e.val_accuracy) for e in script.told(EpochEnded)]


def came_to(architecture, plan):
    """The figures and weights of a training that nothing interrupts; its network is there for the next one."""
    script = Script(architecture, plan)
    script.run()
    return figures(script), script.weights, script.told(Progress)


def test_a_run_tells_what_happens_in_order():
    script = Script(plan=replace(QUICK, epochs=2))
    ended = script.run()
    states = [event.state for event in script.told(StateChanged)]
    assert states == ["preparing", "running", "stopping", "idle"]
    assert script.events[-1] == StateChanged("idle")
    assert script.events[-2] == ended
    assert script.told(Preparing)
    (begun,) = script.told(Started)
    assert (begun.device, begun.params) == ("cpu", 7850)
    assert (begun.train_examples, begun.validation_examples) == (5999, 54001), "rounded as Keras rounds"
    assert (begun.steps_per_epoch, begun.batch_size, begun.epoch, begun.epochs) == (94, 64, 0, 2)
    steps = [event.step for event in script.told(Progress)]
    assert steps == sorted(set(steps))
    assert steps[-1] == 188
    assert {event.epoch_step for event in script.told(Progress)} >= {94}
    assert ended.reason == "finished"
    assert ended.message == ""
    assert ended.epochs == 2
    assert ended.test_accuracy > 0.8
    assert ended.examples_per_second > 0
    assert script.session.state == "idle"


def test_no_time_left_is_told_after_the_first_steps_alone():
    script = Script(plan=replace(QUICK, epochs=2))
    script.run()
    first, *others = script.told(Progress)
    assert (first.epoch_eta, first.run_eta) == (None, None)
    assert others
    assert all(0 <= event.epoch_eta <= event.run_eta for event in others)
    assert others[-1].run_eta == others[-1].epoch_eta, "nothing but this epoch's validation is left"


def test_an_epochs_figures_are_the_means_of_its_stretches():
    script = Script()
    script.run()
    (whole,) = script.told(EpochEnded)
    stretches = script.told(Progress)
    steps = [0, *(event.epoch_step for event in stretches)]
    examples = [min(b * 64, 5999) - a * 64 for a, b in pairwise(steps)]
    assert sum(examples) == 5999
    assert np.average([event.loss for event in stretches], weights=examples) == pytest.approx(whole.loss)
    assert np.average([event.accuracy for event in stretches], weights=examples) == pytest.approx(whole.accuracy)


def test_a_step_is_one_batch():
    script = Script()
    script.run(
        (preparing, Session.pause),
        (state("paused"), Session.step),
        (state("paused"), Session.step),
        (state("paused"), Session.stop),
    )
    assert [event.step for event in script.told(Progress)] == [1, 2]
    states = [event.state for event in script.told(StateChanged)]
    assert states == ["preparing", "paused", "running", "paused", "running", "paused", "stopping", "idle"]


def test_commands_from_another_thread_wake_a_pause():
    script = Script()
    script.run((preparing, Session.pause), (state("paused"), lambda session: Thread(target=session.resume).start()))
    assert script.events[-2].reason == "finished"


def test_the_figures_are_those_that_keras_finds():
    script = Script(NOISY, replace(QUICK, validation="test"))
    ended = script.run()
    from core.datasets.catalog import mnist

    digits = mnist.load()
    loss, accuracy = script.session.model.evaluate(
        digits.x_test / np.float32(255), np.eye(10)[digits.y_test], batch_size=64, verbose=0
    )
    (whole,) = script.told(EpochEnded)
    assert (whole.val_loss, whole.val_accuracy) == (ended.test_loss, ended.test_accuracy)
    assert ended.test_loss == pytest.approx(loss, rel=1e-5)
    assert ended.test_accuracy == pytest.approx(accuracy, abs=1e-6)


def test_paused_stepped_and_resumed_it_comes_to_the_same():
    plan = replace(QUICK, epochs=2)
    expected, weights, told = came_to(NOISY, plan)
    interrupted = Script(NOISY, plan)
    interrupted.run(
        (progress(), Session.pause),
        (state("paused"), Session.step),
        (state("paused"), Session.step),
        (state("paused"), Session.resume),
        (progress(30), Session.step),
        (state("paused"), Session.resume),
        (progress(100), Session.pause),
        (state("paused"), Session.resume),
    )
    assert [event.step for event in told] != [event.step for event in interrupted.told(Progress)]
    assert figures(interrupted) == expected
    assert same(interrupted.weights, weights)


def test_stopped_and_run_again_it_comes_to_the_same():
    expected, weights, _ = came_to(NOISY, QUICK)
    stopped = Script(NOISY)
    first = stopped.run((progress(10), Session.stop))
    assert first.reason == "stopped"
    assert first.epochs == 0
    assert first.test_accuracy is not None
    second = stopped.run()
    assert second.reason == "finished"
    assert second.epochs == 1
    assert figures(stopped) == expected
    assert same(stopped.weights, weights)


def test_extended_it_comes_to_the_same():
    expected, weights, _ = came_to(NOISY, replace(QUICK, epochs=3))
    extended = Script(NOISY)
    assert extended.run((epoch(1), lambda session: session.extend(1))).epochs == 2
    assert extended.run().epochs == 2, "there is nothing left to do"
    extended.session.extend(1)
    ended = extended.run()
    assert ended.epochs == 3
    assert [event.epoch for event in extended.told(Started)] == [0, 2, 2]
    assert figures(extended) == expected
    assert same(extended.weights, weights)


@pytest.mark.parametrize("when", [preparing, started, state("paused"), state("preparing")])
def test_a_stop_ends_it_at_any_time(when):
    script = Script()
    acts = [(when, Session.stop)]
    if when(StateChanged("paused")):
        acts.insert(0, (preparing, Session.pause))
    ended = script.run(*acts)
    assert ended.reason == "stopped"
    assert ended.epochs == 0
    assert ended.test_loss is None
    assert not script.told(Progress)
    assert script.session.state == "idle"


def test_a_stop_does_not_wait_for_tracing_and_the_next_training_takes_what_was_traced(monkeypatch):
    from core.training import trainer
    from core.training.network import Network

    monkeypatch.setattr(trainer, "_cache", trainer.NetworkCache())
    begun, goes_on, trace, traced = Event(), Event(), Network.trace, []

    def slowly(network, full):
        begun.set()
        assert goes_on.wait(60)
        traced.append(network)
        trace(network, full)

    monkeypatch.setattr(Network, "trace", slowly)
    script = Script()
    Thread(target=lambda: begun.wait(60) and script.session.stop()).start()
    assert script.run().reason == "stopped"
    assert not traced, "it is still at it"
    assert runtime.under_way()
    goes_on.set()
    assert Script().run().reason == "finished"
    assert len(traced) == 1


def test_how_long_a_phase_took_is_told_the_next_time(monkeypatch):
    from core.training import trainer

    monkeypatch.setattr(durations, "WORTH", 0.0)
    monkeypatch.setattr(trainer, "_cache", trainer.NetworkCache())  # a network that is there already takes no time
    script = Script()
    script.run()
    phases = [event.what for event in script.told(Preparing)]
    assert phases[-2:] == ["building the network", "tracing the training step"]
    assert all(durations.begin(what).usual is not None for what in phases[-2:])


def test_a_stop_that_comes_before_the_run_is_kept_for_it():
    script = Script()
    script.session.stop()
    assert script.run().reason == "stopped"
    assert script.run().reason == "finished"


def test_commands_in_a_wrong_state_do_nothing():
    script = Script()
    for command in (script.session.pause, script.session.resume, script.session.step):
        command()
    assert script.run().reason == "finished"
    for command in (script.session.pause, script.session.resume, script.session.step, script.session.stop):
        command()
    assert script.session.state == "idle"
    script.session.extend(1)
    assert script.run((state("stopping"), Session.pause)).reason == "finished"


def test_a_stop_can_leave_out_the_test():
    script = Script()
    ended = script.run((progress(), lambda session: session.stop(evaluate=False)))
    assert ended.reason == "stopped"
    assert ended.test_loss is None


def test_a_session_runs_once_at_a_time():
    second = []
    script = Script()
    ended = script.run((started, lambda session: second.append(session.run())))
    assert second[0].reason == "failed"
    assert "already" in second[0].message
    assert ended.reason == "finished"
    assert len(script.told(Ended)) == 1


def test_the_learning_rate_changes_live_and_stays_changed():
    plan = replace(QUICK, epochs=3, optimizer=SGD(learning_rate=0.1), schedule=Step(every=1, rate=0.5))
    script = Script(plan=plan)
    script.run(
        (progress(10), lambda session: session.scale_learning_rate(0.5)),
        (rate_changed, Session.pause),
        (state("paused"), lambda session: session.scale_learning_rate(0.5)),
        (rate_changed, Session.resume),
    )
    assert script.told(Started)[0].learning_rate == 0.1
    assert [event.learning_rate for event in script.told(LearningRateChanged)] == [0.05, 0.025]
    assert [event.learning_rate for event in script.told(EpochEnded)] == [0.025, 0.0125, 0.00625]
    assert float(script.session.model.optimizer.learning_rate) == pytest.approx(0.00625)


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan"), float("inf")])
def test_a_factor_that_is_none_is_refused(factor):
    with pytest.raises(ValueError, match="factor above 0"):
        Script().session.scale_learning_rate(factor)


def test_a_schedule_sets_the_rate_of_every_epoch():
    plan = replace(QUICK, epochs=3, optimizer=SGD(learning_rate=0.1), schedule=Step(every=2, rate=0.1))
    script = Script(plan=plan)
    script.run()
    assert [event.learning_rate for event in script.told(EpochEnded)] == pytest.approx([0.1, 0.1, 0.01])


def test_early_stopping_goes_back_to_the_best_weights():
    # So large a step that the loss is soon worse than it was.
    rule = EarlyStopping(monitor="val_loss", patience=2)
    plan = replace(QUICK, epochs=50, optimizer=SGD(learning_rate=3.0), early_stopping=rule)
    script = Script(plan=plan)
    kept = {}

    def remember(event):
        if isinstance(event, EpochEnded):
            kept[event.epoch] = script.session.model.get_weights()

    script.watch = remember
    ended = script.run()
    told = script.told(EpochEnded)
    best = min(told, key=lambda event: event.val_loss)
    assert ended.reason == "finished"
    assert ended.epochs == best.epoch + 2 < 50
    assert "val_loss" in ended.message
    assert f"weights of epoch {best.epoch}" in ended.message
    assert same(script.session.model.get_weights(), kept[best.epoch])
    assert [event.epoch for event in told if event.best][-1] == best.epoch


def test_a_loss_that_is_no_number_ends_it_in_a_clear_message():
    plan = replace(QUICK, optimizer=SGD(learning_rate=1e30), loss=Loss.from_name("MeanSquaredError")())
    script = Script(Architecture((28, 28, 1), (Flatten(), Dense(10), Dense(10))), plan)
    ended = script.run()
    assert ended.reason == "failed"
    assert "epoch 1, step" in ended.message
    assert "learning_rate" in ended.message
    assert "clipnorm" in ended.message
    assert ended.test_loss is None
    assert script.session.state == "idle"
    again = script.run()
    assert again.reason == "failed"
    assert len(script.told(Started)) == 1, "spoilt weights are not trained on"


NO_SHARES = Architecture((28, 28), (Flatten(), Dense(64, "relu"), Dense(10, "relu")))
"""Its loss is 0/0 for the first image for which all outputs are 0."""


@pytest.fixture(scope="module")
def broken():
    """Two trainings whose loss becomes NaN: many steps at a time, and few of which every first is looked at."""
    scripts = []
    for target, share in ((step_pacer.TARGET, sampling.SHARE), (1e-9, inf)):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(step_pacer, "TARGET", target)
            patched.setattr(sampling, "SHARE", share)
            scripts.append(Script(NO_SHARES, replace(QUICK, batch_size=32, epochs=2)))
            scripts[-1].run()
    return scripts


def test_the_step_at_which_a_loss_breaks_is_the_same_however_many_are_taken_at_a_time(broken):
    many, few = broken
    assert len(few.told(Progress)) > 1.5 * len(many.told(Progress))
    step = many.told(Ended)[0].step
    assert step > 2
    for script in broken:
        (ended,) = script.told(Ended)
        assert (ended.reason, ended.step) == ("failed", step)
        assert f"the training loss became NaN in epoch 1, step {step} of 188" in ended.message
        assert [told[-1].step for told in (script.told(Progress), script.told(StepSampled))] == [step, step]
        *sound, last = script.told(Progress)
        assert isnan(last.loss)
        assert all(isfinite(progress.loss) for progress in sound)
        (finding,) = [one for one in findings_of(script) if one.code == "not-finite"]
        assert finding.evidence.startswith(f"at step {step} ")
    assert many.told(Ended)[0].message == few.told(Ended)[0].message
    assert findings_of(many) == findings_of(few)


def findings_of(script):
    history = History()
    for event in script.events:
        history = history.after(event)
    return run_findings(NO_SHARES, replace(QUICK, batch_size=32, epochs=2), history)


def test_the_message_of_a_loss_that_breaks_names_what_is_known_to_break_it(broken):
    message = broken[0].told(Ended)[0].message
    assert message.endswith("no-softmax (layer 3) is the cause: set activation=softmax")
    assert "learning_rate" not in message


def test_a_history_with_a_loss_that_broke_is_read_back(broken):
    history = History()
    for event in broken[1].events:
        history = history.after(event)
    read = read_history(HistoryFile().encode(history))
    assert isnan(read.progress.loss)
    assert replace(read.progress, loss=0.0) == replace(history.progress, loss=0.0)
    assert read.ended == history.ended
    assert [sample.step for sample in read.samples] == [sample.step for sample in history.samples]


@pytest.mark.parametrize(
    ("architecture", "plan", "says"),
    [
        (Architecture((28, 28, 1)), QUICK, "no layers"),
        (Architecture((28, 28, 1), (Flatten(), Dense(10**12), Dense(10))), QUICK, "memory"),
        (Architecture((28, 28, 1), (Flatten(), Dense(7))), QUICK, "10 classes"),
        (Architecture((32, 32, 3), (Flatten(), Dense(10))), QUICK, "28x28x1"),
        (SMALL, replace(QUICK, validation="none", early_stopping=EarlyStopping()), "early stopping monitors val_loss"),
        (SMALL, replace(QUICK, validation=0.99999), "no examples to train on"),
        (SMALL, replace(QUICK, device="gpu:77"), "choose from auto, cpu"),
        (SMALL, replace(QUICK, optimizer=Adam(clipnorm=1.0, clipvalue=1.0)), "Only one of"),
    ],
    ids=["empty", "huge", "classes", "input", "watch", "fraction", "device", "keras"],
)
def test_what_cannot_be_trained_is_refused_in_one_line(architecture, plan, says):
    script = Script(architecture, plan)
    ended = script.run()
    assert ended.reason == "failed"
    assert says in ended.message
    assert "\n" not in ended.message
    assert ended.test_loss is None
    assert script.events[-1] == StateChanged("idle")


def test_what_does_not_fit_into_memory_is_refused_with_both_figures():
    # Under the bound of a single layer, beyond what any machine that runs this has.
    wide = Architecture((28, 28, 1), (Flatten(), *(Dense(100_000, use_bias=False) for _ in range(1000)), Dense(10)))
    script = Script(wide)
    ended = script.run()
    assert ended.reason == "failed"
    assert "TiB of memory" in ended.message
    assert "are free" in ended.message
    assert script.session.model is None


@pytest.mark.parametrize("shape", [(28, 28, 1), (28, 28), (784,)])
def test_every_shape_of_the_digits_is_fed(shape):
    flatten = () if len(shape) == 1 else (Flatten(),)
    assert Script(Architecture(shape, (*flatten, Dense(10, "softmax")))).run().test_accuracy > 0.8


def test_sparse_labels_give_the_same_as_one_hot_ones():
    one_hot = Script()
    sparse = Script(plan=replace(QUICK, loss=Loss.from_name("SparseCategoricalCrossentropy")()))
    assert one_hot.run().test_loss == pytest.approx(sparse.run().test_loss, rel=1e-4)


def test_pixels_can_be_left_as_they_are():
    # After one step from the same weights, 255 times the input is another loss.
    scaled, raw = (Script(plan=replace(QUICK, batch_size=6000, pixels=pixels)) for pixels in ("0..1", "0..255"))
    scaled.run()
    raw.run()
    assert raw.told(EpochEnded)[0].loss > 10 * scaled.told(EpochEnded)[0].loss


def test_a_batch_larger_than_the_training_set_is_all_of_it():
    script = Script(plan=replace(QUICK, batch_size=60_000))
    script.run()
    assert script.told(Started)[0].steps_per_epoch == 1
    assert [event.step for event in script.told(Progress)] == [1]


def test_without_validation_the_test_set_is_measured_at_the_end():
    script = Script(plan=replace(QUICK, validation="none", batch_size=1000))
    ended = script.run()
    (whole,) = script.told(EpochEnded)
    assert (whole.val_loss, whole.val_accuracy, whole.best) == (None, None, True)
    assert script.told(Started)[0].validation_examples == 0
    assert ended.test_accuracy > 0.5


def test_a_device_without_room_for_the_dataset_is_fed_from_the_host(monkeypatch):
    """There is no GPU to fill up here: the copy to the device is refused as TensorFlow refuses it there."""
    import tensorflow as tf

    from core.keras_runtime import devices
    from core.training import resident_data

    kept = Script()
    kept.run()
    copied = resident_data._copy

    def full(examples, place):
        if place != resident_data.HOST:
            raise tf.errors.ResourceExhaustedError(None, None, "no room")
        return copied(examples, place)

    monkeypatch.setattr(resident_data, "_copy", full)
    monkeypatch.setattr(devices, "placement", lambda _: "/device:CPU:0")  # the same device by another name
    resident_data.resident.cache_clear()
    script = Script()
    ended = script.run()
    resident_data.resident.cache_clear()
    assert ended.reason == "finished"
    assert "cpu has no room for the dataset" in script.told(Started)[0].message
    assert figures(script) == figures(kept)
    assert kept.told(Started)[0].message == ""


def test_a_network_is_evaluated_in_larger_batches_only_where_that_is_quick():
    """What is frozen trains nothing, but it multiplies all the same."""
    from core.training.trainer import Trainer

    def batches(layer):
        return Trainer(Architecture((28, 28), (Flatten(), layer, Dense(10))), QUICK).batches_in("test")

    assert batches(Dense(10)) == 10
    assert batches(Dense(1000, trainable=False)) == 157
