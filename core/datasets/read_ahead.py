"""Reads a dataset in a thread before it is needed, such as while TensorFlow is imported."""

from concurrent.futures import Future
from importlib import import_module
from threading import Lock, Thread
from typing import TYPE_CHECKING

from core.datasets.base import DATASETS

if TYPE_CHECKING:
    from core.datasets.examples import Examples

__all__ = ["begin", "take"]

_lock = Lock()
_read: "dict[str, Future[Examples]]" = {}


def begin(dataset: str, *, keep: bool = False) -> None:
    """Start reading ``dataset`` in a thread, unless it has been begun; to ``keep`` it, see `core.datasets.unpacked`."""
    with _lock:
        if dataset in _read:
            return
        future: Future[Examples] = Future()
        _read[dataset] = future
    Thread(target=_fulfil, args=(dataset, keep, future), name="reading data", daemon=True).start()


def take(dataset: str) -> "Examples":
    """The examples of ``dataset``, read ahead or now; nothing keeps them. Raises `DatasetError`."""
    with _lock:
        future = _read.pop(dataset, None)
    return future.result() if future else DATASETS[dataset].examples()


def _fulfil(dataset: str, keep: bool, future: "Future[Examples]") -> None:
    try:
        if keep:
            import_module("core.datasets.unpacked").keep(DATASETS[dataset])
        future.set_result(DATASETS[dataset].examples())
    except BaseException as error:  # noqa: BLE001  # raised where the examples are taken
        future.set_exception(error)
