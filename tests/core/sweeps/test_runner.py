"""A sweep from its first trial to its verdicts: what is kept, tried again, resumed; and in processes, with Keras."""

import os
import signal
import subprocess
import sys
from collections import deque
from pathlib import Path

import numpy as np
import psutil
import pytest
from msgspec.structs import replace

from core import presets
from core.presets import Preset
from core.runs import checkpoint_file
from core.runs.record import Metrics
from core.runs.store import Store
from core.sweeps import sweep_file
from core.sweeps.json_output import sweep_report
from core.sweeps.messages import Job, Message, TrialBegan, TrialDone, TrialProgress
from core.sweeps.places import Place
from core.sweeps.process_pool import ProcessPool
from core.sweeps.record import SweepError, SweepFolder, TrialRecord, folders
from core.sweeps.results import results, verdict
from core.sweeps.runner import Control, SweepEnded, SweepStarted, TrialEnded, new_id, run_sweep
from core.sweeps.start import folder_for, results_in

TEXT = """
base = "ffnn-10"
repeats = 2
[[vary]]
field = "plan.optimizer.learning_rate"
values = [0.1, 0.01, 0.001]
"""
SWEEP = sweep_file.loads(TEXT, "mine.toml")


class AtOnce:
    """An executor whose trials end as soon as they are asked for, as ``answer`` says: an accuracy, or a message."""

    def __init__(self, answer=lambda *_: 0.9, size: int = 2) -> None:
        self.trained: list[Preset] = []
        self.jobs: list[Job] = []
        self.closed = False
        self._answer = answer
        self._size = size
        self._waiting: deque[Job] = deque()

    @property
    def free(self) -> int:
        return self._size - len(self._waiting)

    def submit(self, job: Job) -> None:
        assert self.free > 0
        self._waiting.append(job)
        self.jobs.append(job)

    def messages(self, timeout: float) -> list[Message]:
        if not self._waiting:
            return []
        job = self._waiting.popleft()
        preset = presets.loads(job.preset, job.name)
        self.trained.append(preset)
        tries = sum(each.number == job.number for each in self.jobs)
        answer = self._answer(preset, tries)
        if isinstance(answer, TrialDone):
            done = replace(answer, number=job.number)
        else:
            done = TrialDone(
                job.number, "finished", run=f"run-{job.number:05}", metrics=Metrics(last_val_accuracy=answer)
            )
        return [TrialBegan(job.number), TrialProgress(job.number, 0.5, None), done]

    def cancel(self, number: int) -> None:
        raise AssertionError("nothing is ended early here")

    def stop(self) -> None:
        self._answer = lambda *_: TrialDone(0, "stopped")

    def close(self) -> None:
        self.closed = True


def by_rate(preset: Preset, _tries: int = 1) -> float:
    return 0.9 + preset.plan.optimizer.learning_rate / 10 + preset.plan.seed / 1000


def run(sweep=SWEEP, executor=None, *, resume=False, control=None, on_event=lambda _: None):
    """The events of a sweep, and its folder."""
    events = []
    folder = folder_for(sweep, resume=resume)
    executor = executor or AtOnce(by_rate)

    def hear(event):
        events.append(event)
        on_event(event)

    run_sweep(sweep, folder, executor, hear, control or Control(), 2)
    assert executor.closed
    return events, folder


def ended(events) -> list[TrialRecord]:
    return [event.record for event in events if isinstance(event, TrialEnded)]


def test_every_trial_is_trained_once_and_kept():
    executor = AtOnce(by_rate)
    events, folder = run(executor=executor)
    assert isinstance(events[0], SweepStarted)
    assert (events[0].trials, events[0].done) == (6, 0)
    assert isinstance(events[-1], SweepEnded)
    assert events[-1].reason == "finished"
    assert executor.trained == [trial.preset for trial in SWEEP.trials()]
    assert folder.records() == {record.number: record for record in ended(events)}
    assert executor.jobs[0].name == "mine: optimizer.learning_rate=0.1, seed 1"
    assert {job.tag for job in executor.jobs} == {f"sweep-{folder.key}"}


