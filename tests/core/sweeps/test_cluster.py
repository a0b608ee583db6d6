"""Sweeps on a cluster: a real scheduler and real workers on loopback, which share nothing with this process."""

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import msgspec
import numpy as np
import psutil
import pytest
from distributed import Client, LocalCluster
from distributed.security import Security
from msgspec.structs import replace

from core import presets
from core.machine import cores
from core.runs import checkpoint_file, transfer
from core.runs.record import Metrics
from core.runs.store import Store
from core.sweeps import cluster_versions, cluster_worker, sweep_file
from core.sweeps.cluster import Cluster, taken_in
from core.sweeps.cluster_address import parse_address
from core.sweeps.cluster_worker import Returned
from core.sweeps.messages import Job, Message, TrialBegan, TrialDone, TrialEpoch, TrialProgress
from core.sweeps.places import Place
from core.sweeps.process_pool import ProcessPool
from core.sweeps.record import SweepError
from core.sweeps.runner import Control, SweepStarted, run_sweep
from core.sweeps.start import folder_for, join_cluster, run_on_cluster
from tests.benchmarks.many_runs import fill

PATIENCE = 120.0
"""Seconds until a condition is taken never to hold."""
ID = "20260101-120000-lenet-5-abcde"


def sweep_of(epochs: int, units: str = "[10, 12]"):
    plan = f"[plan]\nepochs = {epochs}\n"
    text = f'base = "ffnn-10"\nrepeats = 2\n{plan}[[vary]]\nfield = "layers[1].units"\nvalues = {units}\n'
    return sweep_file.loads(text, "mine.toml")


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """A scheduler, as anybody starts one, and two workers with a home and a folder of their own."""
    folder = tmp_path_factory.mktemp("workers")
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=":0",
        memory_limit=0,
        local_directory=str(folder),
        env={"LAYERLAB_HOME": str(folder / "home"), "TF_CPP_MIN_LOG_LEVEL": "3"},
        silence_logs=logging.CRITICAL,
    ) as started:
        yield started


@pytest.fixture
def client(workers: LocalCluster) -> Iterator[Client]:
    workers.wait_for_workers(2)
    with Client(workers.scheduler_address, set_as_default=False) as client:
        yield client


def joined(workers: LocalCluster) -> Cluster:
    return join_cluster(parse_address(workers.scheduler_address))


