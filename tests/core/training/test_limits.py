"""What is said where the system allows less memory than TensorFlow takes, before TensorFlow aborts the process."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from core.keras_runtime import limits

COMMAND = [sys.executable, "-m", "tui"]
GIB = 2**30


def limited(words: str, limit: int = GIB, kind: int = resource.RLIMIT_AS) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words.split()],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(kind, (limit, limit)),  # this process starts no thread
    )


def test_nothing_is_said_without_a_limit() -> None:
    assert limits.shortage() == ""


@pytest.mark.parametrize(
    "words", ["train ffnn-10", "train ffnn-10 --json", "evaluate ffnn-10", "export ffnn-10 --to keras"]
)
def test_what_needs_tensorflow_is_refused_in_a_line(words: str, tmp_path: Path) -> None:
    done = limited(words)
    assert done.returncode == 1
    assert done.stderr.startswith("layerlab: TensorFlow needs about 2.")
    assert done.stderr.endswith("GiB of address space, `ulimit -v` allows 1.0 GiB: raise it\n")
    assert done.stderr.count("\n") == 1
    if "--json" in words:
        assert json.loads(done.stdout)["reason"] == "failed"


def test_data_is_limited_too() -> None:
    done = limited("train ffnn-10", 300 * 2**20, resource.RLIMIT_DATA)
    assert done.returncode == 1
    assert done.stderr.endswith("MiB of memory, `ulimit -d` allows 300 MiB: raise it\n")


@pytest.mark.parametrize("limit", [GIB, 100_000 * 1024])
def test_the_doctor_says_what_is_wrong(limit: int) -> None:
    done = limited("doctor --json", limit)
    assert (done.returncode, done.stderr) == (1, "")
    (problem,) = json.loads(done.stdout)["problems"]
    assert "`ulimit -v` allows" in problem


@pytest.mark.keras
def test_as_much_as_is_asked_for_is_enough() -> None:
    cores = len(os.sched_getaffinity(0))
    space = limits.NEEDS[0]
    done = limited("train lenet-5 --epochs 1 --validation 0.9 --no-save", space.base + space.per_core * cores)
    assert (done.returncode, done.stderr) == (0, "")
