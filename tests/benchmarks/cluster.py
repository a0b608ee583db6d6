"""A sweep on a simulated cluster: two hundred workers in this process, whose trials only sleep; then ten that also give
back a real run.

Scheduler, workers and the sweep share one process here, so the cost of a trial is more than that of any of them.
"""

import logging
import pickle
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import msgspec
import psutil
from dask import config
from distributed import LocalCluster, get_worker
from msgspec.structs import replace

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

WORKERS, TRIALS, SLEEP = 200, 2_000, 8.0
"""How many, and the seconds that a trial takes, between half and one and a half times as many."""
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
ALONE = {
    "distributed.worker.daemon": False,
    "distributed.scheduler.worker-ttl": None,
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "60s",
}
"""Spares this process what each worker does a hundred times a second to watch itself, in a process of its own."""
FEW, FEW_TRIALS = 10, 100
"""Workers that give back runs, and their trials, which do not sleep: how much passes through."""
GOLDEN = 0.6180339887
"""Its multiples are spread evenly over what lies between whole numbers."""
_sent_back: dict[str, bytes] = {}
"""The files of the run that each trial gives back."""


def measure(scope: Scope) -> Iterator[Measured]:
    """What a trial costs beyond its training, and how many trials a second that allows."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)  # for connections
    workers, trials, seconds = (4, 8, 0.2) if scope.tiny else (WORKERS, TRIALS, SLEEP)
    with tempfile.TemporaryDirectory() as home, patch.object(cluster_worker, "train", _sleep):
        yield Measured("a trial is sent out with", len(pickle.dumps(_job(_sweep(1)))) / 1e3, "kB")
        yield from _sweeping(Path(home), workers, trials, seconds)
        if scope.tiny:
            return  # the training of the run that comes back would take longest
        _sent_back.update(_trained(Path(home)))
        size = sum(map(len, _sent_back.values())) / 1e6
        *_, rate, cpu, _memory = _sweeping(Path(home), FEW, FEW_TRIALS, 0.0)
        yield Measured(f"runs of ffnn-500 that come back, {size:.1f} MB each", rate.value, "a second")
        yield Measured("bytes that come back", rate.value * size, "MB a second")
        yield replace(cpu, what=f"{cpu.what}, with a run")


def _sweep(trials: int) -> Sweep:
    return sweep_file.loads(SWEEP.format(epochs=EPOCHS, trials=max(2, trials)), "many.toml")


def _sweeping(home: Path, workers: int, trials: int, seconds: float) -> Iterator[Measured]:
    """What a sweep of ``trials`` costs whose trials sleep about ``seconds``."""
    process, moments, sweep = psutil.Process(), [], _sweep(trials)

    def hear(event: object) -> None:
        if isinstance(event, SweepStarted | TrialEnded):
            moments.append(time.perf_counter())

    with (
        patch.dict("os.environ", LAYERLAB_HOME=str(home / f"kept-{workers}")),
        config.set(ALONE),
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
    took = moments[-1] - moments[0]
    note = f"{seconds * trials / workers:g} s of sleep on each worker"
    yield Measured(f"{trials:,} trials of {seconds:g} s", took, "s", note=note)
    yield Measured("trials a second", trials / took, "")
    yield Measured("processor time a trial, of all together", cpu / trials * 1e3, "ms")
    yield Measured("memory a trial, of all together", grown / trials / 1e3, "kB")


def _sleep(job: Job, task: str, topic: str, _threads: int) -> bytes:
    """A trial that trains nothing; all that it tells and gives back is as of one that does."""
    worker, seconds = get_worker(), float(config.get("layerlab.sleep"))

    def tell(message: TrialBegan | TrialProgress | TrialEpoch) -> None:
        worker.log_event(topic, msgspec.to_builtins(Told(task, message)))

    tell(TrialBegan(job.number))
    seconds *= 0.5 + job.number * GOLDEN % 1
    for epoch in range(1, EPOCHS + 1):
        time.sleep(seconds / EPOCHS)
        tell(TrialProgress(job.number, epoch / EPOCHS, None))
        tell(TrialEpoch(job.number, epoch, 0.9, 0.3))
    name = "20260101-120000-ffnn-500-abcde" if _sent_back else None  # kept with another key if that is taken
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