def until(condition: Callable[[], object]) -> None:
    """Wait until ``condition`` holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never held"
        time.sleep(0.05)


def is_idle(client: Client) -> bool:
    return not any(client.processing().values())


@pytest.mark.keras
def test_though_a_worker_is_killed_every_trial_ends_and_its_run_comes_back_bit_for_bit(
    workers: LocalCluster, client: Client, home: Path
) -> None:
    sweep, events, pids = sweep_of(1), [], client.run(os.getpid)
    folder = folder_for(sweep, resume=False)
    killed = []

    def hear(event) -> None:
        events.append(event)
        if isinstance(event, TrialProgress) and not killed:
            killed.append(next(iter(pids.values())))
            os.kill(killed[0], signal.SIGKILL)

    ended = run_on_cluster(sweep, folder, hear, Control(), joined(workers))
    assert killed
    assert isinstance(events[0], SweepStarted)
    assert (events[0].jobs, ended.reason) == (2, "finished")
    began = [event.number for event in events if isinstance(event, TrialBegan)]
    assert set(began) == set(range(4))
    records = folder.records()
    assert {record.state for record in records.values()} == {"finished"}, records
    store = Store(home)
    assert {run.id for run in store.refresh()} == {record.run for record in records.values()}
    run = store.details(records[3].run).run
    assert (run.name, run.label.tags, run.state) == ("mine: units=12, seed 2", (f"sweep-{folder.key}",), "finished")
    assert run.metrics.test_accuracy == records[3].metrics.test_accuracy
    assert store.rebuild() == 4, "all files are whole"
    where = Path(workers.workers[0].local_directory).parent
    assert not [path for path in where.rglob("run.json") if home not in path.parents], "nothing is left there"

    only = replace(sweep_of(1, "[12]"), repeats=1)
    alone = folder_for(only, resume=False)
    run_sweep(only, alone, ProcessPool([Place(max(1, cores() // 2))]), lambda _: None, Control(), 1)
    (there,) = (
        record.run for record in records.values() if record.values == (("layers[1].units", 12),) and record.seed == 1
    )
    both = [checkpoint_file.read(store.path(each)) for each in (alone.records()[0].run, there)]
    assert all(np.array_equal(one, other) for one, other in zip(both[0].variables, both[1].variables, strict=True))


@pytest.mark.keras
def test_a_stop_ends_what_is_under_way_on_the_workers(workers: LocalCluster, client: Client) -> None:
    sweep, control = sweep_of(500), Control()
    folder = folder_for(sweep, resume=False)
    hear = lambda event: control.stop() if isinstance(event, TrialProgress) else None  # noqa: E731
    ended = run_on_cluster(sweep, folder, hear, control, joined(workers))
    assert ended.reason == "stopped"
    assert {record.state for record in folder.records().values()} == {"stopped"}
    assert is_idle(client)


@pytest.mark.keras
def test_one_trial_is_ended_and_another_goes_on(workers: LocalCluster, client: Client) -> None:
    """As a pruner does."""
    short, long = (next(sweep_of(epochs).trials()) for epochs in (3, 100_000))
    cluster = joined(workers)
    heard: list[Message] = []
    try:
        for number, trial in enumerate((short, long)):
            cluster.submit(Job(number, presets.dumps(trial.preset), "mine", "sweep-abcde"))
        while not any(isinstance(each, TrialEpoch) and each.number == 1 for each in heard):
            heard += cluster.messages(1.0)
        cluster.cancel(1)
        while sum(isinstance(each, TrialDone) for each in heard) < 2:
            heard += cluster.messages(1.0)
    finally:
        cluster.close()
    assert {each.number: each.state for each in heard if isinstance(each, TrialDone)} == {0: "finished", 1: "stopped"}


@pytest.mark.keras
def test_after_a_kill_nothing_is_done_twice_and_what_was_under_way_does_not_go_on(
    workers: LocalCluster, client: Client, home: Path, tmp_path: Path
) -> None:
    """The trials of a rate of 0.1 end soon, those of the others would take minutes."""
    file = tmp_path / "mine.toml"
    file.write_text(
        'base = "ffnn-10"\nrepeats = 1\n[plan]\nepochs = 2000\nearly_stopping = { patience = 1 }\n'
        '[[vary]]\nfield = "plan.optimizer.learning_rate"\nvalues = [1e-30, 1e-5, 1e-6]\n'
    )
    command = [sys.executable, "-P", "-m", "tui", "sweep", str(file), "--json", "--cluster", workers.scheduler_address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.kill()
    assert [(each["event"], each.get("trial")) for each in told] == [("start", None), ("trial", 0)]
    sweep, control = sweep_file.load(file), Control()
    events = []

    def hear(event) -> None:
        events.append(event)
        if sum(isinstance(each, TrialBegan) for each in events) == 2:
            control.stop()

    run_on_cluster(sweep, folder_for(sweep, resume=True), hear, control, joined(workers))
    assert events[0].done == 1
    assert {event.number for event in events if isinstance(event, TrialBegan)} == {1, 2}
    assert is_idle(client)


@pytest.mark.keras
def test_what_a_worker_finished_for_one_that_was_killed_is_found(
    workers: LocalCluster, client: Client, home: Path, tmp_path: Path
) -> None:
    """The command is killed as soon as it has heard of the first epoch; its trial ends all the same."""
    file = tmp_path / "mine.toml"
    file.write_text('base = "ffnn-10"\nrepeats = 1\n[plan]\nepochs = 8\n')
    killed = [sys.executable, "-c", KILLED_AT_THE_FIRST_EPOCH, str(file), workers.scheduler_address]
    assert subprocess.run(killed, check=False).returncode == -signal.SIGKILL
    until(lambda: is_idle(client) and any(json.loads(each) for each in client.run(cluster_worker.last).values()))
    sweep, events = sweep_file.load(file), []
    folder = folder_for(sweep, resume=True)
    run_on_cluster(sweep, folder, events.append, Control(), joined(workers))
    assert not [event for event in events if isinstance(event, TrialBegan | TrialEpoch)], "nothing is trained again"
    (record,) = folder.records().values()
    assert (record.state, record.metrics.epochs) == ("finished", 8)
    assert Store(home).details(record.run).run.state == "finished"


KILLED_AT_THE_FIRST_EPOCH = """
import os, signal, sys
from core.sweeps import sweep_file
from core.sweeps.cluster_address import parse_address
from core.sweeps.messages import TrialEpoch
from core.sweeps.runner import Control
from core.sweeps.start import folder_for, join_cluster, run_on_cluster

def hear(event):
    if isinstance(event, TrialEpoch):
        os.kill(os.getpid(), signal.SIGKILL)

