"""A sweep on disk: what it trains, and a file for each trial that has ended. Its runs are saved like all others."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from core import presets, process_lock, storage
from core.fields.types import FieldError
from core.files import SWEEP, read_bytes
from core.presets import printable_path
from core.runs.record import Metrics
from core.sweeps.addresses import addresses, value_at
from core.sweeps.messages import TrialState
from core.sweeps.stored import content, definition, read_sweep
from core.sweeps.sweep import Metric, Setting, Sweep

__all__ = ["SweepError", "SweepFolder", "TrialRecord", "find", "folders"]

FORMAT = 1
_NUMBER = re.compile(r"\d{1,6}\.json")


class SweepError(ValueError):
    """A sweep cannot be written, found or resumed; the message says where, why and how to fix it, in one line."""


class TrialRecord(Struct, frozen=True):
    """How a trial ended."""

    number: int
    values: Setting
    seed: int
    state: TrialState
    message: str = ""
    """Why it failed, or that its run was not saved; or empty."""
    run: str | None = None
    """The id of its run."""
    metrics: Metrics = Metrics()
    seconds: float = 0.0
    may_differ: bool = False
    """Whether it might end differently if it were trained again."""
    by_epoch: tuple[float, ...] = ()
    """What a pruner compared it by, after each epoch; empty if there was none."""

    @property
    def settled(self) -> bool:
        """Whether training it again would say nothing new."""
        return self.state != "stopped" and not self.may_differ

    def value(self, metric: Metric) -> float | None:
        """What trials are compared by; None if it was not measured."""
        metrics = self.metrics
        return {
            "val_accuracy": metrics.last_val_accuracy,
            "best_val_accuracy": metrics.best_val_accuracy,
            "test_accuracy": metrics.test_accuracy,
            "val_loss": metrics.last_val_loss,
            "test_loss": metrics.test_loss,
        }[metric]


class SweepFolder:
    """The folder of a sweep, in sweeps/ under the user's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, sweep: Sweep, id: str) -> "SweepFolder":
        """A new folder for ``sweep``. Raises `SweepError`."""
        folder = cls(storage.home() / "sweeps" / id)
        try:
            (folder.path / "trials").mkdir(parents=True)
        except OSError as error:
            raise folder._unwritable(error) from error
        folder._write({"format": FORMAT, **content(sweep)})
        return folder

    @property
    def key(self) -> str:
        """The last part of its name, which also marks its runs."""
        return self.path.name.rpartition("-")[2]

    @property
    def name(self) -> str:
        """The name of its sweep. Raises `SweepError`."""
        return str(self._read().get("name"))

    @property
    def begun(self) -> float | None:
        """When its sweep began, in seconds since 1970, UTC, from the name of the folder; None if that does not say."""
        try:
            return time.mktime(time.strptime(self.path.name[:15], "%Y%m%d-%H%M%S"))
        except (ValueError, OverflowError):
            return None

    def sweep(self) -> Sweep:
        """Its sweep, with presets that have no names of their own. Raises `SweepError`."""
        raw = self._read()
        try:
            return read_sweep(raw, self.records())
        except FieldError as error:
            raise SweepError(f"{printable_path(self.path.name)}: sweep.json: {error}; begin it anew") from error
        except RecursionError as error:
            raise self._unreadable() from error

    def update(self, sweep: Sweep) -> None:
        """Keep what may differ when ``sweep``, that of this folder, is resumed: more repeats, metric, its base's id.

        Raises `SweepError`.
        """
        raw = self._read()
        before = raw.get("repeats")
        repeats = max(sweep.repeats, before) if isinstance(before, int) else sweep.repeats
        now = {**raw, "repeats": repeats, "metric": sweep.metric, "base_id": sweep.base_id}
        if now != raw:
            self._write(now)

    def lock(self) -> Any:
        """A lock that is released with the process. Raises `SweepError` if another process has it."""
        try:
            return process_lock.acquire(self.path / "lock")
        except process_lock.LockHeldError as error:
            raise SweepError(f"{printable_path(self.path.name)}: is being trained by another process") from error
        except OSError as error:
            raise self._unwritable(error) from error

    def check(self, sweep: Sweep) -> None:
        """Raises `SweepError`, naming the difference, unless this is the folder of the same ``sweep``."""
        before = self._read()
        for key, now in definition(sweep).items():
            if before.get(key) != json.loads(json.dumps(now)):
                raise SweepError(f"{sweep.name}: cannot be resumed: {_difference(key, before.get(key), now)}")

    def write(self, record: TrialRecord) -> None:
        """Keep how a trial ended. Raises OSError."""
        path = self.path / "trials" / f"{record.number:05}.json"
        storage.write_atomically(path, msgspec.json.encode(record), durably=False)

    def records(self) -> dict[int, TrialRecord]:
        """The trials that have ended, by number; those that can be read."""
        return {record.number: record for record in self._records()}

    def _records(self) -> Iterator[TrialRecord]:
        try:
            names = sorted(path.name for path in (self.path / "trials").iterdir() if _NUMBER.fullmatch(path.name))
        except OSError:
            return
        for name in names:
            try:
                yield msgspec.json.decode(read_bytes(self.path / "trials" / name, SWEEP), type=TrialRecord)
            except (OSError, ValueError):
                continue  # it is trained again

    def _read(self) -> dict[str, Any]:
        try:
            raw = json.loads(read_bytes(self.path / "sweep.json", SWEEP))
        except (OSError, ValueError, RecursionError) as error:
            raise self._unreadable() from error
        if not isinstance(raw, dict) or raw.get("format") != FORMAT:
            raise SweepError(f"{printable_path(self.path.name)}: was written by another LayerLab; begin it anew")
        return raw

    def _write(self, raw: dict[str, Any]) -> None:
        try:
            storage.write_atomically(self.path / "sweep.json", json.dumps(raw, indent=1))
        except OSError as error:
            raise self._unwritable(error) from error

    def _unreadable(self) -> SweepError:
        return SweepError(f"{printable_path(self.path.name)}: cannot be read; begin it anew")

    def _unwritable(self, error: OSError) -> SweepError:
        return SweepError(f"{printable_path(self.path)}: cannot be written: {error.strerror or error}")


