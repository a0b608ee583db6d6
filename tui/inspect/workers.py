"""Workers that let go of the network once they have their answer."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar, cast

from textual.widget import Widget
from textual.worker import ResultType, Worker, WorkType, active_worker

__all__ = ["Asking"]

T = TypeVar("T")


class Asking(Widget):
    """Asks the network in threads.

    A thread of Textual's remembers its last worker, and by it the network asked, until it is given other work. A
    network that is remembered is not lent to the next training, which then has to make one anew.
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
        """As every widget does it, but a thread forgets the worker at its end."""
        asked = partial(_forgotten, cast("Callable[[], ResultType]", work)) if thread else work
        return super().run_worker(asked, name, group, description, exit_on_error, start, exclusive, thread)


def _forgotten(work: Callable[[], T]) -> T:
    try:
        return work()
    finally:
        active_worker.set(cast("Worker[None]", None))