sweep = sweep_file.load(sweep_file.find(sys.argv[1]))
run_on_cluster(sweep, folder_for(sweep, resume=False), hear, Control(), join_cluster(parse_address(sys.argv[2])))
"""


def test_workers_are_asked_for_their_versions_and_others_refused(
    workers: LocalCluster, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = cluster_versions.ours()
    assert list(cluster_versions.theirs(client, list(client.nthreads())).values()) == [here, here]
    monkeypatch.setattr(cluster_versions, "ours", lambda: {**here, "tensorflow": "1.0.0"})
    with pytest.raises(SweepError, match=rf"has TensorFlow {here['tensorflow']}, here it is 1\.0\.0; install the same"):
        joined(workers)


def test_a_scheduler_without_workers_is_refused() -> None:
    with (
        LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=logging.CRITICAL) as empty,
        pytest.raises(SweepError, match=r"has no workers; start one with `dask worker tcp://\S+ --nthreads 1`"),
    ):
        joined(empty)


@pytest.mark.parametrize("says", [None, b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_what_does_not_answer_as_a_scheduler_is_told_in_a_line(says: bytes | None) -> None:
    """Nothing listens there; or something that says nothing; or a server of another kind."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        if says is not None:
            listening.listen()
            Thread(target=say, args=(listening, says), daemon=True).start()
        address = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(
            SweepError, match=f"--cluster {address}: no Dask scheduler answers there; start one with `dask scheduler`"
        ):
            join_cluster(parse_address(address))


def say(listening: socket.socket, what: bytes) -> None:
    """Say it to everybody who connects."""
    connections = []
    with suppress(OSError):  # it is closed at the end
        while True:
            connections.append(listening.accept()[0])
            connections[-1].sendall(what)


@pytest.mark.skipif(not shutil.which("openssl"), reason="certificates are made with openssl")
def test_with_certificates_it_is_reached_and_without_the_right_ones_not(tmp_path: Path) -> None:
    certificates = {who: certificate(tmp_path, who) for who in ("ours", "strangers")}
    ours, strangers = ({"ca": cert, "cert": cert, "key": key} for cert, key in certificates.values())
    names = ("client", "scheduler", "worker")
    security = Security(
        require_encryption=True,
        tls_ca_file=ours["ca"],
        **{f"tls_{name}_{part}": ours[part] for name in names for part in ("cert", "key")},
    )
    with LocalCluster(
        n_workers=1, processes=False, protocol="tls://", host="127.0.0.1", security=security, dashboard_address=":0"
    ) as encrypted:
        cluster = join_cluster(parse_address(encrypted.scheduler_address, **ours))
        assert cluster.size == 1
        cluster.close()
        with pytest.raises(SweepError, match="no Dask scheduler answers there"):
            join_cluster(parse_address(encrypted.scheduler_address, **strangers))


def certificate(folder: Path, name: str) -> tuple[str, str]:
    """The paths of a certificate that signs itself, and of its key."""
    cert, key = folder / f"{name}.pem", folder / f"{name}-key.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 -keyout {key} -out {cert}"
    subprocess.run(command.split(), check=True, capture_output=True)
    return str(cert), str(key)


RELEASED = Event()
JOB = Job(7, "", "never trained", "sweep-abcde")


def be_busy() -> None:
    RELEASED.wait()


@pytest.fixture
def waiting() -> Iterator[tuple[LocalCluster, Cluster]]:
    """A cluster whose worker, a thread of this process, is busy for somebody else, so that `JOB` waits behind that."""
    RELEASED.clear()
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address=":0"
        ) as busy,
        Client(busy.scheduler_address, set_as_default=False) as other,
    ):
        _keep = other.submit(be_busy)
        cluster = joined(busy)
        cluster.submit(JOB)
        assert cluster.free == 0
        yield busy, cluster
        RELEASED.set()
        cluster.close()


def first_message(cluster: Cluster) -> Message:
    while not (messages := cluster.messages(0.1)):
        pass
    return messages[0]


def listen_on(cluster: Cluster) -> None:
    while True:
        cluster.messages(0.1)


def test_a_stop_does_not_wait_for_what_others_train(waiting: tuple[LocalCluster, Cluster]) -> None:
    _, cluster = waiting
    cluster.stop()
    assert first_message(cluster) == TrialDone(7, "stopped")
    assert cluster.free == 1


def test_a_scheduler_that_goes_ends_it_with_advice(waiting: tuple[LocalCluster, Cluster]) -> None:
    busy, cluster = waiting
    RELEASED.set()
    busy.close()
    with pytest.raises(SweepError, match="does not answer any more; --resume goes on with what is left"):
        listen_on(cluster)


