"""Ctrl+C and other signals before and while TensorFlow is imported, sent to real processes.

A package that stands in for TensorFlow says that its import has begun, and never comes to an end.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import current_thread

import pytest

from core import presets
from core.keras_runtime import runtime
from core.runs import folder as files
from core.runs.record import Environment, Label
from core.runs.store import Store
from tests.benchmarks.many_runs import fill
from tui.worker_thread import in_worker

COMMAND = [sys.executable, "-m", "tui"]
STUCK = """
import os, time
os.write({told}, b".")
while True:
    time.sleep(1000)
"""


@contextmanager
def importing(command: list[str], folder: Path, here: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """``command``, in a process in the folder ``here`` that has begun to import TensorFlow."""
    reads, told = os.pipe()
    for package in ("tensorflow", "keras"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text(STUCK.format(told=told))
    environ = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(Path.cwd())])}
    with subprocess.Popen(
        command, env=environ, cwd=here, pass_fds=[told], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        os.close(told)
        try:
            assert os.read(reads, 1) == b".", process.communicate()
            yield process
        finally:
            process.kill()
            os.close(reads)


def ended_by(process: subprocess.Popen[str], *signals: signal.Signals) -> tuple[int, str, str]:
    """Exit code, output and errors after ``signals``, each sent once the one before is answered."""
    assert process.stderr
    told = ""
    for number in signals:
        process.send_signal(number)
        told = told or process.stderr.readline()
    out, errors = process.communicate()
    return process.returncode, out, told + errors


class TestWhileTensorFlowIsImported:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    @pytest.mark.parametrize("command", ["train", "evaluate"])
    def test_a_training_has_not_begun(self, command: str, number: signal.Signals, tmp_path: Path) -> None:
        with importing([*COMMAND, command, "ffnn-10", "--json"], tmp_path) as process:
            code, out, errors = ended_by(process, number)
        assert (code, errors) == (0, "layerlab: stopping; ctrl+c again ends at once\n")
        assert '"event": "end", "reason": "stopped", "epochs": 0' in out

    def test_a_reader_is_told_that_it_has_not_begun(self, tmp_path: Path) -> None:
        with importing([*COMMAND, "train", "ffnn-10"], tmp_path) as process:
            code, out, errors = ended_by(process, signal.SIGINT)
        assert (code, errors) == (0, "layerlab: stopping; ctrl+c again ends at once\n")
        assert out.splitlines() == ["stopped after 0 epochs in 0.0 s", "stopped before training began"]

    @pytest.mark.parametrize(
        ("number", "told"), [(signal.SIGINT, "; ctrl+c again ends at once"), (signal.SIGTERM, ""), (signal.SIGHUP, "")]
    )
    def test_a_command_ends(self, number: signal.Signals, told: str, tmp_path: Path) -> None:
        with importing([*COMMAND, "doctor"], tmp_path) as process:
            code, out, errors = ended_by(process, number)
        assert (code, errors) == (128 + number, f"layerlab: stopping{told}\n")
        assert "versions" in out

    @pytest.mark.parametrize("words", ["evaluate last", "report last", "export last --to keras"])
    def test_nothing_of_a_run_is_written(self, words: str, home: Path, tmp_path: Path) -> None:
        fill(home, 1)
        with importing([*COMMAND, *words.split()], tmp_path, home) as process:
            code, out, errors = ended_by(process, signal.SIGINT)
        assert (code, out, errors) == (130, "", "layerlab: stopping; ctrl+c again ends at once\n")
        assert {path.name for path in home.iterdir()} <= {"runs", "layerlab.log"}

    def test_a_run_that_is_gone_on_with_stays_as_it_was(self, home: Path, tmp_path: Path) -> None:
        lenet = presets.load(presets.find("lenet-5"))
        environment = Environment("0.1.0", "3.11.9", "2.21.0", "3.15.0", "2.3.0", "Linux", "cpu")
        folder = home / "runs" / "20260101-120000-lenet-5-abcde"
        files.create(folder, Label("cut off"), lenet, environment)
        header = (folder / "run.json").read_bytes()
        with importing([*COMMAND, "resume", "abcde"], tmp_path) as process:
            code, _, errors = ended_by(process, signal.SIGINT)
        assert (code, errors) == (0, "layerlab: stopping; ctrl+c again ends at once\n")
        assert (folder / "run.json").read_bytes() == header
        assert Store(home).find("abcde").state == "interrupted"

    def test_a_second_one_ends_at_once(self, tmp_path: Path) -> None:
        with importing([*COMMAND, "doctor"], tmp_path) as process:
            code, _, errors = ended_by(process, signal.SIGINT, signal.SIGINT)
        assert (code, errors) == (130, "layerlab: stopping; ctrl+c again ends at once\n")

    def test_nohup_keeps_a_training_from_ending_with_its_terminal(self, tmp_path: Path) -> None:
        command = ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh", *COMMAND, "train", "ffnn-10"]
        with importing(command, tmp_path) as process:
            process.send_signal(signal.SIGHUP)
            code, _, errors = ended_by(process, signal.SIGINT)
        assert (code, errors) == (0, "layerlab: stopping; ctrl+c again ends at once\n")


def test_an_import_that_is_given_up_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    (tmp_path / "stuck_module.py").write_text(f"open({str(gate)!r}).read()")
    monkeypatch.syspath_prepend(tmp_path)
    assert runtime.import_unless("stuck_module", lambda: True) is None
    assert runtime.under_way()
    gate.write_text("on it goes")
    assert runtime.import_unless("stuck_module", lambda: False).__name__ == "stuck_module"


def test_an_import_that_fails_fails_for_who_waits() -> None:
    with pytest.raises(ModuleNotFoundError):
        runtime.import_unless("no_such_module", lambda: False)


class TestInWorker:
    def test_what_it_returns_and_raises(self) -> None:
        assert in_worker(lambda: current_thread().name) == "work"
        with pytest.raises(ZeroDivisionError):
            in_worker(lambda: 1 // 0)

    def test_interrupted_work_clears_away(self) -> None:
        cleared: list[str] = []

        def work() -> None:
            try:
                signal.raise_signal(signal.SIGINT)
                while True:
                    pass
            finally:
                cleared.append("cleared")

        with pytest.raises(KeyboardInterrupt):
            in_worker(work)
        assert cleared
