"""How busy the machine is, measured here, and without what measures it."""

import sys

import pytest

from core import machine
from core.machine import Machine, gpus, sample, visible_gpus


def test_what_is_measured_is_said_in_a_line() -> None:
    assert Machine(0.87, 5 * 2**30, 16 * 2**30).text == "cpu 87%   memory 5.0 GiB of 16.0 GiB"
    assert Machine(gpu=1.0, gpu_memory=2**30, gpu_memory_total=2**33).text == (
        "gpu 100%   gpu memory 1.0 GiB of 8.0 GiB"
    )
    assert Machine().text == ""


def test_this_machine_is_measured() -> None:
    pytest.importorskip("psutil")
    sample()
    found = sample()
    assert found.cpu is not None
    assert 0 <= found.cpu <= 1
    assert found.memory is not None
    assert found.memory_total is not None
    assert 0 < found.memory <= found.memory_total


def test_without_the_libraries_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("psutil", "pynvml"):
        monkeypatch.setitem(sys.modules, name, None)
    machine._nvml.cache_clear()
    assert sample() == Machine()
    machine._nvml.cache_clear()


IDS = ("GPU-aa11", "GPU-bb22", "GPU-cc33")


@pytest.mark.parametrize(
    ("allowed", "seen"),
    [
        (None, IDS),
        ("", ()),
        ("-1", ()),
        ("2,0", ("2", "0")),
        ("0, 1", ("0", "1")),
        ("1,1", ("1",)),
        ("1,-1,2", ("1",)),
        ("0,3,1", ("0",)),
        ("GPU-bb22,GPU-cc", ("GPU-bb22", "GPU-cc")),
        ("GPU-dd44", ()),
        ("MIG-12ab", ("MIG-12ab",)),
        ("NoDevFiles", ()),
    ],
)
def test_a_list_of_gpus_is_read_as_cuda_reads_it(allowed: str | None, seen: tuple[str, ...]) -> None:
    assert visible_gpus(IDS, allowed) == seen


def test_without_the_library_there_are_no_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    machine._nvml.cache_clear()
    assert gpus() == ()
    machine._nvml.cache_clear()