def find(key: str) -> SweepFolder:
    """The folder of the sweep with this ``key`` or id, the newest if several have it. Raises `SweepError`."""
    query = key.strip().casefold()
    for path in _paths():
        folder = SweepFolder(path)
        if query and query in (folder.key, path.name):
            return folder
    raise SweepError(f"{printable_path(key)}: there is no such sweep; `layerlab sweep` prints its key as it begins")


def folders(name: str) -> Iterator[SweepFolder]:
    """The folders of all sweeps of this ``name`` that can be read, the newest first."""
    for path in _paths():
        folder = SweepFolder(path)
        with suppress(SweepError):
            if folder.name == name:
                yield folder


def _paths() -> list[Path]:
    """The folders of all sweeps, the newest first."""
    try:
        return sorted((storage.home() / "sweeps").iterdir(), reverse=True)
    except OSError:
        return []


def _difference(key: str, before: Any, now: Any) -> str:
    """What has changed since a sweep began, in words."""
    if key == "base":
        try:
            then, present = presets.loads(before, "sweep.json"), presets.loads(now, "base")
        except (presets.PresetError, TypeError):
            return "its base has changed; begin it anew"
        for address in dict.fromkeys([*addresses(then), *addresses(present)]):
            old, new = value_at(then, address), value_at(present, address)
            if old != new:
                return f"{address} was {old} and is {new}; begin it anew"
        return "the layers of its base have changed; begin it anew"
    if key in ("choose", "limit", "pruner"):
        return f"{key} was {before} and is {now}; begin it anew"
    return f"what it varies has changed ({key}); begin it anew"
