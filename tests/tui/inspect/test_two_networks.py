"""One network after another: nothing of the first is seen once the second is on show."""

import numpy as np
import pytest
from textual.pilot import Pilot

from core.events import Ended, EpochEnded, LayerSample, Progress, Started, StepSampled
from core.history import History
from core.inspection.results import Results
from core.inspection.tensors import LayerOutput, Weight
from core.network.layers import Conv2D, Dense, Flatten
from core.network.summary import summarize
from tests.tui.driving import burst, until
from tests.tui.inspect.networks import QUICK, SMALL, Fixed, Network, fixed
from tui.app import LayerLabApp
from tui.inspect.pane import InspectPane
from tui.inspect.views import VIEWS
from tui.training_session import TrainedNetwork

DEEP = SMALL.insert(1, Conv2D(3, (3, 3), activation="tanh")).insert(4, Flatten()).insert(5, Dense(12, "relu"))

TOUCHED = {
    "results": ["n", "down", "right", "c"],
    "mistakes": ["a", "a", "b", "right", "pagedown", "end"],
    "draw": ["left", "left", "up", "e", "x"],
    "walk": ["n", "down", "right", "right", "space", "s", "pagedown"],
    "weights": ["down", "right", "i", "space", "full_stop", "down", "a", "right", "b"],
    "gradients": ["down", "g", "right", "enter"],
    "findings": ["down", "down"],
}
"""Keys of every view that choose, turn to or switch something."""


class Other(Fixed):
    """Other numbers than those of `Fixed`."""

    def results(self, wanted=lambda: True):
        draw = np.random.default_rng(17)
        outputs = draw.random((len(self.labels), 10), dtype=np.float32)
        outputs[np.arange(len(self.labels)), (self.labels * 3 + 1) % 10] += draw.choice([0.0, 2.0], len(self.labels))
        outputs /= outputs.sum(axis=1, keepdims=True)
        return Results.of(outputs, self.labels, 1.5, tuple("0123456789"))

    def outputs(self, image):
        outputs = 1 + (int(image.sum()) * np.arange(3, 13) % 89).astype(np.float32)
        return np.asarray(outputs / outputs.sum(), np.float32)

    def walk(self, image):
        later = super().walk(image)[1:]
        return (
            LayerOutput(0, np.asarray(image[..., None] / 255, np.float32)),
            *(_turned(passage) for passage in later),
        )

    def weights(self):
        if self.architecture == SMALL:
            return tuple(Weight(one.row, one.name, one.before * 3 + 1, one.after * 5 - 2) for one in super().weights())
        draw = np.random.default_rng(6)
        return tuple(
            Weight(row.index, "kernel", draw.normal(0, 0.3, (7, row.index + 2)).astype("f"), np.ones((7, 3), "f"))
            for row in summarize(self.architecture).rows
            if row.facts and row.facts.params
        )


def _turned(passage):
    return LayerOutput(passage.row, np.asarray(1.5 - passage.values, np.float32))


def _other(architecture) -> Network:
    plan = QUICK
    history = History().after(Started("cpu", 9_510, 6_000, 54_000, 94, 64, 0, 2, 0.01, 1.0))
    rows = [row.index for row in summarize(architecture).rows if row.facts and row.facts.params]
    for step in (1, 94):
        sample = [LayerSample(row, float("nan") if step > 1 else 0.3 * row, 2.0, 0.1 * row, None, None) for row in rows]
        history = history.after(StepSampled(step, tuple(sample)))
        history = history.after(Progress(1, 2, step, step, 94, 2.3, 0.1, 0.01, 9_000.0, 1.0, 1.0))
    history = history.after(EpochEnded(1, 2, 94, 2.3, 0.11, 2.4, 0.1, 0.01, 0.7, best=True))
    history = history.after(Ended("stopped", 1, 1.4, 9_000.0, 2.41, 0.1021, ""))
    return Network(
        TrainedNetwork("other", architecture, plan, "run k7mzp, best weights"), history, Other(architecture, plan)
    )


def show(pane: InspectPane, network: Network) -> None:
    """Have ``network`` on show, as the app does it for a kept run."""
    pane._load = lambda: network.inspected
    pane.run, pane.state, pane.history = network.run, "idle", network.history


async def opened_view(pane: InspectPane, pilot: Pilot[None], name: str) -> None:
    """Open the view ``name``, and wait until it has all it asks for."""
    app = pilot.app
    await until(pilot, lambda: pane.view)
    await pilot.press(VIEWS[name].key)
    await until(pilot, lambda: pane.view and pane.view.id == name == pane.switcher.current)
    await until(pilot, lambda: pane.results or not VIEWS[name].needs_network)
    await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
    await until(pilot, lambda: app.focused is not None and app.focused is not pane.bar)


def shown(pane: InspectPane) -> list[list[tuple[str, str]]]:
    """All that is seen in the tab, line by line, every piece with its style."""
    box = pane.region
    strips = pane.screen._compositor.render_strips()[box.y : box.bottom]
    return [[(segment.text, str(segment.style)) for segment in strip.simplify()] for strip in strips]


async def walked(pane: InspectPane, pilot: Pilot[None], *, touching: bool = False) -> dict[str, list]:
    """What every view shows, one after another; ``touching``: then with all its keys used."""
    seen = {}
    for name in VIEWS:
        await opened_view(pane, pilot, name)
        seen[name] = shown(pane)
        if touching:
            await burst(pilot.app, pilot, *TOUCHED[name])
            await until(pilot, lambda: all(worker.is_finished for worker in pilot.app.workers))
            assert shown(pane) != seen[name] or name == "findings"
    return seen


def differing(seen: dict[str, list], alone: dict[str, list]) -> dict[str, list]:
    """Where two looks differ, in plain text."""
    return {
        name: [
            ("".join(text for text, _ in one), "".join(text for text, _ in other))
            for one, other in zip(seen[name], alone[name], strict=True)
            if one != other
        ]
        for name in VIEWS
        if seen[name] != alone[name]
    }


@pytest.mark.parametrize(
    ("architecture", "size"), [(SMALL, (120, 36)), (DEEP, (80, 24))], ids=["same architecture", "another architecture"]
)
async def test_no_view_shows_anything_of_the_network_before(architecture, size):
    first, second = fixed(), _other(architecture)
    alone = {}
    for network in (first, second):
        app = LayerLabApp(second.preset)
        async with app.run_test(size=size) as pilot:
            show(app.inspect_pane, network)
            await pilot.press("3")
            alone[network] = await walked(app.inspect_pane, pilot, touching=True)
    app = LayerLabApp(second.preset)
    async with app.run_test(size=size) as pilot:
        pane = app.inspect_pane
        show(pane, first)
        await pilot.press("3")
        await walked(pane, pilot, touching=True)
        await pilot.press("v", "4")  # the other run is chosen on the Runs tab
        show(pane, second)
        app.action_show("inspect")
        assert not differing(await walked(pane, pilot, touching=True), alone[second])
        await opened_view(pane, pilot, "weights")
        show(pane, first)  # as the key l does it: the tab is open
        assert not differing(await walked(pane, pilot, touching=True), alone[first])
