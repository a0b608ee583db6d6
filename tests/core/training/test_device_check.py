"""The short trainings that tell whether a device trains as the CPU does."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.keras_runtime import devices
from core.training.device_check import NETWORKS, TOLERANCE, DeviceTraining, compare, difference, train_on

CPU = DeviceTraining("cpu", "dense", 0.5, 0.25, 0.9, 1000.0, 1.0, 10**9, "process")
GPU = replace(CPU, device="gpu:0")


class TestComparing:
    def test_equal_losses(self) -> None:
        assert difference(GPU, CPU) == 0
        assert compare([CPU, GPU]) == {"cpu": "", "gpu:0": ""}

    @pytest.mark.parametrize("figure", ["loss", "test_loss"])
    @pytest.mark.parametrize("sign", [1, -1])
    def test_the_larger_difference_counts(self, figure: str, sign: int) -> None:
        within = replace(GPU, **{figure: getattr(CPU, figure) * (1 + sign * TOLERANCE * 0.9)})
        beyond = replace(GPU, **{figure: getattr(CPU, figure) * (1 + sign * TOLERANCE * 1.1)})
        assert difference(within, CPU) == pytest.approx(TOLERANCE * 0.9)
        assert compare([CPU, within])["gpu:0"] == ""
        assert compare([CPU, beyond])["gpu:0"] == "dense: losses differ from the CPU's by 1.10%, more than 1%"

    def test_not_a_number_is_a_difference(self) -> None:
        assert "NaN" in compare([CPU, replace(GPU, loss=float("nan"))])["gpu:0"]

    def test_a_failure_is_told(self) -> None:
        failed = DeviceTraining("gpu:0", "dense", failure="no kernel image")
        assert compare([CPU, failed]) == {"cpu": "", "gpu:0": "dense: no kernel image"}
        assert compare([replace(failed, device="cpu"), GPU]) == {
            "cpu": "dense: no kernel image",
            "gpu:0": "dense: the CPU has nothing to compare it with",
        }

    def test_all_networks_of_a_device_count(self) -> None:
        other = replace(CPU, network="convolutional")
        bad = replace(other, device="gpu:0", loss=0.6)
        assert compare([CPU, other, GPU, bad])["gpu:0"].startswith("convolutional: losses differ")


COMMAND = """
import sys
from msgspec.structs import replace
from core.network.architecture import Architecture
from core.network.layers import Conv2D, Dense, Flatten
from core.keras_runtime import devices, runtime
from core.keras_runtime.failures import TrainingRefused
from core.training import device_check
from tui.__main__ import main

runtime.load()
import tensorflow as tf

(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)

def choose(name):
    if name == "gpu:1":
        raise TrainingRefused("it has been pulled out")
    return name

devices.devices = lambda: {devices}
devices.choose = choose
devices.placement = lambda device: "/CPU:0" if device == "cpu" else "/CPU:1"
device_check.PLAN = replace(device_check.PLAN, batch_size=4096, validation=0.9)
few = Conv2D(4, (5, 5), strides=(3, 3), activation="relu")
device_check.NETWORKS["convolutional"] = Architecture((28, 28, 1), (few, Flatten(), Dense(10, "softmax")))
sys.argv[1:] = ["doctor", "--train", *{options}]
main()
"""
"""The command with a smaller convolution and fewer digits, on any number of ``devices``.

A second CPU of TensorFlow's stands in for the first GPU, and a second GPU fails.
"""


def doctor(devices: tuple[str, ...], *options: str) -> subprocess.CompletedProcess[str]:
    """What ``layerlab doctor --train`` says where these are the devices."""
    command = COMMAND.format(devices=devices, options=options)
    return subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=False)


@pytest.mark.keras
def test_two_devices_and_one_that_fails() -> None:
    done = doctor(("cpu", "gpu:0", "gpu:1"), "--json")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr  # the rest is what TensorFlow says when it is imported by hand
    told = json.loads(done.stdout, parse_constant=pytest.fail)
    trainings = told["training"]["trainings"]
    assert [(one["device"], one["network"]) for one in trainings] == [
        (device, network) for device in ("cpu", "gpu:0", "gpu:1") for network in NETWORKS
    ]
    first, second, failed = trainings[:2], trainings[2:4], trainings[4:]
    for cpu, other in zip(first, second, strict=True):
        assert 0 < cpu["test_accuracy"] < 1
        assert (other["loss"], other["test_loss"], other["difference"]) == (cpu["loss"], cpu["test_loss"], 0.0)
        assert other["examples_per_second"] > 0
        assert other["memory"] > 2**26
    assert {one["failure"] for one in failed} == {"it has been pulled out"}
    assert told["training"]["devices"]["gpu:0"] == {"ok": True, "problem": None}
    assert told["problems"] == [
        "gpu:1: dense: it has been pulled out; convolutional: it has been pulled out",
    ]


@pytest.mark.keras
def test_with_a_cpu_alone_it_says_that_nothing_is_known_of_a_gpu() -> None:
    done = doctor(("cpu",))
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[-3:] == [
        "  cpu: trains correctly",
        "  only the CPU was checked: TensorFlow finds no GPU here",
        "no problems",
    ]
    assert [line.split()[:2] for line in lines[-5:-3]] == [["cpu", "dense"], ["cpu", "convolutional"]]


def gpus() -> tuple[str, ...]:
    """The GPUs that TensorFlow finds; it is loaded only where there may be one."""
    may_be = Path("/dev/nvidiactl").exists() or Path("/dev/kfd").exists() or sys.platform == "darwin"
    return devices.devices()[1:] if may_be else ()


@pytest.mark.gpu
@pytest.mark.parametrize("network", NETWORKS)
def test_a_gpu_trains_as_the_cpu_does(network: str) -> None:
    found = gpus()
    if not found:
        pytest.skip("TensorFlow finds no GPU")
    trainings = [train_on(device, network) for device in ("cpu", *found)]
    assert not any(compare(trainings).values()), trainings
    assert all(one.memory_of == "device" for one in trainings[1:])
