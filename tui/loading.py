"""The background import: runs `import tensorflow` in a thread while the user is idle."""

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from threading import Event, Lock, Thread

from textual.timer import Timer
from textual.widget import Widget

from core.training import preload

__all__ = ["Loader", "Preload", "load"]

IDLE = 1.0
"""Idle seconds after which loading starts."""
FRAMES = "\u280b\u2819\u2839\u2838\u283c\u2834\u2826\u2827\u2807\u280f"
FRAMES_A_SECOND = 8
POLL_INTERVAL = 0.05
"""Seconds between checks whether a wait has been cancelled."""


def load() -> None:
    """Load what the first training run and its first chart need."""
    import_module("tui.widgets.plot")
    preload.load()


class Loader:
    """Runs ``load`` once, in a daemon thread.

    Errors of ``load`` are ignored: whoever needs the libraries imports them again and gets the error.
    """

    def __init__(self, load: Callable[[], None]) -> None:
        self._load = load
        self._lock = Lock()
        self._begun = False
        self._done = Event()

    @property
    def under_way(self) -> bool:
        """Whether loading has started and not finished."""
        return self._begun and not self.done

    @property
    def done(self) -> bool:
        """Whether loading has finished."""
        return self._done.is_set()

    def begin(self) -> None:
        """Start loading, once; callable from any thread."""
        with self._lock:
            if not self._begun:
                self._begun = True
                Thread(target=self._run, name="loading", daemon=True).start()

    def wait(self, cancelled: Callable[[], bool]) -> None:
        """Start loading if necessary, and wait until it has finished or ``cancelled`` returns True."""
        self.begin()
        while not self._done.wait(POLL_INTERVAL) and not cancelled():
            pass

    def _run(self) -> None:
        with suppress(Exception):
            self._load()
        self._done.set()


class Preload:
    """Starts a loader once the app has been idle for a second, and shows its activity.

    ``on_change`` is called whenever `text` changes. Use it on the app's thread only.
    """

    def __init__(self, loader: Loader, on_change: Callable[[], None]) -> None:
        self._loader = loader
        self._on_change = on_change
        self._idle: Timer | None = None
        self._spinner: Timer | None = None
        self._frame = 0

    @property
    def text(self) -> str:
        """The activity, with a spinner; empty if idle."""
        return f"{FRAMES[self._frame]} loading TensorFlow" if self._loader.under_way else ""

    def watch(self, widget: Widget) -> None:
        """Start loading once the app has been idle for a while, if ``widget`` is still mounted then."""
        self._idle = widget.set_timer(IDLE, self._begin)
        self._spinner = widget.set_interval(1 / FRAMES_A_SECOND, self._spin, pause=True)

    def touched(self) -> None:
        """Restart the idle time: there was input."""
        if self._idle:
            self._idle.reset()
        if self._loader.under_way and self._spinner:
            self._spinner.resume()  # training may have started the loader and then been stopped

    def _begin(self) -> None:
        self._idle = None
        self._loader.begin()
        if self._spinner:
            self._spinner.resume()

    def _spin(self) -> None:
        self._frame = (self._frame + 1) % len(FRAMES)
        if not self._loader.under_way and self._spinner:
            self._spinner.stop()
        self._on_change()
