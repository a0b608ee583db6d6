"""Trials that are ended early: hopeless ones only, with their other seeds, and the same after a break."""

import json
import sys

import pytest
from msgspec.structs import replace

from core import presets
from core.presets import PresetError
from core.runs.record import Metrics
from core.runs.store import Store
from core.sweeps import sweep_file
from core.sweeps.json_output import sweep_report
from core.sweeps.messages import TrialBegan, TrialDone, TrialEpoch
from core.sweeps.places import Place
from core.sweeps.process_pool import ProcessPool
from core.sweeps.progress import SweepProgress
from core.sweeps.record import SweepError
from core.sweeps.runner import Control, SweepEnded, TrialEnded, run_sweep
from core.sweeps.start import folder_for, results_in

TEXT = """
base = "ffnn-10"
pruner = "median"
repeats = 2
[plan]
epochs = 10
[[vary]]
field = "layers[1].units"
values = [60, 50, 40, 30, 20, 10, 9, 8, 7]
"""
SWEEP = sweep_file.loads(TEXT, "mine.toml")


class ByEpoch:
    """An executor that trains an epoch of the first trial whenever it is asked; more units are better."""

    def __init__(self, *, deaf: bool = False, dies: frozenset[int] = frozenset()) -> None:
        self.jobs = []
        self._under_way = None
        self._epoch = 0
        self._deaf = deaf
        self._dies = set(dies)
        self._cancelled = False

    @property
    def free(self) -> int:
        return self._under_way is None

    def submit(self, job) -> None:
        self.jobs.append(job)
        self._under_way, self._epoch, self._cancelled = job, 0, False

    def messages(self, timeout):
        job = self._under_way
        if job is None:
            return []
        preset = presets.loads(job.preset, job.name)
        value = 0.5 + preset.architecture.layers[1].units / 200 + self._epoch / 1000 + preset.plan.seed / 1e5
        metrics = Metrics(epochs=self._epoch, last_val_accuracy=value, last_val_loss=1 - value)
        if self._cancelled and not self._deaf:
            self._under_way = None
            return [TrialDone(job.number, "stopped", metrics=metrics)]
        if self._epoch == 5 and job.number in self._dies:
            self._dies.discard(job.number)
            self._under_way = None
            return [TrialDone(job.number, "failed", "its process ended", may_differ=True)]
        if self._epoch == preset.plan.epochs:
            self._under_way = None
            return [TrialDone(job.number, "finished", metrics=metrics)]
        self._epoch += 1
        began = [TrialBegan(job.number)] if self._epoch == 1 else []
        return [*began, TrialEpoch(job.number, self._epoch, value, 1 - value)]

    def cancel(self, number: int) -> None:
        assert self._under_way.number == number
        self._cancelled = True

    def stop(self) -> None:
        self._cancelled = True

    def close(self) -> None:
        pass


def run(sweep=SWEEP, executor=None, *, resume=False, control=None, on_event=lambda _: None):
    folder = folder_for(sweep, resume=resume)
    executor = executor or ByEpoch()
    events = []

    def hear(event):
        events.append(event)
        on_event(event)

    run_sweep(sweep, folder, executor, hear, control or Control(), 1)
    return events, folder, executor


def states(folder) -> dict[int, str]:
    return {number: record.state for number, record in folder.records().items()}


def test_trials_below_the_median_are_ended_and_their_other_seeds_not_begun():
    events, folder, executor = run()
    # The first five tell what the others are compared with; settings with fewer units are worse than their median.
    assert states(folder) == {number: "finished" if number % 9 < 5 else "pruned" for number in range(18)}
    ended = [event.record for event in events if isinstance(event, TrialEnded)]
    pruned = [record for record in ended if record.state == "pruned"]
    assert {record.message for record in pruned if record.seed == 1} == {"ended early after epoch 2"}
    assert {record.message for record in pruned if record.seed == 2} == {
        "not trained: its setting did worse than others"
    }
    assert len(executor.jobs) == 18 - 4
    assert events[-1].reason == "finished"
    assert len(ended[0].by_epoch) == 10
    assert len(ended[5].by_epoch) == 2


def test_what_is_left_of_them_is_not_compared():
    _, folder, _ = run(replace(SWEEP, repeats=3), ByEpoch(dies=frozenset({14})))
    found = results_in(replace(SWEEP, repeats=3), folder)
    assert [each.index for each in found.settings] == [0, 1, 2, 3, 4]
    assert len(found.pruned) == 12
    assert not found.failed


