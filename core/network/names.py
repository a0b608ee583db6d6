"""A name for a network that has none: what it is made of."""

from core.network.architecture import Architecture
from core.network.shapes import count
from core.network.summary import Row, summarize

__all__ = ["network_name"]


def network_name(architecture: Architecture) -> str:
    """``784-256-10`` for a dense network; ``C6-P-C16-P-120-84-10`` with convolutions and pooling, ``LSTM64-10``.

    Only layers with kernels, and pooling, are named. Empty without any.
    """
    parts = [_part(row) for row in summarize(architecture).rows]
    parts = [part for part in parts if part]
    if parts and all(part.isdecimal() for part in parts):
        parts.insert(0, str(count(architecture.input_shape)))
    return "-".join(parts)


def _part(row: Row) -> str:
    layer = row.layer.inner
    if layer.pooling:
        return "P"
    if row.facts is None or not layer.has_kernel:
        return ""
    size = row.facts.output[-1]
    return f"{layer.type}{size}" if layer.recurrent else f"C{size}" if layer.window_operation else str(size)
