"""Which versions the workers of a cluster have: with others, the same training gives other numbers."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING

from core.sanitize import one_line

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["PACKAGES", "difference", "ours", "theirs"]

PACKAGES = {"layerlab": "LayerLab", "tensorflow": "TensorFlow", "keras": "Keras"}
"""Names of packages, and what they are called."""
NONE = ""
"""The version of what is not installed."""

Versions = Mapping[str, str]


def ours() -> Versions:
    """The versions of this process, by package; imports none of them."""
    return {package: version(package) for package in PACKAGES}


def theirs(client: "Client", workers: list[str]) -> Mapping[str, Versions]:
    """The versions that ``workers`` have, by worker and package; loads nothing there. Raises OSError."""
    found: dict[str, dict[str, str]] = {worker: {} for worker in workers}
    for package in PACKAGES:
        # A function that every Python has: one of LayerLab could not be asked where that is missing.
        answers = client.run(version, package, workers=workers, on_error="return")
        for worker in workers:
            answer = answers.get(worker)
            found[worker][package] = answer if isinstance(answer, str) else NONE
    return found


def difference(worker: str, found: Versions, here: Versions) -> str:
    """In what ``worker`` differs from ``here``, in a line; empty if in nothing."""
    for package, name in PACKAGES.items():
        there = found.get(package, NONE)
        if there != here[package]:
            has = f"{name} {one_line(there, 50)}" if there else f"no {name}"
            return f"the worker {one_line(worker, 100)} has {has}, here it is {here[package]}; install the same there"
    return ""
