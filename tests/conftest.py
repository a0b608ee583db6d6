"""What all tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("layerlab", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("layerlab")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew, to be looked at")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own: no test reads or writes a person's files."""
    folder = tmp_path / "home"
    monkeypatch.setenv("LAYERLAB_HOME", str(folder))
    return folder
