"""Imports TensorFlow and Keras, quietly and fast. Importing this module loads neither."""

import ctypes
import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Event, RLock, Thread, get_native_id
from threading import enumerate as enumerate_threads
from time import monotonic
from types import ModuleType
from typing import TypeVar

from core import durations
from core.files import PACKAGED, open_regular
from core.keras_runtime import bytecode, limits
from core.keras_runtime.failures import TrainingRefused

__all__ = [
    "LOADING",
    "call_unless",
    "collect_garbage",
    "freeze_gc",
    "give_back_memory",
    "import_unless",
    "load",
    "loaded",
    "lower_priority",
    "under_way",
]

T = TypeVar("T")

NICENESS = 5
"""The niceness of training threads, so that the UI thread comes first."""

LOADING = "loading TensorFlow"
"""What it is called while it is under way."""
UNSTOPPABLE = "TensorFlow"
"""The name of threads that only the end of the process can stop."""
POLL_INTERVAL = 0.05
"""Seconds between checks whether a result is still wanted."""

LARGE_LIBRARIES = ("*tensorflow_cc*", "lite/python/libpywrap*common*")
"""Of TensorFlow's, those that take longest to link; the second needs the first."""
_BLOCK = 4 * 2**20
_frozen = Event()
_import_lock = RLock()


def loaded() -> bool:
    """Whether TensorFlow has been imported."""
    return "tensorflow" in sys.modules


def under_way() -> bool:
    """Whether TensorFlow does something that only the end of the process can stop, even if nothing waits for it."""
    return any(thread.name == UNSTOPPABLE for thread in enumerate_threads())


def call_unless(work: Callable[[], T], cancelled: Callable[[], bool]) -> T | None:
    """What ``work`` returns, called in a thread; None as soon as it is ``cancelled``, while ``work`` goes on.

    Raises whatever ``work`` raises.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def call() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001  # raised in the waiting thread
            errors.append(error)

    thread = Thread(target=call, name=UNSTOPPABLE, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(POLL_INTERVAL)
        if cancelled():
            return None
    if errors:
        raise errors[0]
    return results[0]


def import_unless(name: str, cancelled: Callable[[], bool]) -> ModuleType | None:
    """Import ``name``, which imports TensorFlow, as by `call_unless`."""

    def work() -> ModuleType:
        load()
        return import_module(name)

    return call_unless(work, cancelled)


def lower_priority() -> None:
    """Lower the priority of this thread, and of all that it will start, for the CPU cores.

    TensorFlow's threads are started by the thread that first uses it. While they keep every core busy, a key press or
    a redraw would have to wait. It costs nothing while a core is free. Only Linux has niceness per thread; elsewhere
    this does nothing.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, get_native_id(), NICENESS)


def load() -> None:
    """Import TensorFlow and Keras, unless they are loaded; other threads are blocked as little as possible.

    The large shared library is read into the disk cache first: mapped in cold, its pages are fetched one by one with
    the GIL held, and every other thread blocks for over a second. The garbage collector rests meanwhile: an import
    makes a million objects that all stay, and to go through them again and again takes a fifth of its time.

    Raises `TrainingRefused` where TensorFlow would abort the process for lack of memory, and what the import raises.
    """
    with _import_lock:
        if not loaded():
            begun = monotonic()
            _prepare()
            with bytecode.kept("tensorflow"), _without_gc():
                import_module("tensorflow")
                import_module("keras")
                freeze_gc()  # before the collector is back, which would go through all of it once
            durations.remember(LOADING, monotonic() - begun)


@contextmanager
def _without_gc() -> Iterator[None]:
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _prepare() -> None:
    if why := limits.shortage():
        raise TrainingRefused(why)
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    found = find_spec("tensorflow")
    for folder in (found.submodule_search_locations or ()) if found else ():
        for library in (found for pattern in LARGE_LIBRARIES for found in Path(folder).glob(pattern)):
            _read(library)
            _link(library)


def freeze_gc() -> None:
    """Exclude all current objects from garbage collection; once, after the import.

    TensorFlow leaves over a million objects that live as long as the process. Traversing them takes a fifth of a second
    with the GIL held, in which no key press is handled, and it would happen again and again while training.
    """
    if not _frozen.is_set():
        _frozen.set()
        gc.freeze()


def collect_garbage() -> None:
    """Free the networks of earlier sessions, which are in reference cycles and would otherwise stay for hours.

    Objects excluded by `freeze_gc` are skipped, so this takes some milliseconds.
    """
    gc.collect()


def give_back_memory() -> None:
    """Return freed memory to the system, where the C library can: importing and compiling leave much behind."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _read(path: Path) -> None:
    try:
        with open_regular(path, PACKAGED) as file:
            block = bytearray(_BLOCK)
            while file.readinto(block):
                pass
    except OSError:
        return


def _link(library: Path) -> None:
    """Link a library, which takes a third of a second, so that a later import need not.

    An import and ``ctypes.CDLL`` do it with the GIL held; calling the C function directly releases it.
    """
    with suppress(OSError, AttributeError, TypeError):  # a platform without this function
        dlopen = ctypes.CDLL(None).dlopen
        dlopen.argtypes, dlopen.restype = [ctypes.c_char_p, ctypes.c_int], ctypes.c_void_p
        dlopen(os.fsencode(library), os.RTLD_NOW)
