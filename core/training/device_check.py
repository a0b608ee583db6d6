"""Whether every device trains as the CPU does: the same short trainings on each, compared.

The networks are small and their optimizer is plain SGD, so that rounding stays small: it is added to the weights as it
is, where Adam would divide by it. The order of the examples and the first weights come from the seed, on any device.
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
"""How far, relative to the CPU's, the losses of a device may be apart.

Sums of float32 in another order differ by some 1e-7: after an epoch here, a CPU with oneDNN and without it are apart by
2e-5 in the loss and 2e-4 in that of the test set. GPUs of NVIDIA's from Ampere on multiply in TF32, with 10 bits of
mantissa, and round by 5e-4 where float32 rounds by 6e-8; what that comes to has not been measured. Wrong gradients or
other examples are off by far more than this.
"""


class DeviceTraining(Struct, frozen=True):
    """What a short training came to. Losses are means over examples; memory is in bytes."""

    device: str
    network: str
    loss: float | None = None
    """Over the epoch; None, as all that follows, if it failed."""
    test_loss: float | None = None
    test_accuracy: float | None = None
    examples_per_second: float | None = None
    seconds: float | None = None
    """Of the epoch, without what was prepared before."""
    memory: int | None = None
    """The most that was taken: of the device's memory where TensorFlow tells, else of the whole process's."""
    memory_of: str = ""
    failure: str = ""


def train_on(
    device: str, network: str, tell: Callable[[Event], None] = lambda _: None, plan: Plan | None = None
) -> DeviceTraining:
    """Train ``network``, one of `NETWORKS`, on ``device``; ``tell`` hears of it. Loads TensorFlow. Never raises."""
    ended: Ended | None = None
    epoch: EpochEnded | None = None

    def listen(event: Event) -> None:
        nonlocal epoch
        if isinstance(event, EpochEnded):
            epoch = event
        if isinstance(event, Progress | Ended):
            tell(event)

    try:
        _reset_memory(device)
        session = Session(NETWORKS[network], replace(plan or PLAN, device=device), listen)
        ended = session.run()
        memory, memory_of = _memory(device)
    except Exception as error:  # noqa: BLE001  # a device may fail in any way it likes
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
    """By how much the losses of ``trained`` are apart from those of ``cpu``, relative to these; None if one failed.

    The larger one of the two for the epoch and the test set.
    """
    pairs = ((trained.loss, cpu.loss), (trained.test_loss, cpu.test_loss))
    apart = [abs(one - other) / max(abs(other), 1e-12) for one, other in pairs if one is not None and other is not None]
    return max(apart) if len(apart) == len(pairs) else None


def compare(trainings: Sequence[DeviceTraining]) -> dict[str, str]:
    """For every device what is wrong with it, in a line; empty if nothing is."""
    cpu = {one.network: one for one in trainings if one.device == "cpu"}
    problems: dict[str, str] = {}
    for one in trainings:
        apart = difference(one, cpu[one.network])
        if one.failure:
            why = f"{one.network}: {one.failure}"
        elif apart is None:
            why = f"{one.network}: the CPU has nothing to compare it with"
        elif not apart <= TOLERANCE:  # neither is NaN
            most = show_percent(TOLERANCE, 0)
            why = f"{one.network}: losses differ from the CPU's by {show_percent(apart)}, more than {most}"
        else:
            why = ""
        problems[one.device] = "; ".join(filter(None, (problems.get(one.device, ""), why)))
    return problems


def _reset_memory(device: str) -> None:
    if device != "cpu":
        with suppress(ValueError):  # TensorFlow does not count it
            _tensorflow().config.experimental.reset_memory_stats(devices.placement(device).lstrip("/"))


def _memory(device: str) -> tuple[int | None, str]:
    """The most memory taken so far, and whose it is."""
    if device != "cpu":
        with suppress(ValueError):
            told = _tensorflow().config.experimental.get_memory_info(devices.placement(device).lstrip("/"))
            return int(told["peak"]), "device"
    try:
        import resource  # noqa: PLC0415  # not on Windows

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak * (1 if sys.platform == "darwin" else 1024), "process"
    except ImportError:
        return None, ""


def _tensorflow() -> Any:
    return import_module("tensorflow")
