"""The base of the views that show digits of the test set."""

import numpy as np
from numpy.typing import NDArray
from textual import work
from textual.reactive import reactive
from textual.worker import Worker, WorkerState, get_current_worker

from core.datasets import DATASETS
from core.formatting import show_count
from core.sanitize import one_line
from tui.inspect.base import View
from tui.inspect.inspector_protocol import Inspected

__all__ = ["DigitsView"]


class DigitsView(View):
    """Loads the test set's images once the view is active."""

    images: reactive[NDArray[np.uint8] | None] = reactive(None, repaint=False, always_update=True)
    """The images of the test set, (n, height, width); None until they are loaded."""
    problem: reactive[str] = reactive("", repaint=False)
    """Why they could not be loaded; empty if nothing is wrong."""

    def watch_inspected(self) -> None:
        self.workers.cancel_group(self, "images")
        self.images, self.problem = None, ""
        self._fetch_if_wanted()

    def watch_active(self) -> None:
        self._fetch_if_wanted()

    def on_worker_state_changed(self, event: "Worker.StateChanged") -> None:
        if event.state is WorkerState.ERROR:
            self.problem = one_line(f"The digits could not be loaded: {event.worker.error}")

    @property
    def waiting(self) -> str:
        """What is shown until there are results."""
        count = f"{show_count(DATASETS[self.inspected.plan.dataset].test)} " if self.inspected else ""
        return f"evaluating the network on the {count}test digits ..."

    def _fetch_if_wanted(self) -> None:
        if self.is_attached and self.active and self.inspected is not None and self.images is None:
            self._fetch(self.inspected)

    @work(thread=True, exclusive=True, group="images", exit_on_error=False)
    def _fetch(self, inspected: Inspected) -> None:
        worker = get_current_worker()
        images = inspected.images
        if not worker.is_cancelled:
            self.app.call_from_thread(self._take, inspected, images)

    def _take(self, inspected: Inspected, images: NDArray[np.uint8]) -> None:
        if inspected is self.inspected:
            self.images = images
