"""TensorFlow and Keras set up before they are first imported. Importing this module loads neither."""

import gc
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from threading import Event

__all__ = ["loaded", "prepare", "reclaim", "settle"]

_BLOCK = 4 * 2**20
_settled = Event()


def loaded() -> bool:
    """Whether TensorFlow is in memory already."""
    return "tensorflow" in sys.modules


def prepare() -> None:
    """Make a later ``import tensorflow`` quiet and as smooth as it can be; takes a while on a cold disk.

    The large shared library is read into the disk cache first: mapped in cold, its pages are fetched one by one
    with Python's lock held, and every other thread stands still for over a second.
    """
    if loaded():
        return
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    found = find_spec("tensorflow")
    for folder in (found.submodule_search_locations or ()) if found else ():
        for library in Path(folder).glob("*tensorflow_cc*"):
            _read(library)


def settle() -> None:
    """Take all that is in memory now out of the garbage collector's rounds; once, after the import.

    TensorFlow leaves over a million objects that live as long as the process. Going through them takes a fifth of a
    second with Python's lock held, in which no key answers, and it would happen again and again while training.
    """
    if not _settled.is_set():
        _settled.set()
        gc.freeze()


def reclaim() -> None:
    """Give back what earlier sessions held: their networks, in cycles, else wait for a round that comes hours later.

    What `settle` took out is not gone through, so this takes some milliseconds.
    """
    gc.collect()


def _read(path: Path) -> None:
    try:
        with path.open("rb", buffering=0) as file:
            block = bytearray(_BLOCK)
            while file.readinto(block):
                pass
    except OSError:
        return
