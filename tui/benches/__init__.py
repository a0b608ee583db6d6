"""Benches: a neuron, a convolution and softmax, each worked by hand. Listed here; imported when one is opened."""

from pkgutil import resolve_name
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from tui.benches.bench import Bench

__all__ = ["BENCHES", "BenchEntry"]


class BenchEntry(Struct, frozen=True):
    """How a bench is listed."""

    title: str
    tooltip: str
    """What it is for, in a line."""
    about: str
    """What there is to do."""
    screen: str
    """Where its class is: ``package.module:Class``."""

    def make(self) -> "Bench":
        """The bench, as it is at first."""
        made: Bench = resolve_name(self.screen)()
        return made


BENCHES: dict[str, BenchEntry] = {
    "neuron": BenchEntry(
        "The neuron by hand",
        "Change b, w1 and w2 of a neuron with two inputs",
        "Two inputs, a bias and two weights: change them, and see z and the output at all four corners, and the line "
        "that parts them.\n\nFind AND, OR and NAND. See why no line has XOR, and which two hidden neurons have it.",
        "tui.benches.neuron:NeuronScreen",
    ),
    "convolution": BenchEntry(
        "A convolution by hand",
        "Slide a filter over an input, product by product",
        "Type an input and a filter, slide the window, and see the products, their sum and the bias, while the output "
        "fills.\n\nStride and padding included, and what a flipped filter would give.",
        "tui.benches.convolution:ConvolutionScreen",
    ),
    "softmax": BenchEntry(
        "Softmax and loss by hand",
        "From logits to probabilities, to -log p and its gradient",
        "Type logits and choose the right class.\n\nThe exponentials follow, their sum, the probabilities, the loss "
        "-log p, and its gradient p - t.",
        "tui.benches.softmax:SoftmaxScreen",
    ),
}
"""Every bench by its name."""
