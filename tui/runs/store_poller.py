"""Polls the store for changes and changes it, without blocking the UI."""

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

__all__ = ["StorePoller", "restore"]

EVERY = 2.0
"""Seconds between two polls: another process may be training."""
REST = 10
"""Minimum interval, as a multiple of the time that the last poll took."""


class StorePoller(Vertical):
    """Polls the runs of a store while `active`. Subclasses show the runs and messages."""

    active: reactive[bool] = reactive(False, repaint=False)
    """Whether this tab is open."""

    def __init__(self, store: "Callable[[], Store]", *, id: str | None = None) -> None:
        """``store`` returns the store; both are used in threads."""
        super().__init__(id=id)
        self._store = store
        self.known = False
        """Whether the store has been refreshed from disk."""
        self._runs: Sequence[Run] | None = None
        self._next = 0.0
        self._changing = 0

    def take(self, runs: Sequence[Run]) -> None:
        """Show ``runs``, newest first, instead of the previous ones."""
        raise NotImplementedError

    def say(self, message: str, tone: Tone = "") -> None:
        """Show what has been done, or why it has not."""
        raise NotImplementedError

    def change(self, work: "Callable[[Store], object]", message: str, then: Callable[[], None] = lambda: None) -> None:
        """Do ``work`` in a thread; on success call ``then`` and show ``message``."""
        self._changing += 1
        self.workers.cancel_group(self, "polling")
        self._change(work, message, then)

    def on_mount(self) -> None:
        self._clock = self.set_interval(EVERY / 4, self._poll_if_due, pause=True)

    def watch_active(self) -> None:
        if not self.is_mounted:
            return
        if self.active:
            self._next = 0.0
            self._clock.resume()
            self._poll_if_due()
        else:
            self._clock.pause()
            self.workers.cancel_group(self, "polling")

    def on_worker_state_changed(self, event: "Worker.StateChanged") -> None:
        """Show why the store could not be read."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.say(explain(event.worker.error), "error")

    def _poll_if_due(self) -> None:
        """Poll for changes, if it is time."""
        polling = any(worker.group == "polling" and not worker.is_finished for worker in self.workers)
        if not polling and not self._changing and monotonic() >= self._next:
            self._poll()

    @work(thread=True, group="polling", exit_on_error=False)
    def _poll(self) -> None:
        worker, store, begun = get_current_worker(), self._store(), monotonic()
        if self._runs is None:
            # First show what the index lists, without delay.
            self.app.call_from_thread(self._show_listed, worker, store.listed())
            return
        runs = store.refresh(lambda: not worker.is_cancelled)
        self.app.call_from_thread(self._show_refreshed, worker, runs, monotonic() - begun)

    def _show_listed(self, worker: "Worker[None]", runs: Sequence[Run]) -> None:
        # Checked on the thread that cancels: a late result is from before a change made here.
        if not worker.is_cancelled:
            self._take(runs)
            self.call_after_refresh(self._poll)

    def _show_refreshed(self, worker: "Worker[None]", runs: Sequence[Run], took: float) -> None:
        if worker.is_cancelled:
            return
        self._next = monotonic() + max(EVERY, REST * took)
        if runs != self._runs or not self.known:
            self.known = True
            self._take(runs)

    @work(thread=True, group="changing", exit_on_error=False)
    def _change(self, work: "Callable[[Store], object]", message: str, then: Callable[[], None]) -> None:
        store, problem = self._store(), ""
        try:
            work(store)
        except RunError as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001  # no disk error must end the app
            problem = explain(error)
        self.app.call_from_thread(self._changed, store.listed(), problem, message, then)

    def _changed(self, runs: Sequence[Run], problem: str, message: str, then: Callable[[], None]) -> None:
        self._changing -= 1
        if not problem:
            then()
        self._take(runs)
        self.say(problem or message, "warning" if problem else "done")

    def _take(self, runs: Sequence[Run]) -> None:
        self._runs = runs
        self.take(runs)


def restore(store: "Store", ids: Sequence[str]) -> None:
    """Restore those of ``ids`` that are still in the trash. Raises `RunError` if none is."""
    discarded = {run.id for run in store.discarded()}
    store.restore([name for name in ids if name in discarded] or ids)
