"""Settings that are chosen by what became of those before: good ones are found, none twice, the same after a break."""

import sys
from itertools import count

import pytest
from msgspec.structs import replace

from core import presets
from core.fields.types import FieldError
from core.presets import PresetError
from core.runs.record import Metrics
from core.sweeps import sweep_file
from core.sweeps.messages import TrialBegan, TrialDone
from core.sweeps.record import SweepError, TrialRecord
from core.sweeps.results import results
from core.sweeps.runner import Control, TrialEnded, TrialSubmitted, run_sweep
from core.sweeps.start import devices_of, folder_for, results_in
from core.sweeps.sweep import Vary
from core.sweeps.tpe import STARTUP, suggest
from core.sweeps.tried import Tried

TEXT = """
base = "ffnn-10"
choose = "tpe"
repeats = 2
limit = 30
[[vary]]
field = "plan.optimizer.learning_rate"
values = { from = 1e-5, to = 1.0, count = 51, scale = "log" }
[[vary]]
field = "layers[1].units"
values = { from = 4, to = 64, count = 61 }
"""
SWEEP = sweep_file.loads(TEXT, "mine.toml")
BEST = (0.1, 40)


def goodness(preset) -> float:
    """Best at `BEST`."""
    rate, units = preset.plan.optimizer.learning_rate, preset.architecture.layers[1].units
    return 0.9 - abs(rate - BEST[0]) / 2 - abs(units - BEST[1]) / 100 + preset.plan.seed / 1e5


class AtOnce:
    """An executor whose trials end in the order in which they come."""

    def __init__(self, answer=goodness, size: int = 1) -> None:
        self.trained = []
        self.free = size
        self._answer = answer
        self._waiting = []

    def submit(self, job) -> None:
        self._waiting.append(job)
        self.free -= 1

    def messages(self, timeout):
        if not self._waiting:
            return []
        job = self._waiting.pop(0)
        self.free += 1
        preset = presets.loads(job.preset, job.name)
        self.trained.append(preset)
        answer = self._answer(preset)
        if answer is None:
            return [TrialDone(job.number, "failed", "the loss is NaN")]
        return [TrialBegan(job.number), TrialDone(job.number, "finished", metrics=Metrics(last_val_accuracy=answer))]

    def cancel(self, number: int) -> None:
        raise AssertionError

    def stop(self) -> None:
        self._answer = lambda _preset: None

    def close(self) -> None:
        pass


def run(sweep=SWEEP, executor=None, *, resume=False, on_event=lambda _: None, control=None):
    folder = folder_for(sweep, resume=resume)
    executor = executor or AtOnce()
    run_sweep(sweep, folder, executor, on_event, control or Control(), 1)
    return executor, folder


def settings(executor) -> list[tuple[float, int]]:
    """The settings in the order in which they were trained first."""
    pairs = [(p.plan.optimizer.learning_rate, p.architecture.layers[1].units) for p in executor.trained]
    return list(dict.fromkeys(pairs))


def test_it_finds_better_settings_than_drawing_does():
    drawn, _ = run(replace(SWEEP, choose="random", repeats=1))
    chosen, _ = run(replace(SWEEP, repeats=1))
    best = max(map(goodness, chosen.trained))
    assert best >= max(map(goodness, drawn.trained))
    later = [goodness(preset) for preset in chosen.trained[STARTUP:]]
    first = [goodness(preset) for preset in chosen.trained[:STARTUP]]
    assert sum(later) / len(later) > sum(first) / len(first)


def test_every_setting_is_trained_once_with_all_seeds():
    executor, folder = run(executor=AtOnce(size=3))
    assert len(executor.trained) == 60
    assert len(settings(executor)) == 30
    found = results_in(SWEEP, folder)
    assert len(found.settings) == 30
    assert all(set(each.by_seed) == {1, 2} for each in found.settings)
    for each in found.settings:
        assert each.by_seed[1] == goodness(SWEEP.preset(each.values))


def test_it_is_told_what_is_handed_out():
    heard = {}

    def hear(event):
        if isinstance(event, TrialSubmitted):
            heard[event.number] = event.values
        if isinstance(event, TrialEnded):
            assert heard[event.record.number] == event.record.values

    run(on_event=hear)
    assert len(heard) == 60


def test_after_a_break_it_goes_on_as_if_there_had_been_none():
    whole, _ = run(replace(SWEEP, name="whole"))
    control, ended = Control(), count(1)

    def stop(event):
        if isinstance(event, TrialEnded) and next(ended) == 31:
            control.stop()

    first, folder = run(on_event=stop, control=control)
    second, again = run(resume=True)
    assert again.path == folder.path
    assert len(first.trained) + len(second.trained) == 60
    assert settings(first) + [each for each in settings(second) if each not in settings(first)] == settings(whole)


