"""Checks the installation on this machine: versions, data, folders, devices."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from msgspec import Struct

from core import machine, presets, storage
from core.datasets import DATASETS
from core.formatting import show_count
from core.presets import PresetError

__all__ = ["Check", "data", "devices", "folders", "own_presets", "system", "versions"]

LIBRARIES = ("layerlab", "tensorflow", "keras", "numpy", "textual", "rich", "plotext", "click", "msgspec")


class Check(Struct, frozen=True):
    """The result of one check: what was found, and for a problem, why and what to do."""

    name: str
    found: str
    problem: str | None = None


def system() -> tuple[Check, ...]:
    """Operating system, interpreter, cores."""
    return (
        Check("system", platform.platform()),
        Check("python", platform.python_version()),
        Check("cores", str(machine.cores())),
    )


def versions() -> tuple[Check, ...]:
    """Installed versions of LayerLab and its dependencies, without importing them."""
    return tuple(_version(name) for name in LIBRARIES)


def data() -> tuple[Check, ...]:
    """The datasets: read, and checked against their digests, unless there is too little memory."""
    from core.keras_runtime import limits  # noqa: PLC0415  # only training needs it

    if limits.shortage():  # which `devices` reports
        return tuple(Check(dataset.title, "not read: too little memory") for dataset in DATASETS.values())
    from core.datasets.examples import DatasetError  # noqa: PLC0415  # loads NumPy

    findings = []
    for dataset in DATASETS.values():
        try:
            dataset.load()
        except DatasetError as error:
            findings.append(Check(dataset.title, "damaged", str(error)))
        else:
            found = f"{show_count(dataset.train)} + {show_count(dataset.test)} examples, digest correct"
            findings.append(Check(dataset.title, found))
    return tuple(findings)


def folders() -> tuple[Check, ...]:
    """The folders of the user's files and the log, and whether they are writable."""
    return (
        _folder("presets", storage.presets_folder()),
        _folder("runs", storage.home() / "runs"),
        _folder("log", storage.log_file().parent),
    )


def own_presets() -> tuple[Check, ...]:
    """The user's own presets that cannot be read."""
    findings = []
    for listed in presets.listed():
        if listed.own:
            try:
                presets.load(listed.path)
            except PresetError as error:
                findings.append(Check(listed.id, "unreadable", str(error)))
    return tuple(findings)


def devices() -> tuple[Check, ...]:
    """The devices available for training. Loads TensorFlow, which takes seconds."""
    from core.keras_runtime import devices as training  # noqa: PLC0415  # only training needs it
    from core.keras_runtime.failures import TrainingRefused  # noqa: PLC0415

    try:
        names = training.devices()
    except TrainingRefused as refused:
        return (Check("tensorflow", "cannot be loaded", str(refused)),)
    except Exception as error:  # noqa: BLE001  # a broken installation can fail in any way
        return (Check("tensorflow", "cannot be loaded", f"TensorFlow cannot be loaded: {error}; reinstall LayerLab"),)
    return tuple(Check(name, "ready") for name in names)


def _version(name: str) -> Check:
    try:
        return Check(name, version(name))
    except PackageNotFoundError:
        return Check(name, "missing", f"{name} is not installed; reinstall LayerLab")


def _folder(name: str, folder: Path) -> Check:
    existing = next((path for path in (folder, *folder.parents) if path.exists()), None)
    if existing and existing.is_dir() and os.access(existing, os.W_OK):
        return Check(name, str(folder))
    return Check(name, str(folder), f"{folder} is not writable; set LAYERLAB_HOME to a folder you can write to")
