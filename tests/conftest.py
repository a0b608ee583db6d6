"""What all tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("layerlab", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("layerlab")

if "PYTEST_XDIST_WORKER" in os.environ:
    # Each of several processes has a core of its own: threads of one that wait for work would take it from another.
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew, to be looked at")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own: no test reads or writes a person's files."""
    folder = tmp_path / "home"
    monkeypatch.setenv("LAYERLAB_HOME", str(folder))
    return folder