def test_results_are_those_of_the_trials():
    _, folder = run()
    found = results_in(SWEEP, folder)
    assert [each.estimate.mean for each in found.settings] == pytest.approx([0.9115, 0.9025, 0.9016])
    assert found.settings[0].by_seed == pytest.approx({1: 0.911, 2: 0.912})
    assert (found.comparisons[0].a, found.comparisons[0].b) == (0, 1), "the best against the second"
    assert found.comparisons[0].difference == pytest.approx(0.009)
    assert not found.failed
    told = verdict(SWEEP, found, found.comparisons[0])
    assert told == (
        "91.15% \N{PLUS-MINUS SIGN} 0.07 pp against 90.25% \N{PLUS-MINUS SIGN} 0.07 pp, 2 shared seeds: too few seeds; "
        "7 are the fewest that can tell at 5%"
    )


def test_with_enough_seeds_the_same_difference_is_one():
    sweep = replace(SWEEP, repeats=7)
    _, folder = run(sweep)
    found = results_in(sweep, folder)
    assert {each.verdict for each in found.comparisons} == {"better"}
    report = sweep_report(SweepEnded("finished", 1.0), sweep, found)
    assert report.best.values == {"plan.optimizer.learning_rate": 0.1}
    assert [(each.a, each.b) for each in report.comparisons] == [(0, 1), (0, 2), (1, 2)]


def test_what_is_lower_is_better_for_a_loss():
    sweep = replace(SWEEP, metric="val_loss")
    records = {
        trial.number: TrialRecord(
            trial.number, trial.values, trial.seed, "finished", metrics=Metrics(last_val_loss=trial.setting / 10)
        )
        for trial in sweep.trials()
    }
    assert results(sweep, records).comparisons[0].a == 0


def test_a_trial_whose_process_dies_is_tried_once_more():
    died = TrialDone(0, "failed", "its process ended (signal 9)", may_differ=True)
    executor = AtOnce(lambda preset, tries: died if tries == 1 and preset.plan.seed == 2 else 0.5)
    events, folder = run(executor=executor)
    assert len(executor.jobs) == 9
    assert {record.state for record in folder.records().values()} == {"finished"}
    executor = AtOnce(lambda *_: died)
    events, folder = run(executor=executor)
    assert len(executor.jobs) == 12
    assert {record.message for record in ended(events)} == {"its process ended (signal 9)"}
    assert len(results_in(SWEEP, folder).failed) == 6


def test_one_that_fails_by_its_numbers_is_not_tried_again_and_the_others_go_on():
    diverged = TrialDone(0, "failed", "the loss became NaN")
    executor = AtOnce(lambda preset, _: diverged if preset.plan.optimizer.learning_rate == 0.1 else 0.5)
    events, folder = run(executor=executor)
    assert len(executor.jobs) == 6
    assert events[-1].reason == "finished"
    found = results_in(SWEEP, folder)
    assert [each.index for each in found.settings] == [1, 2]
    assert [each.message for each in found.failed] == ["the loss became NaN"] * 2


def test_what_cannot_be_trained_fails_with_the_reason_and_is_not_sent():
    sweep = sweep_file.loads(
        'base = "ffnn-10"\nrepeats = 1\n[[vary]]\nfield = "layers[2].units"\nvalues = [10, 3]\n', "units.toml"
    )
    executor = AtOnce()
    events, _ = run(sweep, executor)
    assert len(executor.jobs) == 1
    (failed,) = [record for record in ended(events) if record.state == "failed"]
    assert "10" in failed.message


def test_a_stop_leaves_the_rest_and_resuming_trains_only_that():
    control = Control()

    def stop(event):
        if isinstance(event, TrialEnded) and event.record.number == 2:
            control.stop()

    events, folder = run(control=control, on_event=stop)
    assert events[-1].reason == "stopped"
    done = {number for number, record in folder.records().items() if record.state == "finished"}
    assert {0, 1, 2} <= done < set(range(6))
    executor = AtOnce(by_rate)
    events, again = run(executor=executor, resume=True)
    assert again.path == folder.path
    assert {job.number for job in executor.jobs} == set(range(6)) - done, "nothing is done twice"
    assert events[-1].reason == "finished"