def test_more_seeds_are_trained_of_the_settings_that_there_are():
    first, _ = run(replace(SWEEP, repeats=1, limit=12))
    second, _ = run(replace(SWEEP, repeats=3, limit=12), resume=True)
    assert settings(second) == settings(first)
    assert {preset.plan.seed for preset in second.trained} == {2, 3}


def test_all_settings_are_trained_where_there_are_no_more_than_asked_for():
    text = TEXT.replace("count = 51", "count = 2").replace("count = 61", "count = 3")
    sweep = sweep_file.loads(text, "mine.toml")
    executor, _ = run(sweep)
    assert len(settings(executor)) == sweep.combinations == 6


def test_failed_ones_teach_nothing_and_stop_nothing():
    executor, folder = run(executor=AtOnce(lambda preset: None if preset.plan.seed == 1 else goodness(preset)))
    assert len(executor.trained) == 60
    assert len(results_in(SWEEP, folder).failed) == 30


def test_values_without_an_order_are_chosen_too():
    text = TEXT.replace('field = "layers[1].units"', 'field = "layers[1].kernel_initializer"')
    text = text.replace("{ from = 4, to = 64, count = 61 }", '["glorot_uniform", "he_normal", "zeros"]')
    sweep = sweep_file.loads(text, "mine.toml")
    executor, _ = run(sweep, AtOnce(lambda _preset: 0.5))
    assert len(executor.trained) == 60


def test_values_that_no_network_takes_together_are_passed_over():
    vary = (Vary(("plan.optimizer",), ("sgd", "adam")), Vary(("plan.optimizer.momentum",), (0.1, 0.2)))
    sweep = replace(SWEEP, vary=vary)
    tried = {}
    while places := suggest(sweep, tried):
        tried[places] = Tried(0.5)
    assert sorted(tried) == [(0, 0), (0, 1)], "adam has no momentum"


def test_the_same_is_suggested_for_the_same():
    tried = {SWEEP.places(number): Tried(number / 3000) for number in range(0, 3000, 150)}
    assert suggest(SWEEP, tried) == suggest(SWEEP, dict(tried)) not in tried
    with_one_under_way = {**tried, (5, 5): Tried(under_way=True)}
    assert suggest(SWEEP, with_one_under_way) not in with_one_under_way


def test_what_was_ended_early_teaches_too():
    tried = {(place, 0): Tried(place / 50, pruned_at=2 + place // 10) for place in range(50)}
    assert suggest(SWEEP, tried) not in tried


def test_with_nothing_left_there_is_no_suggestion():
    sweep = sweep_file.loads(TEXT.replace("count = 51", "count = 2").replace("count = 61", "count = 2"), "mine.toml")
    tried = {sweep.places(number): Tried(0.5) for number in range(4)}
    assert suggest(sweep, tried) is None
    del tried[1, 0]
    assert suggest(sweep, tried) == (1, 0)


def test_records_with_other_values_are_trained_anew():
    first, folder = run(replace(SWEEP, limit=3))
    record = folder.records()[0]
    folder.write(replace(record, values=(("plan.optimizer.learning_rate", 77.0), ("layers[1].units", 5))))
    assert 0 not in {each.index for each in results_in(replace(SWEEP, limit=3), folder).settings if each.by_seed.get(1)}
    second, _ = run(replace(SWEEP, limit=3), resume=True)
    assert len(second.trained) == 1
    assert settings(second)[0] in settings(first)


def test_a_limit_is_needed():
    with pytest.raises(PresetError, match="limit: is missing"):
        sweep_file.loads(TEXT.replace("limit = 30\n", ""), "mine.toml")
    with pytest.raises(FieldError, match="12,000 trials"):
        replace(SWEEP, limit=3000, repeats=4).check()


def test_every_value_is_read_before_the_first_trial():
    with pytest.raises(PresetError, match="units"):
        sweep_file.loads(TEXT.replace("from = 4, to = 64", "from = -4, to = 56"), "mine.toml")
    assert devices_of(SWEEP) == {SWEEP.base.plan.device}


def test_without_optuna_it_is_refused_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(SweepError, match=r'choose = "tpe": needs Optuna, .* pip install layerlab\[optuna\]'):
        folder_for(SWEEP, resume=False)


def test_nothing_is_said_about_settings_before_they_are_chosen():
    assert results(SWEEP, {}).settings == ()
    record = TrialRecord(0, (), 1, "finished", metrics=Metrics(last_val_accuracy=0.5))
    assert results(SWEEP, {0: record}).settings == ()
