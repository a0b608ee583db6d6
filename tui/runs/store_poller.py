"""Keeping up with what is on disk, and changing it, without anybody waiting."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from textual import work
from textual.containers import Vertical
from textual.reactive import reactive
from textual.worker import Worker, WorkerState, get_current_worker

from core.keras_runtime.failures import explain
from core.runs.record import Run, RunError
from tui.widgets.status_line import Tone

if TYPE_CHECKING:
    from core.runs.store import Store

__all__ = ["StorePoller"]

EVERY = 2.0
"""Seconds between two looks at what has changed on disk: another process may train."""
REST = 10
"""Or so many times as long as the last look took, where that is longer."""


class StorePoller(Vertical):
    """Follows the runs of a store as long as it is `active`. A subclass takes them, and says what is to be said."""

    active: reactive[bool] = reactive(False, repaint=False)
    """Whether this tab is open."""

    def __init__(self, store: "Callable[[], Store]", *, id: str | None = None) -> None:
        """``store`` gives the runs; it and what it gives are asked in threads."""
        super().__init__(id=id)
        self._store = store
        self.known = False
        """Whether all that is on disk has been looked at."""
        self._runs: Sequence[Run] | None = None
        self._next = 0.0
        self._changing = 0

    def take(self, runs: Sequence[Run]) -> None:
        """Have ``runs``, newest first, in the place of those before."""
        raise NotImplementedError

    def say(self, message: str, tone: Tone = "") -> None:
        """Say what has been done, or why it has not."""
        raise NotImplementedError

    def change(self, work: "Callable[[Store], object]", said: str, then: Callable[[], None] = lambda: None) -> None:
        """Have ``work`` done in a thread, after that do what is to be done ``then``, and say ``said``."""
        self._changing += 1
        self.workers.cancel_group(self, "looking")
        self._change(work, said, then)

    def on_mount(self) -> None:
        self._clock = self.set_interval(EVERY / 4, self._turn, pause=True)

    def watch_active(self) -> None:
        if not self.is_mounted:
            return
        if self.active:
            self._next = 0.0
            self._clock.resume()
            self._turn()
        else:
            self._clock.pause()
            self.workers.cancel_group(self, "looking")

    def on_worker_state_changed(self, event: "Worker.StateChanged") -> None:
        """Say why runs cannot be looked at."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.say(explain(event.worker.error), "error")

    def _turn(self) -> None:
        """Look for changes, if it is time for that."""
        looking = any(worker.group == "looking" and not worker.is_finished for worker in self.workers)
        if not looking and not self._changing and monotonic() >= self._next:
            self._look()

    @work(thread=True, group="looking", exit_on_error=False)
    def _look(self) -> None:
        worker, store, begun = get_current_worker(), self._store(), monotonic()
        if self._runs is None:
            # First what is known is put on the screen, with nothing in its way.
            self.app.call_from_thread(self._seen, worker, store.listed())
            return
        runs = store.refresh(lambda: not worker.is_cancelled)
        self.app.call_from_thread(self._looked, worker, runs, monotonic() - begun)

    def _seen(self, worker: "Worker[None]", runs: Sequence[Run]) -> None:
        # Asked on the thread that cancels: what comes too late is of a time before a change made here.
        if not worker.is_cancelled:
            self._take(runs)
            self.call_after_refresh(self._look)

    def _looked(self, worker: "Worker[None]", runs: Sequence[Run], took: float) -> None:
        if worker.is_cancelled:
            return
        self._next = monotonic() + max(EVERY, REST * took)
        if runs != self._runs or not self.known:
            self.known = True
            self._take(runs)

    @work(thread=True, group="changing", exit_on_error=False)
    def _change(self, work: "Callable[[Store], object]", said: str, then: Callable[[], None]) -> None:
        store, trouble = self._store(), ""
        try:
            work(store)
        except RunError as error:
            trouble = str(error)
        except Exception as error:  # noqa: BLE001  # whatever a disk comes up with must not end the app
            trouble = explain(error)
        self.app.call_from_thread(self._changed, store.listed(), trouble, said, then)

    def _changed(self, runs: Sequence[Run], trouble: str, said: str, then: Callable[[], None]) -> None:
        self._changing -= 1
        if not trouble:
            then()
        self._take(runs)
        self.say(trouble or said, "warning" if trouble else "done")

    def _take(self, runs: Sequence[Run]) -> None:
        self._runs = runs
        self.take(runs)
