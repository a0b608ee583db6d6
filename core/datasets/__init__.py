"""Datasets by name: what they hold is known without loading them."""

from msgspec import Struct

from core.network.shapes import Shape, count

__all__ = ["DATASETS", "Dataset"]


class Dataset(Struct, frozen=True):
    """The facts of a dataset of labelled images."""

    name: str
    title: str
    shape: Shape
    classes: tuple[str, ...]
    train: int
    test: int

    def takes(self, shape: Shape) -> bool:
        """Whether a network with this input can be fed: the image, without its channel axis, or as one row."""
        return shape == self.shape or shape == self.shape[:2] or shape == (count(self.shape),)


DATASETS = {
    "mnist": Dataset("mnist", "MNIST", (28, 28, 1), tuple("0123456789"), 60_000, 10_000),
}