@pytest.mark.keras
def test_processes_that_a_sweep_starts_outlive_ctrl_c_and_end_with_it(tmp_path: Path, home: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('base = "ffnn-10"\nrepeats = 2\n[plan]\nepochs = 3000\n')
    command = [sys.executable, "-P", "-m", "tui", "sweep", str(file), "--json", "--cluster", "local:1"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        start = json.loads(process.stdout.readline())
        started = psutil.Process(process.pid).children(recursive=True)
        while process.poll() is None and not any("tensorflow" in told for told in map(mapped, started)):
            psutil.wait_procs(started, timeout=0.2)
        os.killpg(process.pid, signal.SIGINT)
        out, errors = process.communicate()
    assert process.returncode == 0, errors
    assert start["jobs"] == 1
    assert errors.startswith("layerlab: stopping")
    assert errors.count("\n") == 1
    told = [json.loads(line) for line in out.splitlines()]
    assert (told[-1]["event"], told[-1]["reason"]) == ("end", "stopped")
    assert {each["state"] for each in told[:-1]} == {"stopped"}
    assert psutil.wait_procs(started, timeout=30)[1] == []


UNDER_A_SCREEN = """
import sys

class Stream:
    fileno = staticmethod(lambda: -1)
    flush = staticmethod(lambda: None)
    write = staticmethod(len)

if __name__ == "__main__":
    sys.stderr = Stream()
    from core.sweeps.cluster_address import parse_address
    from core.sweeps.start import join_cluster
    cluster = join_cluster(parse_address("local:1"))
    print(cluster.size)
    cluster.close()
"""


def test_processes_start_also_where_a_screen_stands_in_for_the_terminal(tmp_path: Path, home: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(UNDER_A_SCREEN)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, env=environment)
    assert done.stdout == "1\n"


def mapped(process: psutil.Process) -> str:
    """The files that are mapped into the memory of ``process``; empty if it has gone."""
    try:
        return " ".join(each.path for each in process.memory_maps())
    except psutil.Error:
        return ""


@pytest.fixture
def content(tmp_path: Path) -> dict[str, bytes]:
    """The files of a run."""
    other = Store(tmp_path / "other")
    fill(tmp_path / "other", 1)
    return transfer.read_files(other.path(other.refresh()[0].id))


def returned(content: dict[str, bytes], run: str | None = ID, message: str = "") -> bytes:
    return msgspec.msgpack.encode(Returned(TrialDone(99, "finished", message, run, Metrics(epochs=1)), content))


def test_what_comes_back_is_kept_under_its_id(content: dict[str, bytes], home: Path) -> None:
    done = taken_in(3, returned(content, message="two\nlines"), Store(home))
    assert (done.number, done.state, done.run, done.message) == (3, "finished", ID, "two lines")
    assert transfer.read_files(home / "runs" / ID) == content
    assert taken_in(3, returned({}, run=None), Store(home)).run is None


@pytest.mark.parametrize(
    "change",
    [
        {"../../escaped.json": b"{}"},
        {"/escaped.json": b"{}"},
        {"lock": b""},
        {"label.json": bytes(21_000_000)},
        {"run.json": b"{"},
        {"checkpoint.safetensors": b"\xff" * 100},
    ],
)
def test_hostile_files_are_refused_and_leave_nothing(change, content: dict[str, bytes], home: Path) -> None:
    done = taken_in(3, returned({**content, **change}), Store(home))
    assert (done.number, done.state, done.run) == (3, "failed", None)
    assert done.message.startswith("what came back is refused: ")
    assert [path.name for path in (home / "runs").iterdir()] == []
    assert not (home.parent / "escaped.json").exists()


@pytest.mark.parametrize("raw", [b"", b"\x80", b"cos\nsystem\n", msgspec.msgpack.encode({"done": 1, "content": {}})])
def test_hostile_bytes_are_refused(raw: bytes, home: Path) -> None:
    done = taken_in(3, raw, Store(home))
    assert (done.number, done.state) == (3, "failed")
    assert taken_in(3, returned({}, run="../../etc"), Store(home)).state == "failed"
    assert not home.exists()


def test_a_full_disk_is_told_and_the_result_is_kept(content: dict[str, bytes], home: Path) -> None:
    home.write_text("a file where the folder should be")
    done = taken_in(3, returned(content), Store(home))
    assert (done.state, done.run, done.metrics.epochs) == ("finished", None, 1)
    assert done.message.startswith("its run is not saved: ")
