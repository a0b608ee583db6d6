"""Loading TensorFlow in the background, at a moment that does not disturb."""

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from threading import Event, Lock, Thread

from textual.timer import Timer
from textual.widget import Widget

from core.training import preload

__all__ = ["Loader", "Preload", "load"]

QUIET = 1.0
"""Seconds without a key or the mouse after which loading begins."""
FRAMES = "\u280b\u2819\u2839\u2838\u283c\u2834\u2826\u2827\u2807\u280f"
FRAMES_A_SECOND = 8
PATIENCE = 0.05
"""Seconds after which one who waits for the end of loading looks whether it is still wanted."""


def load() -> None:
    """Load what the first training and its first picture would have to wait for."""
    import_module("tui.widgets.plot")
    preload.load()


class Loader:
    """Runs ``load`` once, in a thread that nothing waits for when the process ends.

    Whatever ``load`` raises is passed over: who needs what it was to load tries again, and is told.
    """

    def __init__(self, load: Callable[[], None]) -> None:
        self._load = load
        self._lock = Lock()
        self._begun = False
        self._done = Event()

    @property
    def under_way(self) -> bool:
        """Whether it has begun and not come to its end."""
        return self._begun and not self.done

    @property
    def done(self) -> bool:
        """Whether there is nothing left to wait for."""
        return self._done.is_set()

    def begin(self) -> None:
        """Begin, unless that has been done; from any thread."""
        with self._lock:
            if not self._begun:
                self._begun = True
                Thread(target=self._run, name="loading", daemon=True).start()

    def wait(self, given_up: Callable[[], bool]) -> None:
        """Begin if need be, and wait until all is loaded, or until ``given_up``."""
        self.begin()
        while not self._done.wait(PATIENCE) and not given_up():
            pass

    def _run(self) -> None:
        with suppress(Exception):
            self._load()
        self._done.set()


class Preload:
    """Has a loader begin once nobody has touched the app for a second, and tells in a few words that it is at work.

    ``tell`` is called whenever there are other words. All is for the app's own thread.
    """

    def __init__(self, loader: Loader, tell: Callable[[], None]) -> None:
        self._loader = loader
        self._tell = tell
        self._quiet: Timer | None = None
        self._turning: Timer | None = None
        self._frame = 0

    @property
    def words(self) -> str:
        """What is going on, with a sign that turns; empty if nothing is."""
        return f"{FRAMES[self._frame]} loading TensorFlow" if self._loader.under_way else ""

    def watch(self, widget: Widget) -> None:
        """Begin once nobody has touched anything for a while, if ``widget`` is still there then."""
        self._quiet = widget.set_timer(QUIET, self._begin)
        self._turning = widget.set_interval(1 / FRAMES_A_SECOND, self._turn, pause=True)

    def touched(self) -> None:
        """Wait anew: a person is at work."""
        if self._quiet:
            self._quiet.reset()
        if self._loader.under_way and self._turning:
            self._turning.resume()  # loading may have begun because somebody trains, and gone on when they stopped

    def _begin(self) -> None:
        self._quiet = None
        self._loader.begin()
        if self._turning:
            self._turning.resume()

    def _turn(self) -> None:
        self._frame = (self._frame + 1) % len(FRAMES)
        if not self._loader.under_way and self._turning:
            self._turning.stop()
        self._tell()
