"""A learning-rate range test in a thread: what it has found so far, for a dialog that looks at it now and then."""

from collections.abc import Callable

from core.durations import Phase, begin
from core.keras_runtime import runtime
from core.keras_runtime.failures import explain
from core.network.architecture import Architecture
from core.plan.plan import Plan
from core.presets import Preset
from core.training.range_test import STEPS, RangeTest, RatePoint
from tui.loading import Loader

__all__ = ["RangeTester", "RangeTrial"]

BUILDING = "building the network"


RangeTester = Callable[[Architecture, Plan, Callable[[], bool], int, Callable[[RatePoint], object]], RangeTest]
"""`core.training.range_test.range_test`, or what stands in for it."""


class RangeTrial:
    """Tests the plan of ``preset``. `run` is for a thread; the rest can be read and called in any.

    The thread only ever puts results here and never waits for the screen.
    """

    def __init__(self, preset: Preset, test: RangeTester, loader: Loader | None) -> None:
        self.preset = preset
        self._test = test
        self._loader = loader
        self._cancelled = False
        self.phase: Phase = loader.phase if loader and not loader.done else begin(BUILDING)
        """What is under way before the first step."""
        self.points: list[RatePoint] = []
        """The steps so far."""
        self.found: RangeTest | None = None
        """The result, once there is one."""
        self.failure = ""
        """Why there will be none, in a line; else empty."""

    @property
    def over(self) -> bool:
        """Whether it has ended by itself."""
        return self.found is not None or bool(self.failure)

    def cancel(self) -> None:
        """End `run` at once; the test itself ends with its current step, and what it finds is dropped."""
        self._cancelled = True

    def run(self) -> None:
        """Load what it needs, then test."""
        try:
            if self._loader:
                self._loader.wait(self._is_cancelled)
            if not self._cancelled:
                self.phase = begin(BUILDING)
                self.found = runtime.call_unless(self._find, self._is_cancelled)
        except Exception as error:  # noqa: BLE001  # whatever Keras raises is about this network
            self.failure = explain(error)

    def _find(self) -> RangeTest:
        runtime.lower_priority()
        return self._test(self.preset.architecture, self.preset.plan, self._is_cancelled, STEPS, self.points.append)

    def _is_cancelled(self) -> bool:
        return self._cancelled
