"""The forecast of a run: kept from its beginning, read within bounds, and no harm if it is damaged."""

from pathlib import Path

import pytest

from core.forecast.forecast import AccuracyRange, Forecast
from core.runs import folder as files
from core.runs.forecast_file import FORECAST_FILE
from core.runs.record import Label
from core.runs.store import Store
from core.runs.transfer import create_from, read_files
from tests.core.runs.test_odd_files import ODD
from tests.tui.runs.stored_runs import ENVIRONMENT, preset

MADE = Forecast("rises", "together", AccuracyRange(0.93, 0.97), 10, True)


def begun(home: Path, forecast: Forecast | None) -> Path:
    """A run that has just begun."""
    folder = home / "runs" / "20260101-120000-net-abcde"
    files.create(folder, Label("net"), preset(), ENVIRONMENT, forecast=forecast)
    return folder


@pytest.mark.parametrize("forecast", [MADE, None])
def test_it_is_kept_with_the_run_and_goes_where_that_goes(home: Path, forecast: Forecast | None) -> None:
    folder = begun(home, forecast)
    assert (folder / FORECAST_FILE).exists() == (forecast is not None)
    assert Store(home).details(folder.name).forecast == forecast
    copy = home / "runs" / "20260101-120000-net-fghjk"
    create_from(copy, read_files(folder))
    assert Store(home).details(copy.name).forecast == forecast


@pytest.mark.parametrize("make", ODD)
def test_an_odd_file_in_its_place_is_none(home: Path, make) -> None:
    folder = begun(home, MADE)
    (folder / FORECAST_FILE).unlink()
    make(folder / FORECAST_FILE)
    assert Store(home).details(folder.name).forecast is None
    assert Store(home).refresh()[0].readable


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "[" * 5_000,
        '{"pair": "rises"}',
        '{"pair": "loops", "curve": "falls", "accuracy": {"low": 0.1, "high": 0.2}, "epochs": 1, "validated": true}',
        '{"pair": "stays", "curve": "rises", "accuracy": {"low": 0.1, "high": 0.2}, "epochs": 1, "validated": true}',
        '{"pair": "stays", "curve": "falls", "accuracy": {"low": 0.3, "high": 0.2}, "epochs": 1, "validated": true}',
        '{"pair": "stays", "curve": "falls", "accuracy": {"low": 0.1, "high": 7}, "epochs": 1, "validated": true}',
        '{"pair": "stays", "curve": "falls", "accuracy": {"low": 0.1, "high": 0.2}, "epochs": 0, "validated": true}',
    ],
)
def test_a_damaged_one_is_none(home: Path, text: str) -> None:
    folder = begun(home, MADE)
    (folder / FORECAST_FILE).write_text(text)
    assert Store(home).details(folder.name).forecast is None
