"""What LayerLab finds on this machine: versions, data, folders, devices; and what is wrong with them."""

import os
import platform
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from msgspec import Struct

from core import presets, storage
from core.datasets import DATASETS
from core.presets import PresetError
from core.quantities import show_count

__all__ = ["Finding", "data", "devices", "folders", "own_presets", "system", "versions"]

LIBRARIES = ("layerlab", "tensorflow", "keras", "numpy", "textual", "rich", "plotext", "typer", "msgspec")


class Finding(Struct, frozen=True):
    """One thing looked at: what was found, and if that is a problem, why and what to do."""

    name: str
    found: str
    problem: str | None = None


def system() -> tuple[Finding, ...]:
    """Operating system, interpreter, cores."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return (
        Finding("system", platform.platform()),
        Finding("python", platform.python_version()),
        Finding("cores", str(usable)),
    )


def versions() -> tuple[Finding, ...]:
    """Installed versions of LayerLab and of what it stands on; nothing is imported for that."""
    return tuple(_version(name) for name in LIBRARIES)


def data() -> tuple[Finding, ...]:
    """The datasets: read, and checked against their digests, unless the memory for that cannot be had."""
    from core.training import limits  # noqa: PLC0415  # only what trains needs so much

    if limits.shortage():  # which `devices` tells
        return tuple(Finding(dataset.title, "not read: too little memory") for dataset in DATASETS.values())
    from core.datasets import mnist  # noqa: PLC0415  # loads NumPy
    from core.datasets.examples import DatasetError  # noqa: PLC0415

    readers: dict[str, Callable[[], object]] = {"mnist": mnist.load}
    findings = []
    for name, dataset in DATASETS.items():
        try:
            readers[name]()
        except DatasetError as error:
            findings.append(Finding(dataset.title, "damaged", str(error)))
        else:
            found = f"{show_count(dataset.train)} + {show_count(dataset.test)} examples, digest as it should be"
            findings.append(Finding(dataset.title, found))
    return tuple(findings)


def folders() -> tuple[Finding, ...]:
    """Where a person's own files and the log go, and whether they can."""
    return (
        _folder("presets", storage.presets_folder()),
        _folder("runs", storage.home() / "runs"),
        _folder("log", storage.log_file().parent),
    )


def own_presets() -> tuple[Finding, ...]:
    """A person's own presets that cannot be read."""
    findings = []
    for listed in presets.listed():
        if listed.own:
            try:
                presets.load(listed.path)
            except PresetError as error:
                findings.append(Finding(listed.id, "unreadable", str(error)))
    return tuple(findings)


def devices() -> tuple[Finding, ...]:
    """What can train here. Loads TensorFlow, which takes seconds."""
    from core.training import devices as training  # noqa: PLC0415  # only what trains loads TensorFlow
    from core.training.failures import Refused  # noqa: PLC0415

    try:
        names = training.devices()
    except Refused as refused:
        return (Finding("tensorflow", "cannot be loaded", str(refused)),)
    except Exception as error:  # noqa: BLE001  # a broken installation fails in any way it likes
        return (Finding("tensorflow", "cannot be loaded", f"TensorFlow cannot be loaded: {error}; reinstall LayerLab"),)
    return tuple(Finding(name, "ready") for name in names)


def _version(name: str) -> Finding:
    try:
        return Finding(name, version(name))
    except PackageNotFoundError:
        return Finding(name, "missing", f"{name} is not installed; reinstall LayerLab")


def _folder(name: str, folder: Path) -> Finding:
    existing = next((path for path in (folder, *folder.parents) if path.exists()), None)
    if existing and existing.is_dir() and os.access(existing, os.W_OK):
        return Finding(name, str(folder))
    return Finding(name, str(folder), f"{folder} cannot be written; set LAYERLAB_HOME to a folder of yours")
