"""What every dataset is: its facts, known without loading it, and how it is loaded."""

from abc import ABC, abstractmethod
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from core.datasets.examples import Examples, Preview

__all__ = ["DATASETS", "Dataset"]

DATASETS: "dict[str, Dataset]" = {}
"""All datasets by name."""


class Dataset(ABC):
    """A dataset of labelled images. A subclass is one of LayerLab's by being defined: plans offer it by its name."""

    name: ClassVar[str]
    """What plans and ``keras.datasets`` call it."""
    title: ClassVar[str]
    shape: ClassVar[tuple[int, int, int]]
    """Of one image: height, width, channels."""
    classes: ClassVar[tuple[str, ...]]
    train: ClassVar[int]
    """Examples of the training set."""
    test: ClassVar[int]

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        DATASETS[cls.name] = cls()

    @abstractmethod
    def load(self) -> "Examples":
        """All examples. Takes a third of a second or more: use a worker. Raises `DatasetError`."""

    def preview(self, each: int = 20) -> "Preview":
        """Class counts and the first ``each`` training images of every class. Raises `DatasetError`."""
        return _preview(self, each)

    def takes(self, shape: tuple[int, ...]) -> bool:
        """Whether a network with this input can be fed: the image, without its channel axis, or as one row."""
        return shape in (self.shape, self.shape[:2], (prod(self.shape),))


@lru_cache(maxsize=4)
def _preview(dataset: Dataset, each: int) -> "Preview":
    return dataset.load().preview(len(dataset.classes), each)
