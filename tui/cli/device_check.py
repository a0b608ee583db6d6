"""`layerlab doctor --train`: trains on every device and compares it with the CPU."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from msgspec import Struct, to_builtins

from core.events import Ended, Event, Progress
from core.formatting import show_bytes, show_count, show_duration, show_percent
from core.training.device_check import NETWORKS, TOLERANCE, DeviceTraining, compare, difference, train_on
from tui.cli.lookup import quiet
from tui.output import Column, Output
from tui.worker_thread import in_worker

if TYPE_CHECKING:
    from rich.status import Status

__all__ = ["DeviceCheck", "check_devices"]

COLUMNS = (
    Column("device"),
    Column("network"),
    Column("loss", right=True),
    Column("test loss", right=True),
    Column("accuracy", right=True),
    Column("CPU difference", right=True),
    Column("examples/s", right=True),
    Column("memory", right=True),
    Column("time", right=True),
)
ONLY_CPU = "only the CPU was checked: TensorFlow finds no GPU here"


class DeviceCheck(Struct, frozen=True):
    """The training runs on all devices, and each device's problem, empty if it has none."""

    trainings: tuple[DeviceTraining, ...]
    problems: dict[str, str]

    def report(self) -> dict[str, object]:
        """The JSON representation."""
        trainings = [
            {**to_builtins(one), "difference": difference(one, self.cpu(one.network))} for one in self.trainings
        ]
        devices = {device: {"ok": not why, "problem": why or None} for device, why in self.problems.items()}
        return {"tolerance": TOLERANCE, "gpu": len(devices) > 1, "devices": devices, "trainings": trainings}

    def cpu(self, network: str) -> DeviceTraining:
        """The training of ``network`` on the CPU."""
        return next(one for one in self.trainings if (one.device, one.network) == ("cpu", network))


def check_devices(devices: Sequence[str], *, as_json: bool) -> DeviceCheck:
    """Train every network on all ``devices``, the CPU first; show progress and results."""
    with quiet() as out:
        if not as_json:
            out.heading("training")
        shows = out.rich and not as_json
        with out.console.status("preparing") if shows else nullcontext() as status:
            trainings = [
                _train(device, network, status, None if as_json else out) for device in devices for network in NETWORKS
            ]
        check = DeviceCheck(tuple(trainings), compare(trainings))
        if not as_json:
            _show(check, out)
    return check


def _train(device: str, network: str, status: "Status | None", out: Output | None) -> DeviceTraining:
    what = f"{device}, {network} network"

    def listen(event: Event) -> None:
        if status:
            status.update(_progress(what, event))

    if status:
        status.update(f"{what}: preparing")
    elif out:
        out.line(f"  {what} ...")
        out.stream.flush()
    return in_worker(lambda: train_on(device, network, listen))


def _progress(what: str, event: Event) -> str:
    if isinstance(event, Progress):
        return f"{what}: step {event.epoch_step} of {event.steps_per_epoch}, loss {event.loss:.4f}"
    return f"{what}: {event.reason}" if isinstance(event, Ended) else what


def _show(check: DeviceCheck, out: Output) -> None:
    out.table(COLUMNS, [_row(one, check.cpu(one.network)) for one in check.trainings])
    for device, why in check.problems.items():
        if why:
            out.line(f"  {device}: ! {why}", "red")
        elif device == "cpu":
            out.line("  cpu: trains correctly")
        else:
            out.line(f"  {device}: matches the CPU's losses within {show_percent(TOLERANCE, 0)}", "green")
    if len(check.problems) == 1:
        out.line(f"  {ONLY_CPU}")


def _row(one: DeviceTraining, cpu: DeviceTraining) -> tuple[str, ...]:
    deviation = difference(one, cpu)
    return (
        one.device,
        one.network,
        _figure(one.loss, "{:.5f}"),
        _figure(one.test_loss, "{:.5f}"),
        show_percent(one.test_accuracy),
        "" if one.device == "cpu" else show_percent(deviation, 3),
        "-" if one.examples_per_second is None else show_count(round(one.examples_per_second)),
        "-" if one.memory is None else f"{show_bytes(one.memory)} ({one.memory_of})",
        "-" if one.seconds is None else show_duration(one.seconds),
    )


def _figure(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)