def test_a_pause_begins_nothing_until_it_ends():
    control = Control()
    control.pause()
    executor = AtOnce(by_rate)
    looks = []
    messages = executor.messages

    def look(timeout):
        looks.append(len(executor.jobs))
        if len(looks) == 3:
            control.resume()
        return messages(timeout)

    executor.messages = look
    run(executor=executor, control=control)
    assert looks[:3] == [0, 0, 0]
    assert len(executor.jobs) == 6


def test_more_seeds_are_added_to_what_is_there():
    _, folder = run()
    executor = AtOnce(by_rate)
    _, again = run(replace(SWEEP, repeats=4), executor, resume=True)
    assert again.path == folder.path
    assert [preset.plan.seed for preset in executor.trained] == [3, 3, 3, 4, 4, 4]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (TEXT.replace("0.001", "0.002"), r"what it varies has changed \(vary\)"),
        (TEXT.replace('"ffnn-10"', '"ffnn-500"'), "plan.batch_size was .* and is|layers|plan"),
        (TEXT + "[plan]\nepochs = 3\n", "plan.epochs was 10 and is 3"),
        ('choose = "random"\nlimit = 2\n' + TEXT, "choose was grid and is random"),
    ],
)
def test_another_sweep_of_the_name_is_not_gone_on_with(text, why):
    run()
    with pytest.raises(SweepError, match=f"mine: cannot be resumed: .*({why})"):
        folder_for(sweep_file.loads(text, "mine.toml"), resume=True)


def test_the_same_sweep_is_found_behind_another_of_its_name(home):
    _, first = run()
    second = replace(SWEEP, limit=1)
    _, other = run(second)
    other.path.rename(home / "sweeps" / "99999999-000000-mine-bbbbb")
    assert folder_for(SWEEP, resume=True).path == first.path
    assert folder_for(second, resume=True).key == "bbbbb"


def test_another_name_or_description_of_the_base_is_no_other_sweep():
    _, folder = run()
    folder.check(replace(SWEEP, base=replace(SWEEP.base, name="Another", description="told otherwise")))


def test_what_failed_by_its_numbers_is_settled_what_died_is_not():
    diverged = TrialDone(0, "failed", "the loss became NaN")
    died = TrialDone(0, "failed", "its process ended (signal 9)", may_differ=True)
    run(executor=AtOnce(lambda preset, _: diverged if preset.plan.seed == 1 else died))
    executor = AtOnce(by_rate)
    run(executor=executor, resume=True)
    assert {preset.plan.seed for preset in executor.trained} == {2}


def test_the_better_one_is_that_which_is_better_over_the_shared_seeds():
    sweep = replace(SWEEP, repeats=12)

    def record(trial):
        value = 0.9 + trial.seed / 1000 + (0.01 if trial.setting == 1 else 0.0)
        if trial.setting == 1 and trial.seed > 8:
            value = 0.5  # alone
        failed = trial.setting == 2 or (trial.setting == 0 and trial.seed > 8)
        state = "failed" if failed else "finished"
        metrics = Metrics(last_val_accuracy=value)
        return TrialRecord(trial.number, trial.values, trial.seed, state, metrics=metrics)

    found = results(sweep, {trial.number: record(trial) for trial in sweep.trials()})
    (comparison,) = found.comparisons
    assert (comparison.a, comparison.b, comparison.n, comparison.verdict) == (1, 0, 8, "better")
    assert comparison.difference == pytest.approx(0.01)
    assert comparison.low > 0
    assert verdict(sweep, found, comparison).startswith("91.45% \N{PLUS-MINUS SIGN} 0.24 pp against 90.45%")


def test_a_setting_most_of_whose_seeds_failed_is_not_the_best():
    def answer(preset, _):
        lucky = preset.plan.optimizer.learning_rate == 0.1
        return TrialDone(0, "failed", "NaN") if lucky and preset.plan.seed > 1 else 0.99 if lucky else 0.9

    sweep = replace(SWEEP, repeats=3)
    _, folder = run(sweep, AtOnce(answer))
    report = sweep_report(SweepEnded("finished", 1.0), sweep, results_in(sweep, folder))
    assert report.best.n == 3


