"""MNIST in the order of its labels, as it comes from a folder for each class: shows what shuffling is for."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from core.datasets.base import DATASETS, Dataset

if TYPE_CHECKING:
    from core.datasets.examples import Examples

__all__ = ["SortedMnist"]


class SortedMnist(Dataset):
    """The digits of MNIST, those to train on in the order of their labels: all zeros first, all nines last."""

    name = "mnist-sorted"
    keras_name = "mnist"
    title = "MNIST, sorted"
    shape = (28, 28, 1)
    classes = tuple("0123456789")
    train = 60_000
    test = 10_000
    is_sorted = True
    preparation = (
        'order = y_train.argsort(kind="stable")',
        "x_train, y_train = x_train[order], y_train[order]",
    )

    def load(self) -> "Examples":
        examples = DATASETS["mnist"].examples()
        order = examples.y_train.argsort(kind="stable")
        return replace(examples, x_train=examples.x_train[order], y_train=examples.y_train[order])
