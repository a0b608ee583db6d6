"""The kernels of a network: where they are, how large, and from what they begin."""

from collections.abc import Iterator

from msgspec import Struct

from core.datasets import DATASETS
from core.network.initializers import Initializer
from core.network.layers import Dense
from core.network.shapes import Shape, count
from core.network.summary import summarize
from core.presets import Preset

__all__ = ["KernelAt", "kernel_for", "kernels"]


class KernelAt(Struct, frozen=True):
    """A kernel in row ``row``, whose layer is called ``label``; ``field`` sets its initializer."""

    row: int
    label: str
    field: str
    initializer: Initializer
    shape: Shape


def kernels(preset: Preset) -> Iterator[KernelAt]:
    """All kernels, from the input on; those of layers that do not fit are left out."""
    for row in summarize(preset.architecture).rows:
        if row.facts is None or row.input is None:
            continue
        inner = row.layer.inner
        for kernel in inner.kernels(row.input):
            yield KernelAt(row.index, row.layer.label, kernel.field, getattr(inner, kernel.field), kernel.shape)


def kernel_for(preset: Preset, kind: type[Initializer], row: int | None, field: str) -> KernelAt:
    """The kernel to show ``kind`` at: that of ``row`` and ``field``, else one that begins so, else the first.

    In a network without kernels it is that of a dense layer from its input to the classes, with ``row`` 0.
    """
    found = list(kernels(preset))
    chosen = (
        [kernel for kernel in found if (kernel.row, kernel.field) == (row, field)]
        or [kernel for kernel in found if kernel.row == row and type(kernel.initializer) is kind]
        or [kernel for kernel in found if kernel.row == row]
        or [kernel for kernel in found if type(kernel.initializer) is kind]
        or found
    )
    if chosen:
        return chosen[0]
    classes = len(DATASETS[preset.plan.dataset].classes)
    dense = Dense(classes)
    shape = (count(preset.architecture.input_shape), classes)
    return KernelAt(0, dense.label, "kernel_initializer", dense.kernel_initializer, shape)
