"""What all tests share."""

import gc
import os
import signal
import sys
from functools import cache
from pathlib import Path

import psutil
import pytest
from hypothesis import settings

from core.machine import cores

WORKER = 2**31
"""Bytes of memory that a process takes which has loaded TensorFlow and trains, with those that it starts."""

settings.register_profile("layerlab", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("layerlab")

if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
    # Some thirty processes import TensorFlow: its modules are compiled by the first of them.
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(Path(__file__).parent.parent / ".pytest_cache" / "bytecode"))
    sys.dont_write_bytecode, sys.pycache_prefix = False, os.environ["PYTHONPYCACHEPREFIX"]

if "PYTEST_XDIST_WORKER" in os.environ:
    # Each of several processes has a core of its own: threads of one that wait for work would take it from another.
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")


# A shell makes what it starts in the background ignore it, and so every process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    # So does nohup with this one.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew, to be looked at")


def pytest_xdist_auto_num_workers() -> int:
    """Three processes a core, as they often wait for screens and for other processes; fewer where memory is short."""
    return max(1, min(3 * cores(), psutil.virtual_memory().total // WORKER))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Random keys and real trainings first, then screens, then what takes milliseconds: all processes end together."""
    trains = {item.path for item in items if item.get_closest_marker("keras")}
    monkey, screens = (Path(__file__).parent / name for name in ("monkey", "tui"))

    @cache
    def rank(path: Path) -> int:
        if path.is_relative_to(monkey):
            return 0
        return 1 if path in trains else 2 if path.is_relative_to(screens) else 3

    items.sort(key=lambda item: rank(item.path))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Have the collector look at what tests make, seldom: not again and again at all modules and thousands of tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Free what the tests of a file have left, as apps and networks are in cycles. All leave Keras as it was."""
    config = getattr(sys.modules.get("keras"), "config", None)
    if hasattr(config, "dtype_policy"):
        assert (config.floatx(), config.dtype_policy().name) == ("float32", "float32")
    if nextitem is None or nextitem.path != item.path:
        gc.collect()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own: no test reads or writes a person's files."""
    folder = tmp_path / "home"
    monkeypatch.setenv("LAYERLAB_HOME", str(folder))
    return folder
