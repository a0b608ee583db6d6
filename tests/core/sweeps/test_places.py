"""Where the processes of a sweep train: made-up machines, and processes that take their places."""

import os
import signal
from multiprocessing import get_context

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sweeps import sweep_file, worker
from core.sweeps.messages import Job, TrialDone
from core.sweeps.places import Place, places, usual_jobs
from core.sweeps.process_pool import ProcessPool
from core.sweeps.start import devices_of

ids = st.lists(st.text("0123456789abcdef", min_size=1, max_size=4), max_size=9, unique=True)
counts = st.integers(1, 64)
plans = st.sets(st.sampled_from(["auto", "cpu", "gpu", "gpu:0", "gpu:1", "CPU:0", " Auto "]), min_size=1)


@given(plans, ids, counts, counts)
def test_everyone_has_a_place_with_threads(devices, gpus, cores, jobs):
    found = places(devices, gpus, cores, jobs)
    assert len(found) == jobs
    assert all(place.threads >= 1 for place in found)
    assert sum(place.threads for place in found) <= max(cores, jobs)
    assert 1 <= usual_jobs(devices, gpus, cores) <= max(cores, len(gpus))


@given(ids.filter(len), counts, counts)
def test_no_gpu_is_shared_while_there_are_enough_and_none_is_idle_then(gpus, cores, jobs):
    seen = [place.gpus for place in places({"auto"}, gpus, cores, jobs)]
    assert len(set(seen)) == min(jobs, len(gpus))
    assert max(map(seen.count, seen)) - min(map(seen.count, gpus)) <= 1 or jobs < len(gpus)


@pytest.mark.parametrize(
    ("devices", "gpus", "jobs", "seen"),
    [
        ({"auto"}, "", 4, [None] * 4),
        ({"auto"}, "012", 3, ["0", "1", "2"]),
        ({"auto", "cpu"}, "01", 2, ["0", "1"]),
        ({"cpu"}, "01", 4, [""] * 4),
        ({"gpu:1"}, "01", 1, [None]),
        ({"gpu:0", "gpu:1"}, "0123", 2, [None, None]),
        ({"gpu:7"}, "", 4, [None] * 4),
    ],
)
def test_as_many_as_there_are_gpus_where_they_are_used(devices, gpus, jobs, seen):
    assert usual_jobs(devices, list(gpus), 4) == jobs
    assert [place.gpus for place in places(devices, list(gpus), 4, jobs)] == seen


def test_the_devices_of_a_sweep_are_those_of_its_trials():
    text = 'base = "ffnn-10"\n[[vary]]\nfield = "plan.device"\nvalues = ["cpu", "gpu:0"]\n'
    assert devices_of(sweep_file.loads(text, "mine.toml")) == {"cpu", "gpu:0"}
    assert devices_of(sweep_file.loads('base = "ffnn-10"\n', "mine.toml")) == {"auto"}


def _tell(connection, place):
    worker.settle(place)
    connection.send({name: os.environ.get(name) for name in ("CUDA_VISIBLE_DEVICES", "TF_NUM_INTRAOP_THREADS")})


@pytest.mark.parametrize(
    ("place", "seen"),
    [(Place(3, "GPU-5"), "GPU-5"), (Place(3, ""), ""), (Place(3), "2,3")],
)
def test_a_process_settles_at_its_place(monkeypatch, place, seen):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,3")
    spawn = get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_tell, args=(there, place))
    process.start()
    told = here.recv()
    process.join()
    assert told == {"CUDA_VISIBLE_DEVICES": seen, "TF_NUM_INTRAOP_THREADS": "3"}


class _Watched(ProcessPool):
    """A pool that tells where its processes train."""

    @property
    def taken(self):
        return {each.process.pid: each.place.gpus for each in self._processes}


def test_a_process_that_is_replaced_leaves_its_place_to_the_next():
    pool = _Watched([Place(1, "-1"), Place(1, "")])
    try:
        for number in range(2):
            pool.submit(Job(number, "no preset", "a", "sweep-a"))  # it fails before anything is loaded
        first = pool.taken
        assert sorted(first.values()) == ["", "-1"]
        heard = []
        while sum(isinstance(each, TrialDone) for each in heard) < 2:
            heard += pool.messages(0.2)
        assert {each.state for each in heard if isinstance(each, TrialDone)} == {"failed"}
        killed = max(first)
        os.kill(killed, signal.SIGKILL)
        while killed in pool.taken:
            pool.messages(0.2)
        pool.submit(Job(2, "no preset", "a", "sweep-a"))
        pool.submit(Job(3, "no preset", "a", "sweep-a"))
        assert sorted(pool.taken.values()) == ["", "-1"]
        assert killed not in pool.taken
        assert set(first) - {killed} <= set(pool.taken)
    finally:
        pool.close()
