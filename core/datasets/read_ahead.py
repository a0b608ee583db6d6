"""Reads a dataset in a thread before it is needed, such as while TensorFlow is imported."""

from concurrent.futures import Future
from threading import Lock, Thread
from typing import TYPE_CHECKING

from core.datasets.base import DATASETS

if TYPE_CHECKING:
    from core.datasets.examples import Examples

__all__ = ["begin", "take"]

_lock = Lock()
_read: "dict[str, Future[Examples]]" = {}


def begin(dataset: str) -> None:
    """Start reading ``dataset`` in a thread, unless it has been begun."""
    with _lock:
        if dataset in _read:
            return
        future: Future[Examples] = Future()
        _read[dataset] = future
    Thread(target=_fulfil, args=(dataset, future), name="reading data", daemon=True).start()


def take(dataset: str) -> "Examples":
    """The examples of ``dataset``, read ahead or now; nothing keeps them. Raises `DatasetError`."""
    with _lock:
        future = _read.pop(dataset, None)
    return future.result() if future else DATASETS[dataset].load()


def _fulfil(dataset: str, future: "Future[Examples]") -> None:
    try:
        future.set_result(DATASETS[dataset].load())
    except BaseException as error:  # noqa: BLE001  # raised where the examples are taken
        future.set_exception(error)
