"""A sweep on a simulated cluster: two hundred workers in this process, whose trials sleep and give back a real run.

Scheduler, workers and the sweep share one process here, so the cost of a trial is more than that of any of them.
"""

import logging
import pickle
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import msgspec
import psutil
from dask import config
from distributed import LocalCluster, get_worker

from core import presets
from core.runs import transfer
from core.runs.record import Metrics
from core.runs.store import Store
from core.sweeps import cluster_worker, sweep_file
from core.sweeps.cluster_address import parse_address
from core.sweeps.cluster_worker import Returned, Told
from core.sweeps.messages import Job, TrialBegan, TrialDone, TrialEpoch, TrialProgress
from core.sweeps.runner import Control, SweepStarted, TrialEnded
from core.sweeps.start import folder_for, join_cluster, run_on_cluster
from core.sweeps.sweep import Sweep
from tests.benchmarks.measured import Measured, Scope
from tests.benchmarks.processes import run
from tests.benchmarks.startup import PYTHON

WORKERS, TRIALS, SLEEP = 200, 2_000, 6.0
"""How many, and the seconds that a trial takes."""
EPOCHS = 10
"""Of a trial: it tells of each, and twice a second how far it is."""
SWEEP = """
base = "ffnn-500"
repeats = 1
[plan]
epochs = {epochs}
[[vary]]
field = "plan.optimizer.learning_rate"
values = {{ from = 1e-5, to = 0.1, count = {trials}, scale = "log" }}
"""
_sent_back: dict[str, bytes] = {}
"""The files of the run that each trial gives back."""


def measure(scope: Scope) -> Iterator[Measured]:
    """What a trial costs beyond its training, and how many trials a second that allows."""
    workers, trials = (4, 8) if scope.tiny else (WORKERS, TRIALS)
    seconds = 0.2 if scope.tiny else SLEEP
    sweep = sweep_file.loads(SWEEP.format(epochs=EPOCHS, trials=trials), "many.toml")
    with tempfile.TemporaryDirectory() as home:
        if not scope.tiny:
            _sent_back.update(_trained(Path(home)))
        yield Measured("a trial is sent out with", len(pickle.dumps(_job(sweep))) / 1e3, "kB")
        yield Measured("and its run, of ffnn-500, comes back with", sum(map(len, _sent_back.values())) / 1e6, "MB")
        with (
            patch.dict("os.environ", LAYERLAB_HOME=str(Path(home) / "kept")),
            patch.object(cluster_worker, "train", _sleep),
        ):
            yield from _sweeping(sweep, workers, trials, seconds)


def _sweeping(sweep: Sweep, workers: int, trials: int, seconds: float) -> Iterator[Measured]:
    quiet = {"distributed.worker.daemon": False, "distributed.scheduler.worker-ttl": None}
    process, moments = psutil.Process(), []

    def hear(event: object) -> None:
        if isinstance(event, SweepStarted | TrialEnded):
            moments.append(time.perf_counter())

    with (
        config.set(quiet),
        config.set({"layerlab.sleep": seconds}),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=False,
            protocol="tcp",
            dashboard_address=None,
            memory_limit=0,
            silence_logs=logging.CRITICAL,
        ) as cluster,
    ):
        joining = time.perf_counter()
        joined = join_cluster(parse_address(cluster.scheduler_address))
        yield Measured(f"{workers} workers: joined after", time.perf_counter() - joining, "s")
        memory, cpu = process.memory_info().rss, time.process_time()
        folder = folder_for(sweep, resume=False)
        ended = run_on_cluster(sweep, folder, hear, Control(), joined)
        cpu = time.process_time() - cpu
        grown = process.memory_info().rss - memory
    assert ended.reason == "finished", ended
    assert len(folder.records()) == trials
    ideal = seconds * -(-trials // workers)
    note = f"{ideal:g} s of sleep at least" + (f", {len(Store().refresh()):,} runs kept" if _sent_back else "")
    yield Measured(f"{trials:,} trials of {seconds:g} s", moments[-1] - moments[0], "s", note=note)
    yield Measured("processor time a trial, of all together", cpu / trials * 1e3, "ms")
    yield Measured("memory a trial, of all together", grown / trials / 1e3, "kB")


def _sleep(job: Job, task: str, topic: str, _threads: int) -> bytes:
    """A trial that trains nothing; all that it tells and gives back is as of one that does."""
    worker, seconds = get_worker(), float(config.get("layerlab.sleep"))

    def tell(message: TrialBegan | TrialProgress | TrialEpoch) -> None:
        worker.log_event(topic, msgspec.to_builtins(Told(task, message)))

    tell(TrialBegan(job.number))
    for epoch in range(1, EPOCHS + 1):
        time.sleep(seconds / EPOCHS)
        tell(TrialProgress(job.number, epoch / EPOCHS, None))
        tell(TrialEpoch(job.number, epoch, 0.9, 0.3))
    name = f"20260101-120000-ffnn-500-{job.number:05}" if _sent_back else None
    done = TrialDone(job.number, "finished", "", name, Metrics(last_val_accuracy=0.9, test_accuracy=0.9), seconds)
    return msgspec.msgpack.encode(Returned(done, _sent_back))


def _trained(home: Path) -> dict[str, bytes]:
    """The files of a run of ffnn-500."""
    with patch.dict("os.environ", LAYERLAB_HOME=str(home / "trained")):
        run([PYTHON, "-m", "tui", "train", "ffnn-500", "--epochs", "1", "--json"])
        store = Store()
        (trained,) = store.refresh()
        return transfer.read_files(store.path(trained.id))


def _job(sweep: Sweep) -> Job:
    trial = next(sweep.trials())
    return Job(trial.number, presets.dumps(trial.preset), f"{sweep.name}: {trial.label}", "sweep-abcde")
