"""The app as the monkey has it: trainings that go on when they are told to, runs to find, nothing that loads Keras."""

import os
from collections import Counter
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from unittest.mock import patch

import numpy as np
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

import tui
from core import presets
from core.datasets import DATASETS
from core.datasets.catalog import mnist
from core.inspection.results import Results
from core.inspection.tensors import LayerOutput, Weight
from core.network.summary import summarize
from core.runs.record import RunError
from tests.tui.runs import stored_runs
from tests.tui.scripted import ScriptedSession
from tests.tui.scripted_trials import ScriptedTrials
from tui.app import LayerLabApp
from tui.run_controller import RunController

__all__ = ["Stage", "furnish", "known_actions"]

PRESET = "lenet-5"
TESTED = 300
"""Test digits that a network is asked about."""


class Network:
    """Answers at random, in the shapes of the network asked."""

    def __init__(self, architecture, plan):
        self.architecture, self.plan = architecture, plan
        digits = mnist.load()
        self.images, self.labels = digits.x_test[:TESTED], digits.y_test[:TESTED].astype(np.int32)
        self._chance = np.random.default_rng(len(architecture.layers))
        self._rows = [row for row in summarize(architecture).rows if row.facts is not None]

    def results(self, wanted=lambda: True):
        outputs = self._chance.random((TESTED, 10), dtype=np.float32)
        outputs[np.arange(TESTED), self.labels] += self._chance.choice([0.0, 2.0], TESTED)
        if len(self._rows) % 3 == 0:
            outputs[::7] = np.nan
        return Results.of(outputs / outputs.sum(axis=1, keepdims=True), self.labels, 0.5, DATASETS["mnist"].classes)

    def outputs(self, image):
        outputs = self._chance.random(10, dtype=np.float32)
        return outputs / outputs.sum()

    def walk(self, image):
        rows = [LayerOutput(0, np.asarray(image[..., None] / 255, np.float32))]
        rows += [
            LayerOutput(row.index, self._chance.normal(0, 1, row.facts.output).astype("f")) for row in self._rows[1:]
        ]
        return tuple(rows)

    def weights(self):
        found = []
        for row in self._rows[1:]:
            for name, shape in (("kernel", (3, 3, 2, 4)), ("bias", (4,)))[: 2 if row.facts.params else 0]:
                before, after = (self._chance.normal(0, 0.2, shape).astype("f") for _ in range(2))
                found.append(Weight(row.index, name, before, after))
        return tuple(found)


class Session(ScriptedSession):
    """A scripted session with a network behind it."""

    def inspector(self):
        return Network(self.architecture, self.plan)


class StagedRuns(RunController):
    """Inspects saved runs without Keras."""

    def inspector(self):
        if self._shown:
            preset = self._shown[0].preset
            return Network(preset.architecture, preset.plan)
        return super().inspector()


class Stage(LayerLabApp):
    """LayerLab without Keras; counts the actions that are run, and remembers what ends it."""

    CSS_PATH = [Path(tui.__file__).parent / path for path in LayerLabApp.CSS_PATH]

    def __init__(self):
        path = presets.find(PRESET)
        super().__init__(presets.load(path), path)
        self.sessions: list[Session] = []
        self.actions: Counter[str] = Counter()
        self.screens: Counter[str] = Counter()
        self.runs = StagedRuns(self, saves=True)
        self.runs.session_factory = self._session
        self.sweeps.run_sweep = ScriptedTrials().run
        self.lively = False
        """Whether trainings begin by themselves."""

    def _session(self, *plan):
        self.sessions.append(Session(*plan))
        if self.lively:
            self.sessions[-1].allow(60)
        return self.sessions[-1]

    def go_on(self, steps: int, fails: str) -> None:
        """Let the newest training take ``steps`` more, the last of all where it ``fails``."""
        if self.sessions:
            session = self.sessions[-1]
            session.failing = fails
            session.allow(steps)

    def _print_error_renderables(self):
        """The monkey tells it in its own way."""

    def push_screen(self, screen, *args, **kwargs):  # counted, else Textual's
        if isinstance(screen, Screen):
            self.screens[type(screen).__name__] += 1
        return super().push_screen(screen, *args, **kwargs)

    async def _dispatch_action(self, namespace: DOMNode, action_name: str, params: object) -> bool:
        done = await super()._dispatch_action(namespace, action_name, params)
        if done and isinstance(namespace, DOMNode):
            for binding in type(namespace).BINDINGS:
                if isinstance(binding, Binding) and binding.action.partition("(")[0] == action_name:
                    self.actions[_name(type(namespace), binding)] += 1
        return done


def _going_on(store, run, more):
    """As `tui.sessions.resume_session`, with a scripted session."""
    told = store.details(run.id)
    if told.run.state == "running":
        raise RunError("is being trained")

    def make(listen):
        from textual._context import active_app

        session = Session(told.preset.architecture, told.preset.plan, listen)
        app = active_app.get(None)
        if isinstance(app, Stage):
            app.sessions.append(session)
        session.allow(30)
        return session

    return make, told


def furnish(folder: Path) -> None:
    """Have a data folder with runs and presets in ``folder``, and be in another folder there, from now on."""
    home, here = folder / "home", folder / "here"
    (home / "presets").mkdir(parents=True)
    here.mkdir()
    os.environ["LAYERLAB_HOME"] = os.environ["HOME"] = str(home)
    os.chdir(here)
    stored_runs.some(home)
    (home / "presets" / "mine.toml").write_bytes(presets.find("ffnn-500").read_bytes())
    (home / "presets" / "broken.toml").write_text("name = 'no end")
    patch("tui.run_controller.resume_session", _going_on).start()
    patch("tui.run_controller.choices", lambda: {"csv": "csv", "toml": "toml", "script": "script"}).start()


def known_actions() -> set[str]:
    """All actions with a binding of the app's own, as `Stage.actions` names them."""
    for module in walk_packages(tui.__path__, "tui."):
        if module.name != "tui.__main__":
            import_module(module.name)
    found = set()
    waiting = [DOMNode]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("tui."):
            found |= {_name(kind, each) for each in kind.__dict__.get("BINDINGS", ()) if isinstance(each, Binding)}
    return found


def _name(owner: type, binding: Binding) -> str:
    return binding.id or f"{owner.__name__}.{binding.action}"
