"""Stratified subsets: every class keeps its share of the examples."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["stratified"]


def stratified(labels: NDArray[np.integer], most: int) -> NDArray[np.int64]:
    """At most ``most`` sorted indices into ``labels`` (n,), with each class's share preserved: int64 (m,).

    Deterministic: the indices are evenly spaced over the examples of each class, so the same labels always give the
    same indices. Shares are rounded by the largest remainder method, so that they add up to ``most``.
    """
    if len(labels) <= most:
        return np.arange(len(labels))
    classes, counts = np.unique(labels, return_counts=True)
    shares = counts * most / len(labels)
    sizes = np.floor(shares).astype(np.int64)
    missing = most - int(sizes.sum())
    sizes[np.argsort(sizes - shares, kind="stable")[:missing]] += 1
    chosen = [
        np.flatnonzero(labels == label)[np.arange(size) * count // max(1, size)]
        for label, count, size in zip(classes, counts, sizes, strict=True)
    ]
    return np.sort(np.concatenate(chosen)).astype(np.int64)
