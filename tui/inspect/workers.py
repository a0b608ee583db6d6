"""Workers that release the network once they are done."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar, cast

from textual.widget import Widget
from textual.worker import ResultType, Worker, WorkType, active_worker

__all__ = ["NetworkWorkers"]

T = TypeVar("T")


class NetworkWorkers(Widget):
    """Runs work on the network in threads.

    One of Textual's threads keeps a reference to its last worker, and through it to the network, until it gets other
    work. A network that is still referenced cannot be reused by the next training, which then has to build another.
    """

    def run_worker(
        self,
        work: WorkType[ResultType],
        name: str | None = "",
        group: str = "default",
        description: str = "",
        exit_on_error: bool = True,
        start: bool = True,
        exclusive: bool = False,
        thread: bool = False,
    ) -> Worker[ResultType]:
        """As in every widget, but a thread releases its worker at the end."""
        released = partial(_releasing, cast("Callable[[], ResultType]", work)) if thread else work
        return super().run_worker(released, name, group, description, exit_on_error, start, exclusive, thread)


def _releasing(work: Callable[[], T]) -> T:
    try:
        return work()
    finally:
        active_worker.set(cast("Worker[None]", None))