def test_without_one_there_is_nothing_to_resume():
    with pytest.raises(SweepError, match="nothing to resume"):
        folder_for(SWEEP, resume=True)


def test_the_newest_of_the_name_is_resumed_and_damaged_ones_are_passed_over(home):
    _, first = run()
    (home / "sweeps" / "99999999-000000-mine-aaaaa").mkdir()
    (home / "sweeps" / "99999999-000000-mine-aaaaa" / "sweep.json").write_text("{")
    assert [folder.path for folder in folders("mine")] == [first.path]
    assert not list(folders("other"))


def test_a_damaged_record_is_trained_again():
    _, folder = run()
    (folder.path / "trials" / "00003.json").write_text('{"number": ')
    executor = AtOnce(by_rate)
    run(executor=executor, resume=True)
    assert [job.number for job in executor.jobs] == [3]


def test_two_processes_do_not_train_the_same():
    _, folder = run()
    lock = folder.lock()
    with pytest.raises(SweepError, match="another process"):
        folder.lock()
    lock.release()


def test_a_full_disk_is_told_and_the_sweep_goes_on(monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SweepFolder, "write", full)
    events, _ = run()
    assert len(ended(events)) == 6
    assert events[-1].message == "what came of some trials is not kept: No space left on device"


def test_where_nothing_can_be_written_it_does_not_begin(home):
    home.write_text("a file")
    with pytest.raises(SweepError, match="cannot be written"):
        SweepFolder.create(SWEEP, new_id(SWEEP))


REAL = sweep_file.loads(
    'base = "ffnn-10"\nrepeats = 2\n[plan]\nepochs = 2\n[[vary]]\nfield = "layers[1].units"\nvalues = [10, 12]\n',
    "real.toml",
)


def pin(children: list[psutil.Process]) -> None:
    """Keep each process to one core, the first ones to different ones, where the system can."""
    if hasattr(os, "sched_getaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        for index, child in enumerate(children):
            child.cpu_affinity([cores[index % len(cores)]])


@pytest.mark.keras
def test_in_pinned_processes_one_of_which_is_killed_it_comes_bit_for_bit_to_what_the_command_line_trains(
    home: Path, tmp_path
):
    events, killed, most = [], [], []
    folder = folder_for(REAL, resume=False)
    pool = ProcessPool([Place(1), Place(1)])

    def hear(event):
        events.append(event)
        if isinstance(event, TrialBegan):
            pin(psutil.Process().children())
            most.append(2 - pool.free)
        if isinstance(event, TrialProgress) and not killed:
            child = psutil.Process().children()[-1]
            killed.append(child.pid)
            os.kill(child.pid, signal.SIGKILL)

    run_sweep(REAL, folder, pool, hear, Control(), 2)
    assert killed
    assert max(most) == 2, "there is one trial for each place, no more"
    assert not psutil.Process().children() or all(each.pid not in killed for each in psutil.Process().children())
    records = folder.records()
    assert [record.state for record in records.values()] == ["finished"] * 4
    store = Store(home)
    last = records[3]
    run = store.details(last.run).run
    assert run.metrics.last_val_accuracy == last.metrics.last_val_accuracy
    assert (run.name, run.label.tags) == ("real: units=12, seed 2", (f"sweep-{folder.key}",))
    trial = list(REAL.trials())[3]
    presets.save(trial.preset, tmp_path / "trial.toml")
    subprocess.run(
        [sys.executable, "-m", "tui", "train", str(tmp_path / "trial.toml"), "--name", "alone"],
        check=True,
        capture_output=True,
        env={**os.environ, "TF_NUM_INTRAOP_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    alone = store.find("alone")
    both = [checkpoint_file.read(store.path(each), with_best_weights=False) for each in (alone.id, last.run)]
    assert all(np.array_equal(one, other) for one, other in zip(both[0].variables, both[1].variables, strict=True))
    assert alone.metrics.test_accuracy == last.metrics.test_accuracy
