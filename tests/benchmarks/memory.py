"""Peak memory of a training from the command line, against a notebook's script for the same work."""

import os
import subprocess
import sys

from tests.benchmarks.measured import Measured

NOTEBOOK = """
import numpy as np, keras
from core.datasets import mnist
digits = mnist.load()
train, test = (images.astype("float32") / 255 for images in (digits.x_train, digits.x_test))
labels, wanted = (np.eye(10, dtype="float32")[classes] for classes in (digits.y_train, digits.y_test))
model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(),
                          keras.layers.Dense(500, "relu"), keras.layers.Dense(10, "softmax")])
model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
model.fit(train, labels, batch_size=256, epochs=2, validation_data=(test, wanted), verbose=0)
"""
"""ffnn-500 as a student writes it down, fed from the same file."""


def measure(*, tiny: bool) -> list[Measured]:
    """Peak memory of both, and their ratio."""
    epochs = "1" if tiny else "2"
    ours = peak([sys.executable, "-m", "tui", "train", "ffnn-500", "--epochs", epochs])
    theirs = peak([sys.executable, "-c", NOTEBOOK])
    return [
        Measured("peak memory of `layerlab train ffnn-500`", ours, "MB"),
        Measured("peak memory of a notebook's script", theirs, "MB"),
        Measured("the one against the other", ours / theirs, "times", 0.9),
    ]


def peak(command: list[str]) -> float:
    """Megabytes (10**6) that ``command`` held at most; it has to succeed."""
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=quiet
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command}: exit code {process.returncode}")
    scale = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * scale / 1e6
