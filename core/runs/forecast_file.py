"""The forecast of a run, which was made before it began: a small file of its own in its folder."""

from pathlib import Path

import msgspec

from core.files import FORECAST, read_bytes
from core.forecast.forecast import Forecast

__all__ = ["FORECAST_FILE", "encode", "read_forecast"]

FORECAST_FILE = "forecast.json"


def encode(forecast: Forecast) -> bytes:
    """``forecast`` as JSON."""
    return msgspec.json.format(msgspec.json.encode(forecast), indent=1)


def read_forecast(folder: Path) -> Forecast | None:
    """The forecast of the run in ``folder``; None if none was made, or its file cannot be read."""
    try:
        return msgspec.json.decode(read_bytes(folder / FORECAST_FILE, FORECAST, follow=False), type=Forecast)
    except (OSError, ValueError, RecursionError):
        return None
