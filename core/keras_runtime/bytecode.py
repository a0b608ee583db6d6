"""Keeps the bytecode of what is imported where Python itself can keep none, so that it is compiled once.

TensorFlow has 2,800 modules. To compile their sources takes twice as long as all the rest of its import, and Python
does it again and again where it cannot write beside them, or must not (``PYTHONDONTWRITEBYTECODE``, as in many
containers).
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import cache_from_source, find_spec
from pathlib import Path

from core import storage

__all__ = ["kept"]


@contextmanager
def kept(package: str) -> Iterator[None]:
    """Keep bytecode in LayerLab's own cache folder during the block, if Python keeps none of ``package``.

    Another place that was chosen (``PYTHONPYCACHEPREFIX``) is left as it is, and so is everything if the folder cannot
    be made, or if others may write to it: bytecode is executed.
    """
    folder = storage.cache_folder() / "bytecode"
    if not _is_lost(package) or not _is_private(folder):
        yield
        return
    before = sys.dont_write_bytecode, sys.pycache_prefix
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(folder)
    try:
        yield
    finally:
        sys.dont_write_bytecode, sys.pycache_prefix = before


def _is_lost(package: str) -> bool:
    """Whether Python neither has the bytecode of ``package`` nor will keep it."""
    found = find_spec(package)
    if sys.pycache_prefix is not None or found is None or not found.origin:
        return False
    source = Path(found.origin)
    if Path(cache_from_source(str(source))).exists():
        return False
    return sys.dont_write_bytecode or not os.access(source.parent, os.W_OK)


def _is_private(folder: Path) -> bool:
    """Whether only this user can write to ``folder``, which is made if it is missing."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if sys.platform == "win32":
            return True  # in the user's profile, which is theirs alone
        state = folder.stat(follow_symlinks=False)
        return state.st_uid == os.geteuid() and not state.st_mode & 0o022
    return False
