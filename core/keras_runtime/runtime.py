"""TensorFlow and Keras set up before they are first imported. Importing this module loads neither."""

import ctypes
import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread, get_native_id
from threading import enumerate as enumerate_threads
from types import ModuleType

from core.files import PACKAGED, open_regular
from core.keras_runtime import limits
from core.keras_runtime.failures import TrainingRefused

__all__ = ["collect_garbage", "freeze_gc", "import_unless", "loaded", "loading", "lower_priority", "prepare"]

NICENESS = 5
"""How far training stands back behind the threads that answer a person."""

LOADING = "loading TensorFlow"
"""What the threads are called that do so."""
PATIENCE = 0.05
"""Seconds after which one who waits for an import looks whether it is still wanted."""

_BLOCK = 4 * 2**20
_settled = Event()


def loaded() -> bool:
    """Whether TensorFlow is in memory already."""
    return "tensorflow" in sys.modules


def loading() -> bool:
    """Whether an import is under way that nobody may wait for any more; nothing but the process's end can end it."""
    return any(thread.name == LOADING for thread in enumerate_threads())


def import_unless(name: str, given_up: Callable[[], bool]) -> ModuleType | None:
    """The module ``name``, which imports TensorFlow; or None as soon as it is ``given_up``, and the import goes on.

    Raises whatever the import raises.
    """
    modules: list[ModuleType] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            prepare()
            modules.append(import_module(name))
        except BaseException as error:  # noqa: BLE001  # raised in the thread that waits
            errors.append(error)

    thread = Thread(target=work, name=LOADING, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(PATIENCE)
        if given_up():
            return None
    if errors:
        raise errors[0]
    return modules[0]


def lower_priority() -> None:
    """Have this thread, and all that it will start, stand back wherever another thread wants the same core.

    TensorFlow's own threads come from the thread that first uses it. While they keep every core busy, a key or a
    redraw would wait for its turn behind them. It costs nothing where a core is free. Only Linux knows the niceness
    of a thread; elsewhere this does nothing.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, get_native_id(), NICENESS)


def prepare() -> None:
    """Make a later ``import tensorflow`` quiet and as smooth as it can be; takes a while on a cold disk.

    The large shared library is read into the disk cache first: mapped in cold, its pages are fetched one by one
    with Python's lock held, and every other thread stands still for over a second.

    Raises `TrainingRefused` where TensorFlow would end the process for want of memory.
    """
    if loaded():
        return
    if why := limits.shortage():
        raise TrainingRefused(why)
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    found = find_spec("tensorflow")
    for folder in (found.submodule_search_locations or ()) if found else ():
        for library in Path(folder).glob("*tensorflow_cc*"):
            _read(library)
            _link(library)


def freeze_gc() -> None:
    """Take all that is in memory now out of the garbage collector's rounds; once, after the import.

    TensorFlow leaves over a million objects that live as long as the process. Going through them takes a fifth of a
    second with Python's lock held, in which no key answers, and it would happen again and again while training.
    """
    if not _settled.is_set():
        _settled.set()
        gc.freeze()


def collect_garbage() -> None:
    """Give back what earlier sessions held: their networks, in cycles, else wait for a round that comes hours later.

    What `freeze_gc` took out is not gone through, so this takes some milliseconds.
    """
    gc.collect()


def _read(path: Path) -> None:
    try:
        with open_regular(path, PACKAGED) as file:
            block = bytearray(_BLOCK)
            while file.readinto(block):
                pass
    except OSError:
        return


def _link(library: Path) -> None:
    """Link a library in, a third of a second's work, so that a later import finds it done.

    An import and ``ctypes.CDLL`` do it with Python's lock held; a C function called by hand gives the lock up.
    """
    with suppress(OSError, AttributeError, TypeError):  # a platform that has no such function
        dlopen = ctypes.CDLL(None).dlopen
        dlopen.argtypes, dlopen.restype = [ctypes.c_char_p, ctypes.c_int], ctypes.c_void_p
        dlopen(os.fsencode(library), os.RTLD_NOW)
