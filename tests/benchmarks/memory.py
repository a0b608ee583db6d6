"""Peak memory of a training from the command line, against a notebook's script for the same work."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from tests.benchmarks.measured import Measured, Scope
from tests.benchmarks.processes import run

NOTEBOOK = """
import numpy as np, keras
from core.datasets.catalog import mnist
digits = mnist.load()
train, test = (images.astype("float32") / 255 for images in (digits.x_train, digits.x_test))
labels, wanted = (np.eye(10, dtype="float32")[classes] for classes in (digits.y_train, digits.y_test))
model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(),
                          keras.layers.Dense(500, "relu"), keras.layers.Dense(10, "softmax")])
model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
model.fit(train, labels, batch_size=256, epochs={epochs}, validation_data=(test, wanted), verbose=0)
"""
"""ffnn-500 as a student writes it down, fed from the same file."""

LAUNCHER = """
import os, subprocess, sys
quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
_, status, usage = os.wait4(subprocess.Popen(sys.argv[1:], **quiet).pid, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Starts the process that is measured. A process is counted with the memory of the one that started it, as long as it
has none of its own: so a small one has to, not this one, which has TensorFlow loaded by then."""

ROUNDS = 3


def measure(scope: Scope) -> Iterator[Measured]:
    """Peak memory of both, and their ratio."""
    epochs = 1 if scope.tiny else 2
    command = [sys.executable, "-m", "tui", "train", "ffnn-500", "--epochs", str(epochs)]
    notebook = [sys.executable, "-c", NOTEBOOK.format(epochs=epochs)]
    ours, theirs = [], []
    for _ in range(scope.times(ROUNDS)):
        with ThreadPoolExecutor() as pool:  # at the same time: that costs no memory, and saves half of the wait
            here, there = pool.map(peak, (command, notebook))
        ours.append(here)
        theirs.append(there)
    ratio = median(here / there for here, there in zip(ours, theirs, strict=True))
    yield Measured("peak memory of `layerlab train ffnn-500`", median(ours), "MB")
    yield Measured("peak memory of a notebook's script", median(theirs), "MB")
    yield Measured("the one against the other", ratio, "times", 0.9)


def peak(command: list[str]) -> float:
    """Megabytes (10**6) that ``command`` held at most; it has to succeed."""
    told = run([sys.executable, "-I", "-S", "-c", LAUNCHER, *command])
    scale = 1 if sys.platform == "darwin" else 1024
    return int(told) * scale / 1e6
