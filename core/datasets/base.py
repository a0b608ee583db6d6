"""The base of all datasets: metadata, available without loading, and how to load the examples."""

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
    """A dataset of labelled images. Defining a subclass registers it, and plans offer it by its name."""

    name: ClassVar[str]
    """Its name in plans."""
    keras_name: ClassVar[str] = ""
    """Its name in ``keras.datasets``; empty: the same."""
    preparation: ClassVar[tuple[str, ...]] = ()
    """Lines of Python that make it out of what Keras loads: ``x_train``, ``y_train``, ``x_test``, ``y_test``."""
    title: ClassVar[str]
    shape: ClassVar[tuple[int, int, int]]
    """Shape of one image: (height, width, channels)."""
    classes: ClassVar[tuple[str, ...]]
    train: ClassVar[int]
    """Number of training examples."""
    test: ClassVar[int]
    is_sorted: ClassVar[bool] = False
    """Whether the training examples are in the order of their classes."""
    unpacked_digest: ClassVar[str] = ""
    """SHA-256 of the bytes of all training images, test images, training labels and test labels, in this order.

    Without one, every process unpacks the examples for itself.
    """

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        DATASETS[cls.name] = cls()

    @abstractmethod
    def load(self) -> "Examples":
        """All examples, unpacked. Takes a third of a second or more, so call it in a worker. Raises `DatasetError`."""

    def examples(self) -> "Examples":
        """All examples: mapped, if `core.datasets.unpacked.keep` was called on this machine, or unpacked by `load`.

        Raises `DatasetError`.
        """
        from core.datasets import unpacked  # noqa: PLC0415  # imports NumPy

        return unpacked.mapped(self) or self.load()

    def preview(self, each: int = 20) -> "Preview":
        """Class counts and the first ``each`` training images of every class. Raises `DatasetError`."""
        return _preview(self, each)

    def takes(self, shape: tuple[int, ...]) -> bool:
        """Whether images fit this input shape: as they are, without the channel axis, or flattened."""
        return shape in (self.shape, self.shape[:2], (prod(self.shape),))


@lru_cache(maxsize=4)
def _preview(dataset: Dataset, each: int) -> "Preview":
    return dataset.examples().preview(len(dataset.classes), each)
