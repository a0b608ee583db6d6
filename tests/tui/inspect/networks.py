"""Networks to be looked into: one that was really trained, and one whose numbers are the same on every machine."""

import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from textual.pilot import Pilot

from core.backpropagation.state import State
from core.datasets import DATASETS
from core.datasets.catalog import mnist
from core.events import Ended, EpochEnded, LayerSample, Progress, Started, StepSampled
from core.history import History
from core.inspection.results import Results
from core.inspection.tensors import LayerOutput, Weight
from core.network.architecture import Architecture
from core.network.layers import Conv2D, Dense, Flatten, MaxPooling2D
from core.network.summary import summarize
from core.plan.optimizers import Adam
from core.plan.plan import Plan
from core.presets import Preset
from tests.tui.driving import until
from tui.app import LayerLabApp
from tui.inspect.inspector_protocol import Inspected
from tui.inspect.pane import InspectPane
from tui.training_session import TrainedNetwork

SMALL = Architecture(
    (28, 28, 1),
    (
        Conv2D(4, (5, 5), activation="relu"),
        MaxPooling2D(),
        Flatten(),
        Dense(16, "sigmoid"),
        Dense(10, "softmax"),
    ),
)
QUICK = Plan(optimizer=Adam(learning_rate=0.01), validation=0.9, batch_size=64, epochs=2)
"""6,000 examples to train on."""


class Network(Struct, frozen=True, eq=False):
    """A network to be looked into, and what its training has told."""

    run: TrainedNetwork
    history: History
    inspected: Inspected

    @property
    def preset(self) -> Preset:
        """What was trained, as a document."""
        return Preset(self.run.name, self.run.architecture, self.run.plan)


@cache
def trained(architecture: Architecture = SMALL, plan: Plan = QUICK) -> Network:
    """Really trained, once for all tests."""
    from core.training.session import Session

    told: list[Any] = []
    session = Session(architecture, plan, told.append)
    assert session.run().reason == "finished"
    history = History()
    for event in told:
        history = history.after(event)
    inspector = session.inspector()
    assert inspector is not None
    return Network(TrainedNetwork("small", architecture, plan), history, inspector)


@cache
def fixed(architecture: Architecture = SMALL, plan: Plan = QUICK) -> Network:
    """Numbers out of a hat, always the same."""
    history = History().after(Started("cpu", 9_510, 6_000, 54_000, 94, 64, 0, 2, 0.01, 1.0))
    for step in (1, 40, 94, 120, 188):
        epoch = 1 + (step - 1) // 94
        layers = tuple(_sample(row, step) for row in (1, 4, 5))
        history = history.after(StepSampled(step, layers))
        history = history.after(
            Progress(epoch, 2, step, step - 94 * (epoch - 1), 94, 2.3 / step, 0.9, 0.01, 9_000.0, 1.0, 1.0)
        )
        if step % 94 == 0:
            history = history.after(EpochEnded(epoch, 2, step, 0.4, 0.87, 0.35, 0.89, 0.01, 0.7, best=True))
    history = history.after(Ended("finished", 2, 1.4, 9_000.0, 0.3456, 0.8912, ""))
    return Network(TrainedNetwork("small", architecture, plan), history, Fixed(architecture, plan))


class Fixed:
    """Answers from a generator of random numbers, shaped as the network's own answers would be."""

    def __init__(self, architecture: Architecture, plan: Plan) -> None:
        self.architecture = architecture
        self.plan = plan
        digits = mnist.load()
        self.images, self.labels = digits.x_test[:500], digits.y_test[:500].astype(np.int32)

    def results(self, wanted: Callable[[], bool] = lambda: True) -> Results | None:
        draw = np.random.default_rng(3)
        outputs = draw.random((len(self.labels), 10), dtype=np.float32)
        outputs[np.arange(len(self.labels)), self.labels] += draw.choice([0.0, 2.0], len(self.labels), p=[0.2, 0.8])
        outputs /= outputs.sum(axis=1, keepdims=True)
        return Results.of(outputs, self.labels, 0.3456, DATASETS["mnist"].classes)

    def outputs(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        outputs = 1 + (int(image.sum()) * np.arange(1, 11) % 97).astype(np.float32)
        return np.asarray(outputs / outputs.sum(), np.float32)

    def walk(self, image: NDArray[np.uint8]) -> tuple[LayerOutput, ...]:
        passages = [LayerOutput(0, np.asarray(image[..., None] / 255, np.float32))]
        for row in summarize(self.architecture).rows[1:]:
            assert row.facts is not None
            draw = np.random.default_rng(row.index)
            passages.append(LayerOutput(row.index, draw.random(row.facts.output, dtype=np.float32)))
        return tuple(passages)

    def weights(self) -> tuple[Weight, ...]:
        shapes = ((1, "kernel", (5, 5, 1, 4)), (1, "bias", (4,)), (4, "kernel", (576, 16)), (4, "bias", (16,)))
        shapes = (*shapes, (5, "kernel", (16, 10)), (5, "bias", (10,)))
        draw = np.random.default_rng(5)
        return tuple(
            Weight(row, name, draw.normal(0, 0.1, shape).astype("f"), draw.normal(0, 0.2, shape).astype("f"))
            for row, name, shape in shapes
        )

    def step_state(self) -> State:
        weights = {(each.row, each.name): each.after.astype(np.float64) for each in self.weights()}
        return State(weights, {}, self.plan.optimizer.learning_rate)


@asynccontextmanager
async def inspecting(
    network: Network, view: str = "r", size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[LayerLabApp, InspectPane, Pilot[None]]]:
    """The app with ``network`` just trained, and the view of the key ``view`` open."""
    app = LayerLabApp(network.preset)
    async with app.run_test(size=size) as pilot:
        pane = app.inspect_pane
        pane._load = lambda: network.inspected
        pane.run, pane.history = dataclasses.replace(network.run, document=app.document_id), network.history
        await pilot.press("3")
        await until(pilot, lambda: pane.view)
        await pilot.press(view)
        await until(pilot, lambda: pane.results)
        await pilot.pause()
        yield app, pane, pilot


def _sample(row: int, step: int) -> LayerSample:
    return LayerSample(
        row,
        gradient=0.5 / (6 - row) / (1 + step / 100),
        weight=3.0 + row,
        update=0.004 / row,
        dead=0.25 if row == 1 else None,
        saturated=step / 400 if row == 4 else None,
    )
