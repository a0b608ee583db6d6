"""MNIST, shipped with LayerLab: nothing is downloaded."""

from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from core.datasets.base import Dataset
from core.files import SHARED_DATA, read_bytes

if TYPE_CHECKING:
    from core.datasets.examples import Examples

__all__ = ["DIGEST", "FILE", "Mnist", "load"]

FILE = Path(__file__).parents[1] / "mnist.npz"
DIGEST = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"
"""SHA-256 of the archive."""


class Mnist(Dataset):
    """60,000 training and 10,000 test digits of 28 x 28 pixels."""

    name = "mnist"
    title = "MNIST"
    shape = (28, 28, 1)
    classes = tuple("0123456789")
    train = 60_000
    test = 10_000
    unpacked_digest = "c2069063c1105f2bf96266aef1ff68c6e13bdda7a54e37bf19c16f1db24efc83"

    def load(self) -> "Examples":
        return load()


def load(file: Path = FILE) -> "Examples":
    """All of MNIST. Raises `DatasetError` if ``file`` cannot be read or is not the archive that LayerLab ships."""
    import numpy as np  # noqa: PLC0415  # the metadata is used without NumPy

    from core.datasets.examples import DatasetError, Examples  # noqa: PLC0415  # imports NumPy

    try:
        content = read_bytes(file, SHARED_DATA)
    except OSError as error:
        raise DatasetError(f"{file}: cannot be read: {error.strerror or error}; reinstall LayerLab") from error
    if sha256(content).hexdigest() != DIGEST:
        raise DatasetError(f"{file}: is not the MNIST file shipped with LayerLab (wrong digest); reinstall LayerLab")
    with np.load(BytesIO(content)) as archive:
        return Examples(*(archive[name] for name in Examples.__struct_fields__))
