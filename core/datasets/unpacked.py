"""The examples of a dataset as a file of plain bytes, which all processes of a machine map instead of unpacking them.

The file is in the cache, and any process of the user may write there: it is used only if its digest is the dataset's.
"""

import mmap
from contextlib import suppress
from hashlib import file_digest
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core import storage
from core.datasets.examples import DatasetError, Examples
from core.files import SHARED_DATA, open_regular

if TYPE_CHECKING:
    from core.datasets.base import Dataset

__all__ = ["keep", "mapped"]

_STORED = ("x_train", "x_test", "y_train", "y_test")
"""Images first: so all of them begin where vector instructions can read them."""


def mapped(dataset: "Dataset") -> Examples | None:
    """The examples in the file that `keep` has written; None if there is none, or not the right one.

    Their memory is shared with all processes that map the file; what one writes into an array only it sees.
    """
    if not dataset.unpacked_digest:
        return None
    shapes = _shapes(dataset)
    try:
        with open_regular(_path(dataset), SHARED_DATA) as file:
            if file_digest(file, "sha256").hexdigest() != dataset.unpacked_digest:
                return None
            content = mmap.mmap(file.fileno(), sum(map(prod, shapes.values())), access=mmap.ACCESS_COPY)
    except (OSError, ValueError):  # no file, or one that cannot be mapped
        return None
    arrays: dict[str, Any] = {}
    begin = 0
    for name, shape in shapes.items():
        arrays[name] = np.frombuffer(content, np.uint8, prod(shape), begin).reshape(shape)
        begin += prod(shape)
    return Examples(**arrays)


def keep(dataset: "Dataset") -> None:
    """Write the file that `mapped` reads, unless it is there. If that cannot be, each process unpacks its own."""
    if not dataset.unpacked_digest or mapped(dataset) is not None:
        return
    try:
        examples = dataset.load()
    except DatasetError:  # told where they are needed
        return
    with suppress(OSError), storage.atomic_file(_path(dataset), durably=False) as file:
        for name in _STORED:
            file.write(np.ascontiguousarray(getattr(examples, name)).data)


def _path(dataset: "Dataset") -> Path:
    return storage.cache_folder() / f"{dataset.name}-{dataset.unpacked_digest[:12]}.unpacked"


def _shapes(dataset: "Dataset") -> dict[str, tuple[int, ...]]:
    image = dataset.shape[:2]
    shapes = [(dataset.train, *image), (dataset.test, *image), (dataset.train,), (dataset.test,)]
    return dict(zip(_STORED, shapes, strict=True))
