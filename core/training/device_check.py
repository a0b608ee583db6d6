"""Checks that every device trains as the CPU does: runs the same short trainings on each and compares them.

The networks are small and use plain SGD, so that rounding errors stay small: SGD adds them to the weights as they are,
where Adam would divide by them. The seed fixes the order of the examples and the initial weights on any device.
"""

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from core.events import Ended, EpochEnded, Event, Progress
from core.formatting import show_percent
from core.keras_runtime import devices
from core.keras_runtime.failures import explain
from core.network.architecture import Architecture
from core.network.layers import Conv2D, Dense, Flatten, MaxPooling2D
from core.plan.optimizers import SGD
from core.plan.plan import Plan
from core.training.session import Session

__all__ = ["NETWORKS", "TOLERANCE", "DeviceTraining", "compare", "difference", "train_on"]

NETWORKS = {
    "dense": Architecture((28, 28, 1), (Flatten(), Dense(128, "relu"), Dense(10, "softmax"))),
    "convolutional": Architecture(
        (28, 28, 1),
        (
            Conv2D(8, (3, 3), activation="relu"),
            MaxPooling2D((2, 2)),
            Conv2D(16, (3, 3), activation="relu"),
            MaxPooling2D((2, 2)),
            Flatten(),
            Dense(10, "softmax"),
        ),
    ),
}
PLAN = Plan(optimizer=SGD(0.05), batch_size=128, epochs=1, validation="none")

TOLERANCE = 0.01
"""How far, in relative terms, the losses of a device may differ from the CPU's.

Summing float32 in another order changes the result by about 1e-7: after an epoch here, a CPU with and without oneDNN
differs by 2e-5 in the loss and 2e-4 in the test loss. NVIDIA GPUs from Ampere on multiply in TF32, with 10 bits of
mantissa, and round by 5e-4 where float32 rounds by 6e-8; the resulting difference has not been measured. Wrong
gradients or different examples are off by far more than this.
"""


class DeviceTraining(Struct, frozen=True):
    """The result of a short training. Losses are means over examples; memory is in bytes."""

    device: str
    network: str
    loss: float | None = None
    """Over the epoch; None, like all that follows, if it failed."""
    test_loss: float | None = None
    test_accuracy: float | None = None
    examples_per_second: float | None = None
    seconds: float | None = None
    """Of the epoch, without preparation."""
    memory: int | None = None
    """Peak use: of the device's memory where TensorFlow reports it, else of the whole process."""
    memory_of: str = ""
    failure: str = ""


def train_on(
    device: str, network: str, on_event: Callable[[Event], None] = lambda _: None, plan: Plan | None = None
) -> DeviceTraining:
    """Train ``network``, one of `NETWORKS`, on ``device``, passing progress to ``on_event``.

    Loads TensorFlow. Never raises.
    """
    ended: Ended | None = None
    epoch: EpochEnded | None = None

    def handle(event: Event) -> None:
        nonlocal epoch
        if isinstance(event, EpochEnded):
            epoch = event
        if isinstance(event, Progress | Ended):
            on_event(event)

    try:
        _reset_memory(device)
        session = Session(NETWORKS[network], replace(plan or PLAN, device=device), handle)
        ended = session.run()
        memory, memory_of = _memory(device)
    except Exception as error:  # noqa: BLE001  # a device may fail in any way
        return DeviceTraining(device, network, failure=explain(error))
    if ended.reason != "finished" or epoch is None:
        return DeviceTraining(device, network, failure=ended.message or f"the training was {ended.reason}")
    return DeviceTraining(
        device,
        network,
        epoch.loss,
        ended.test_loss,
        ended.test_accuracy,
        ended.examples_per_second,
        epoch.seconds,
        memory,
        memory_of,
    )


def difference(trained: DeviceTraining, cpu: DeviceTraining) -> float | None:
    """The relative difference between the losses of ``trained`` and those of ``cpu``; None if either failed.

    The larger of the two, for the epoch and the test set.
    """
    pairs = ((trained.loss, cpu.loss), (trained.test_loss, cpu.test_loss))
    relative = [
        abs(one - other) / max(abs(other), 1e-12) for one, other in pairs if one is not None and other is not None
    ]
    return max(relative) if len(relative) == len(pairs) else None


def compare(trainings: Sequence[DeviceTraining]) -> dict[str, str]:
    """For every device what is wrong with it, in one line; empty if nothing is."""
    cpu = {one.network: one for one in trainings if one.device == "cpu"}
    problems: dict[str, str] = {}
    for one in trainings:
        relative = difference(one, cpu[one.network])
        if one.failure:
            why = f"{one.network}: {one.failure}"
        elif relative is None:
            why = f"{one.network}: the CPU has nothing to compare it with"
        elif not relative <= TOLERANCE:  # neither is NaN
            most = show_percent(TOLERANCE, 0)
            why = f"{one.network}: losses differ from the CPU's by {show_percent(relative)}, more than {most}"
        else:
            why = ""
        problems[one.device] = "; ".join(filter(None, (problems.get(one.device, ""), why)))
    return problems


def _reset_memory(device: str) -> None:
    if device != "cpu":
        with suppress(ValueError):  # TensorFlow does not track it
            _tensorflow().config.experimental.reset_memory_stats(devices.placement(device).lstrip("/"))


def _memory(device: str) -> tuple[int | None, str]:
    """Peak memory so far, and whether it is the device's or the process's."""
    if device != "cpu":
        with suppress(ValueError):
            info = _tensorflow().config.experimental.get_memory_info(devices.placement(device).lstrip("/"))
            return int(info["peak"]), "device"
    try:
        import resource  # noqa: PLC0415  # not on Windows

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak * (1 if sys.platform == "darwin" else 1024), "process"
    except ImportError:
        return None, ""


def _tensorflow() -> Any:
    return import_module("tensorflow")