def test_a_setting_that_was_pruned_with_another_seed_is_not_compared():
    _, folder, _ = run()
    record = folder.records()[10]
    folder.write(replace(record, state="pruned"))
    found = results_in(SWEEP, folder)
    assert found.setting(1).pruned == 1
    assert all(1 not in (each.a, each.b) for each in found.comparisons)


def test_one_that_ends_before_it_hears_of_it_has_finished():
    _, folder, _ = run(executor=ByEpoch(deaf=True))
    found = states(folder)
    assert [found[number] for number in range(9)] == ["finished"] * 9


def test_hyperband_leaves_the_best_to_the_end():
    sweep = replace(sweep_file.loads(TEXT.replace("median", "hyperband"), "mine.toml"), repeats=1)
    _, folder, _ = run(sweep)
    found = states(folder)
    assert found[0] == "finished"
    assert "pruned" in found.values()


def test_a_loss_is_better_when_it_is_low():
    _, folder, _ = run(sweep_file.loads(f'metric = "val_loss"\n{TEXT}', "mine.toml"))
    assert states(folder)[0] == "finished"
    assert states(folder)[8] == "pruned"


def test_after_a_break_it_goes_on_as_if_there_had_been_none():
    _, whole, _ = run(replace(SWEEP, name="whole"))
    control = Control()

    def stop(event):
        if isinstance(event, TrialEnded) and event.record.number == 5:
            control.stop()

    _, folder, first = run(control=control, on_event=stop)
    _, again, second = run(resume=True)
    assert again.path == folder.path
    assert states(folder) == states(whole)
    assert len(second.jobs) + len(first.jobs) == 14


def test_one_whose_process_dies_begins_with_nothing_known():
    _, folder, executor = run(executor=ByEpoch(dies=frozenset({0})))
    assert states(folder)[0] == "finished"
    assert len(folder.records()[0].by_epoch) == 10
    assert len(executor.jobs) == 15


def test_all_is_told():
    events, folder, _ = run()
    progress = SweepProgress()
    for event in events:
        progress = progress.after(event)
    assert (progress.done, progress.pruned, progress.failed) == (18, 8, 0)
    assert progress.settings == progress.shares == {}
    trial = next(e for e in events if isinstance(e, TrialEnded) and e.record.state == "pruned")
    assert sweep_report(trial, SWEEP, None).state == "pruned"
    end = sweep_report(SweepEnded("finished", 1.0), SWEEP, results_in(SWEEP, folder))
    assert len(end.settings) == 5


def test_it_is_kept_with_the_sweep_and_none_is_as_before():
    _, folder, _ = run()
    assert folder.sweep().pruner == "median"
    with pytest.raises(SweepError, match="pruner was median and is None"):
        folder_for(replace(SWEEP, pruner="none"), resume=True)
    _, plain, _ = run(replace(SWEEP, name="plain", pruner="none", repeats=1))
    raw = json.loads((plain.path / "sweep.json").read_text())
    del raw["pruner"]  # as it was written before there were any
    (plain.path / "sweep.json").write_text(json.dumps(raw))
    assert folder_for(replace(SWEEP, name="plain", pruner="none"), resume=True).path == plain.path
    assert plain.sweep().pruner == "none"


def test_it_needs_validation():
    with pytest.raises(PresetError, match=r"pruner: median compares by val_accuracy, which needs validation"):
        sweep_file.loads(TEXT.replace("epochs = 10", 'epochs = 10\nvalidation = "none"'), "mine.toml")
    with pytest.raises(PresetError, match="not one of them; did you mean median"):
        sweep_file.loads(TEXT.replace('"median"', '"medain"'), "mine.toml")


def test_without_optuna_it_is_refused_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(SweepError, match=r'pruner = "median": needs Optuna'):
        folder_for(SWEEP, resume=False)


@pytest.mark.keras
def test_a_training_is_ended_in_its_process(home):
    """With a rate as low as the last, nothing is learned."""
    sweep = sweep_file.loads(
        'base = "ffnn-10"\npruner = "median"\nrepeats = 1\n[plan]\nepochs = 6\nbatch_size = 6000\n'
        '[[vary]]\nfield = "plan.optimizer.learning_rate"\nvalues = [0.01, 0.02, 0.03, 0.04, 0.05, 1e-30]\n',
        "mine.toml",
    )
    folder = folder_for(sweep, resume=False)
    run_sweep(sweep, folder, ProcessPool([Place(1)]), lambda _: None, Control(), 1)
    records = folder.records()
    assert [records[number].state for number in range(6)] == ["finished"] * 5 + ["pruned"]
    run = next(run for run in Store(home).refresh() if run.id == records[5].run)
    assert run.state == "stopped"
    assert run.metrics.epochs < 6
