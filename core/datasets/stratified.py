"""A part of a set of examples in which every class has its share."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["stratified"]


def stratified(labels: NDArray[np.integer], most: int) -> NDArray[np.int64]:
    """At most ``most`` indices into ``labels`` (n,), in order, each class with its share of them: int64 (m,).

    No random numbers are drawn: of every class they lie evenly from its first example to its last, so the same labels
    always give the same indices. Shares are rounded by largest remainders, so that they add up.
    """
    if len(labels) <= most:
        return np.arange(len(labels))
    classes, counts = np.unique(labels, return_counts=True)
    shares = counts * most / len(labels)
    wanted = np.floor(shares).astype(np.int64)
    short = most - int(wanted.sum())
    wanted[np.argsort(wanted - shares, kind="stable")[:short]] += 1
    chosen = [
        np.flatnonzero(labels == label)[np.arange(share) * count // max(1, share)]
        for label, count, share in zip(classes, counts, wanted, strict=True)
    ]
    return np.sort(np.concatenate(chosen)).astype(np.int64)
