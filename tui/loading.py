"""What is done while the user is idle: TensorFlow is imported, the network that is open is prepared for training."""

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from threading import Event, Lock, Thread
from time import monotonic

from textual.timer import Timer
from textual.widget import Widget

from core.durations import Phase, begin
from core.keras_runtime import runtime
from core.network.architecture import Architecture
from core.plan.plan import Plan
from core.presets import Preset
from core.training import preload

__all__ = ["Loader", "Preload", "Prepare", "Preparer", "load", "prepare"]

PREPARING = "preparing training"
IDLE = 1.0
"""Idle seconds after which loading starts, and after which a network is prepared."""
FRAMES = "\u280b\u2819\u2839\u2838\u283c\u2834\u2826\u2827\u2807\u280f"
FRAMES_A_SECOND = 8
POLL_INTERVAL = 0.05
"""Seconds between checks whether a wait has been cancelled."""


def load() -> None:
    """Load what the first training run and its first chart need."""
    import_module("tui.widgets.plot")
    preload.load()


prepare = preload.prepare
"""Prepares a network, after `load`."""


class Loader:
    """Runs ``load`` once, in a daemon thread.

    Errors of ``load`` are ignored: whoever needs the libraries imports them again and gets the error.
    """

    def __init__(self, load: Callable[[], None]) -> None:
        self._load = load
        self._lock = Lock()
        self._begun = False
        self._done = Event()
        self._phase: Phase | None = None

    @property
    def phase(self) -> Phase:
        """When it was begun, or would be now."""
        return self._phase or begin(runtime.LOADING)

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
                self._phase = begin(runtime.LOADING)
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


Prepare = Callable[[Architecture, Plan, Callable[[], bool]], None]


class Preparer:
    """Prepares the network of a training that may come, in a daemon thread, one at a time.

    ``prepare`` is called with it and a function that says whether it is no longer wanted. Its errors are ignored:
    training raises them again.
    """

    def __init__(self, prepare: Prepare) -> None:
        self._prepare = prepare
        self._wanted: tuple[Architecture, Plan] | None = None
        self._idle = Event()
        self._idle.set()

    @property
    def under_way(self) -> bool:
        """Whether a network is being prepared."""
        return not self._idle.is_set()

    def begin(self, preset: Preset) -> None:
        """Prepare the network of ``preset``, unless it was the last that was, or another is still being prepared."""
        wanted = (preset.architecture, preset.plan)
        if self.under_way or wanted == self._wanted:
            return
        self._wanted = wanted
        self._idle.clear()
        Thread(target=self._run, args=wanted, name=PREPARING, daemon=True).start()

    def wait(self, architecture: Architecture, plan: Plan, cancelled: Callable[[], bool]) -> None:
        """Wait until nothing is prepared, or ``cancelled`` returns True; another network is given up."""
        if self._wanted != (architecture, plan):
            self._wanted = None
        while not self._idle.wait(POLL_INTERVAL) and not cancelled():
            pass

    def _run(self, architecture: Architecture, plan: Plan) -> None:
        with suppress(Exception):
            self._prepare(architecture, plan, lambda: self._wanted != (architecture, plan))
        self._idle.set()


class Preload:
    """While nobody is at the keyboard, loads TensorFlow, and then prepares the network that is open.

    ``on_change`` is called whenever `text` changes. ``wanted`` is what to prepare a training of now; None: something
    else needs the processor. Use it on the app's thread only.
    """

    def __init__(
        self,
        loader: Loader,
        preparer: Preparer | None,
        wanted: Callable[[], Preset | None],
        on_change: Callable[[], None],
    ) -> None:
        self._loader = loader
        self._preparer = preparer
        self._wanted = wanted
        self._on_change = on_change
        self._widget: Widget | None = None
        self._idle: Timer | None = None
        self._spinner: Timer | None = None
        self._frame = 0

    @property
    def text(self) -> str:
        """The activity, with a spinner; empty if idle."""
        if self._loader.under_way:
            return f"{FRAMES[self._frame]} {self._loader.phase.text(monotonic())}"
        return f"{FRAMES[self._frame]} {PREPARING}" if self._prepares else ""

    @property
    def _prepares(self) -> bool:
        return self._preparer is not None and self._preparer.under_way

    def watch(self, widget: Widget) -> None:
        """Begin once the app has been idle for a while, if ``widget`` is still mounted then."""
        self._widget = widget
        self._idle = widget.set_timer(IDLE, self._rested)
        self._spinner = widget.set_interval(1 / FRAMES_A_SECOND, self._spin, pause=True)

    def touched(self) -> None:
        """Restart the idle time: there was input."""
        if self._idle:
            self._idle.reset()
        elif self._widget and self._preparer:
            self._idle = self._widget.set_timer(IDLE, self._rested)
        if self._loader.under_way and self._spinner:
            self._spinner.resume()  # training may have started the loader and then been stopped

    def _rested(self) -> None:
        self._idle = None
        begun = self._loader.under_way or self._loader.done
        if not begun and self._widget and self._wanted() is None:  # the processor is busy: later
            self._idle = self._widget.set_timer(IDLE, self._rested)
            return
        self._loader.begin()
        self._begin_preparing()
        if self._spinner:
            self._spinner.resume()

    def _begin_preparing(self) -> None:
        wanted = self._wanted() if self._loader.done else None
        if self._preparer and wanted:
            self._preparer.begin(wanted)

    def _spin(self) -> None:
        self._frame = (self._frame + 1) % len(FRAMES)
        if not self._loader.under_way and not self._prepares and self._spinner:
            if self._idle is None:
                self._begin_preparing()  # nobody has touched a key while it was loaded
            if not self._prepares:
                self._spinner.pause()
        self._on_change()
