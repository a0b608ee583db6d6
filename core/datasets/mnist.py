"""MNIST, shipped with LayerLab and read when it is asked for. Reading takes a third of a second: use a worker."""

from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np

from core.datasets import DATASETS
from core.datasets.examples import DatasetError, Examples, Preview
from core.files import SHARED_DATA, read_bytes

__all__ = ["DIGEST", "FILE", "load", "preview"]

FILE = Path(__file__).with_name("mnist.npz")
DIGEST = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"
"""SHA-256 of the archive."""


def load(file: Path = FILE) -> Examples:
    """All of MNIST: 60,000 training and 10,000 test digits of 28 x 28 pixels.

    Raises `DatasetError` if ``file`` cannot be read or is not the archive that LayerLab ships.
    """
    try:
        content = read_bytes(file, SHARED_DATA)
    except OSError as error:
        raise DatasetError(f"{file}: cannot be read: {error.strerror or error}; reinstall LayerLab") from error
    if sha256(content).hexdigest() != DIGEST:
        raise DatasetError(f"{file}: is not the MNIST file that LayerLab came with (wrong digest); reinstall LayerLab")
    with np.load(BytesIO(content)) as archive:
        return Examples(*(archive[name] for name in Examples.__struct_fields__))


@lru_cache(maxsize=4)
def preview(each: int = 20) -> Preview:
    """Class counts and the first ``each`` training digits of every class. Raises `DatasetError`."""
    return load().preview(len(DATASETS["mnist"].classes), each)
