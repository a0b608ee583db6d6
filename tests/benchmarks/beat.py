"""A clock that listens to the event loop."""

import asyncio
from time import perf_counter
from types import TracebackType

BEAT = 0.002
"""Seconds between two beats."""


class Beat:
    """While entered, notes in ``lags`` by how many seconds each beat came late."""

    def __init__(self) -> None:
        self.lags: list[float] = []

    async def __aenter__(self) -> "Beat":
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()

    async def _listen(self) -> None:
        while True:
            begun = perf_counter()
            try:
                await asyncio.sleep(BEAT)
            finally:  # the last beat counts too, which may come late
                self.lags.append(max(0.0, perf_counter() - begun - BEAT))
