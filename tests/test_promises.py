"""What one may rely on: one more of a kind is a class in one file, and LayerLab offers it everywhere."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner

import core
from core import doctor, presets
from core.datasets import DATASETS
from core.diagnosis import rule, run_findings
from core.export.formats import FORMATS
from core.export.script import script
from core.fields.folding import Folding
from core.fields.forms import edited, entries
from core.json_output import summary_report
from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten, Layer
from core.network.summary import summarize
from core.plan.losses import Loss
from core.plan.optimizers import Adam, Optimizer
from core.plan.plan import Plan
from core.plan.schedules import Schedule
from core.presets import Preset
from core.readiness import blockers
from core.strict_json import to_json
from tests.benchmarks.many_runs import fill
from tests.tui.driving import burst, keys, opened, screen_of, until
from tests.tui.inspect.networks import fixed, inspecting
from tui.cli import commands
from tui.cli.command_line import app as command_line
from tui.cli.commands.export import COMMAND as EXPORT

ROOT = Path(core.__file__).parents[1]
FAMILIES = (Layer, Optimizer, Loss, Schedule)

MODULE = '''
"""One more of each, in a module of its own."""

from typing import Annotated

from core.fields.types import FloatField
from core.keras_call import Call
from core.network.layers.base import Facts, Layer
from core.plan.losses import Loss
from core.plan.optimizers import Adam, Optimizer
from core.plan.schedules import Schedule


class Brighten(Layer, frozen=True):
    """Multiplies every number by one factor."""

    group = "Image"
    initial_values = {"factor": 2.0}

    factor: Annotated[float, FloatField(above=0), "What is multiplied by"]

    @property
    def detail(self):
        return f"{self.factor:g}"

    def derive(self, x):
        return Facts(x, notes=("The shape stays.",))

    def calls(self):
        return (Call("layers.Rescaling", (("scale", self.factor),)),)


class HeavyBall(Optimizer, frozen=True):
    """Plain steps with much momentum."""

    learning_rate: Annotated[float, FloatField(above=0), "Step size"] = 0.05

    def call(self, **changed):
        rate = changed.get("learning_rate", self.learning_rate)
        return Call("optimizers.SGD", (("learning_rate", rate), ("momentum", 0.9)))


class SquaredDistance(Loss, frozen=True):
    """The squared distance from the one-hot label."""

    def call(self, **changed):
        return Call("losses.MeanSquaredError", ())


class Harmonic(Schedule, frozen=True):
    """Goes down as 1, 1/2, 1/3, ..."""

    def multiplier(self, epoch, epochs, watched, learning_rate=1.0):
        return 1 / (epoch + 1)

    def expression(self, epochs):
        return "1 / (epoch + 1)"
'''

TOML = """
name = "With one more of each"
input_shape = [28, 28, 1]

[[layers]]
type = "Brighten"
factor = 0.5

[[layers]]
type = "Flatten"

[[layers]]
type = "Dense"
units = 10
activation = "softmax"

[plan]
optimizer = "heavyball"
loss = "squared_distance"
schedule = "harmonic"
"""


def _execute(text: str, folder: Path) -> None:
    """Import ``text`` as a module of its own in ``folder``."""
    file = folder / "one_more.py"
    file.write_text(text)
    spec = importlib.util.spec_from_file_location("one_more", file)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


@pytest.fixture
def one_more(tmp_path: Path) -> Iterator[Preset]:
    """A preset that uses one more of each family, which are gone after the test."""
    before = [dict(family.members) for family in FAMILIES]
    _execute(MODULE, tmp_path)
    try:
        yield presets.loads(TOML, "one_more.toml")
    finally:
        for family, members in zip(FAMILIES, before, strict=True):
            family.members.clear()
            family.members.update(members)


def test_files_forms_json_and_reports(one_more: Preset) -> None:
    assert presets.loads(presets.dumps(one_more), "again.toml") == one_more
    assert [entry.text for entry in entries(one_more.architecture.layers[0])] == ["0.5"]
    assert edited(one_more.architecture.layers[0], ("factor",), "0.25").factor == 0.25
    plan = Plan()
    for field, name in (("optimizer", "heavyball"), ("loss", "squared_distance"), ("schedule", "harmonic")):
        assert name in {entry.field.name: entry for entry in entries(plan)}[field].field.type.options
        plan = edited(plan, (field,), name)
    assert plan == one_more.plan
    assert ("factor",) in {entry.path for entry in Folding().view(one_more.architecture.layers[0]).shown}
    assert ("optimizer", "learning_rate") in {entry.path for entry in Folding().view(plan).shown}
    assert ("factor",) in {entry.path for entry in Folding().view(one_more.architecture.layers[0]).shown}
    assert ("optimizer", "learning_rate") in {entry.path for entry in Folding().view(plan).shown}
    told = json.loads(to_json(summary_report(one_more, summarize(one_more.architecture))))
    assert told["layers"][0]["type"] == "Brighten"
    assert not [problem for problem in told["problems"] if problem["severity"] == "error"]
    source = script(one_more)
    assert "layers.Rescaling(0.5)" in source or "layers.Rescaling(scale=0.5)" in source
    assert "momentum=0.9" in source
    assert "MeanSquaredError()" in source
    assert "* 1 / (epoch + 1)" in source
    compile(source, "script.py", "exec")


def test_the_command_line(one_more: Preset, tmp_path: Path) -> None:
    path = tmp_path / "one-more.toml"
    path.write_text(TOML)
    told = CliRunner().invoke(command_line, ["summary", str(path)])
    assert told.exit_code == 0
    assert "Brighten 0.5" in told.output
    wrong = CliRunner().invoke(command_line, ["train", "lenet-5", "--optimizer", "nothing"])
    assert "HeavyBall" in wrong.output


async def test_the_app(one_more: Preset, tmp_path: Path) -> None:
    path = tmp_path / "one-more.toml"
    path.write_text(TOML)
    async with opened(None) as (app, pilot):
        app.documents.open_document(one_more, None, saved=True)
        await pilot.pause()
        assert "Brighten 0.5" in screen_of(app)
        await keys(pilot, "a")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await keys(pilot, "text:brighten")
        assert "Multiplies every number by one factor." in screen_of(app)
        await keys(pilot, "enter")
        await until(pilot, lambda: [layer.type for layer in app.preset.architecture.layers].count("Brighten") == 2)
        assert "factor" in screen_of(app)
        await burst(app, pilot, "ctrl+p")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await keys(pilot, "text:add brighten")
        await until(pilot, lambda: "Add Brighten" in screen_of(app))


@pytest.mark.keras
def test_keras_trains_it(one_more: Preset) -> None:
    from core.keras_runtime.keras_model import build, loss, optimizer

    model = build(one_more.architecture, seed=1)
    assert [type(layer).__name__ for layer in model.layers] == ["Rescaling", "Flatten", "Dense"]
    made = optimizer(one_more.plan)
    assert (type(made).__name__, made.momentum) == ("SGD", 0.9)
    assert type(loss(one_more.plan)).__name__ == "MeanSquaredError"
    assert [one_more.plan.schedule.multiplier(epoch, 3, ()) for epoch in range(3)] == [1, 1 / 2, 1 / 3]


DATASET = '''
"""A dataset of bright and dark pictures."""

from core.datasets.base import Dataset


class Lights(Dataset):
    name = "lights"
    title = "Lights"
    shape = (8, 8, 1)
    classes = ("dark", "bright", "striped")
    train = 3_000
    test = 300

    def load(self):
        import numpy as np

        from core.datasets.examples import Examples

        def part(count, seed):
            labels = (np.arange(count) % 3).astype(np.uint8)
            images = np.random.default_rng(seed).integers(0, 60, (count, 8, 8), dtype=np.uint8)
            images[labels == 1] += 180
            images[labels == 2, ::2] += 180
            return images, labels

        return Examples(*part(self.train, 1), *part(self.test, 2))
'''


@pytest.fixture
def lights(tmp_path: Path) -> Iterator[Preset]:
    """A preset for one more dataset, which is gone after the test."""
    _execute(DATASET, tmp_path)
    try:
        plan = Plan(dataset="lights", optimizer=Adam(learning_rate=0.05), batch_size=32, epochs=5)
        yield Preset("Lights", Architecture((8, 8, 1), (Flatten(), Dense(3, "softmax"))), plan)
    finally:
        del DATASETS["lights"]


def test_a_dataset(lights: Preset, tmp_path: Path) -> None:
    assert presets.loads(presets.dumps(lights), "lights.toml") == lights
    assert "lights" in {entry.field.name: entry for entry in entries(Plan())}["dataset"].field.type.options
    assert blockers(lights.architecture, lights.plan, summarize(lights.architecture)) == ()
    assert "keras.datasets.lights.load_data()" in script(lights)
    assert "Lights" in {check.name for check in doctor.data()}


async def test_a_dataset_in_the_app(lights: Preset) -> None:
    async with opened(None) as (app, pilot):
        app.documents.open_document(lights, None, saved=True)
        await pilot.pause()
        assert "Lights 8×8×1" in screen_of(app)
        await burst(app, pilot, "m")
        await until(pilot, lambda: "striped   1,000     100" in screen_of(app))


@pytest.mark.keras
def test_a_dataset_is_trained_on(lights: Preset) -> None:
    from core.training.session import Session

    events: list[object] = []
    ended = Session(lights.architecture, lights.plan, events.append).run()
    assert (ended.reason, ended.epochs) == ("finished", 5), ended.message
    assert ended.test_accuracy == 1.0


COMMAND = '''
"""`layerlab widest`: the layer with most outputs."""

from math import prod

from core.network.summary import summarize
from tui.cli.command import Command
from tui.cli.lookup import load
from tui.cli.parameters import JSON, PRESET
from tui.output import Output


def run(name, as_json):
    rows = summarize(load(name).architecture).rows
    widest = max(rows, key=lambda row: prod(row.facts.output))
    Output().line(f"layer {widest.index}")
    return 0


COMMAND = Command("widest", run, [PRESET, JSON], section="Sizes", help="Find the layer with most outputs.")
'''


@pytest.fixture
def widest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more command, which is gone after the test."""
    (tmp_path / "widest.py").write_text(COMMAND)
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path)])


@pytest.mark.usefixtures("widest")
def test_a_command() -> None:
    listed = CliRunner().invoke(command_line, ["--help"]).output
    assert "Sizes:\n  widest  Find the layer with most outputs.\n" in listed
    done = CliRunner().invoke(command_line, ["widest", "lenet-5"])
    assert (done.exit_code, done.output) == (0, "layer 1\n")
    assert "PRESET|FILE" in CliRunner().invoke(command_line, ["widest", "--help"]).output
    assert "did you mean `layerlab widest`?" in CliRunner().invoke(command_line, ["widset"]).output


VIEW = '''
"""How deep the network is."""

from tui.inspect.base import View
from tui.inspect.entry import Entry

VIEW = Entry(8, "k", "Depth", "How deep it is", "tui.inspect.views.depth:DepthView")


class DepthView(View, can_focus=True):
    """The number of layers."""

    def render(self):
        return f"{len(self.inspected.architecture.layers)} layers deep" if self.inspected else ""

    def watch_inspected(self):
        self.refresh()
'''

LOOKING = """
import asyncio

from tests.benchmarks.many_runs import fill
from tests.tui.driving import burst, keys, screen_of, until
from tests.tui.inspect.networks import SMALL, fixed, inspecting


async def look():
    async with inspecting(fixed(), "k") as (app, _, pilot):
        await until(pilot, lambda: f"{len(SMALL.layers)} layers deep" in screen_of(app))
        assert "k Depth" in screen_of(app)
        await keys(pilot, "question_mark")
        await until(pilot, lambda: "k Depth: how deep it is" in screen_of(app))
        await keys(pilot, "escape")
        await burst(app, pilot, "ctrl+p")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await keys(pilot, "text:depth")
        await until(pilot, lambda: "Inspect: Depth" in screen_of(app))


asyncio.run(look())
"""


def test_a_view(tmp_path: Path) -> None:
    # Views are found when the app is imported: a fresh process imports a copy that has one file more.
    copytree(ROOT / "tui", tmp_path / "tui")
    (tmp_path / "tui" / "inspect" / "views" / "depth.py").write_text(VIEW)
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-P", "-c", LOOKING],
        env={**os.environ, "PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


FORMAT = '''
"""The layers of a preset, a line each."""

from core.export.format import Format, effective_preset


class Outline(Format):
    place = 9
    name = "outline"
    title = "an outline"
    suffix = ".txt"
    needs = "preset"
    choices = {"outline": "outline: a line for every layer"}

    def text(self, source):
        return "".join(f"{layer.label}\\n" for layer in effective_preset(source).architecture.layers)
'''


@pytest.fixture
def outline(tmp_path: Path) -> Iterator[None]:
    """One more format of export, which is gone after the test."""
    _execute(FORMAT, tmp_path)
    try:
        yield
    finally:
        del FORMATS["outline"]


@pytest.mark.usefixtures("outline")
def test_a_format_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(command_line, ["export", "ffnn-10", "--to", "outline", "--out", "-"])
    assert (done.exit_code, done.output) == (0, "Flatten\nDense 10 relu\nDense 10 softmax\n")
    done = CliRunner().invoke(command_line, ["export", "ffnn-10", "--to", "outline"])
    assert done.output == "wrote an outline: ffnn-784-10-10.txt\n"
    assert (tmp_path / "ffnn-784-10-10.txt").read_text().startswith("Flatten\n")
    wrong = CliRunner().invoke(command_line, ["export", "ffnn-10", "--to", "outlin"]).output
    assert "did you mean outline?" in wrong
    assert "outline" in [item.value for item in EXPORT.params[1].shell_complete(None, "outl")]


@pytest.mark.usefixtures("outline")
async def test_a_format_in_the_app(home: Path) -> None:
    fill(home, 1)
    async with opened(None) as (app, pilot):
        await keys(pilot, "4")
        await until(pilot, lambda: "FFNN" in screen_of(app))
        await keys(pilot, "x")
        await until(pilot, lambda: "outline: a line for every layer" in screen_of(app))


RULES = '''
"""One rule on an architecture, and one on a training that it explains."""

from core.diagnosis.finding import Finding
from core.diagnosis.rule import static_rule, training_rule


@static_rule(95, {"even-units": frozenset({"even-epochs"})})
def even_units(context):
    for row in context.kernel_rows:
        if row.facts and row.facts.output[-1] % 2 == 0:
            yield Finding("even-units", row.index, f"layer {row.index} has an even number of units", "Odd is fairer.")


@training_rule("even-epochs", 200, hidden_by=frozenset({"no-progress"}))
def even_epochs(context):
    if context.history.epochs and len(context.history.epochs) % 2 == 0:
        yield Finding("even-epochs", None, f"{len(context.history.epochs)} epochs are even", "Odd is fairer.")
'''


@pytest.fixture
def even(tmp_path: Path) -> Iterator[None]:
    """Two more rules of the diagnosis, which are gone after the test."""
    static, training = [*rule.STATIC_RULES], dict(rule.TRAINING_RULES)
    _execute(RULES, tmp_path)
    try:
        yield
    finally:
        rule.STATIC_RULES[:] = static
        rule.TRAINING_RULES.clear()
        rule.TRAINING_RULES.update(training)


@pytest.mark.usefixtures("even")
def test_a_rule_on_an_architecture() -> None:
    preset = presets.load(presets.find("ffnn-10"))
    told = json.loads(CliRunner().invoke(command_line, ["summary", "ffnn-10", "--json"]).output)
    assert {"even-units"} == {problem["code"] for problem in told["problems"]}
    shown = CliRunner().invoke(command_line, ["summary", "ffnn-10"]).output
    assert "layer 2 has an even number of units" in shown
    history = fixed(preset.architecture, preset.plan).history
    assert len(history.epochs) == 2
    found = {finding.code: finding for finding in run_findings(preset.architecture, preset.plan, history)}
    assert found["even-epochs"].because == "even-units (layer 2)"


@pytest.mark.usefixtures("even")
async def test_a_rule_in_the_app() -> None:
    async with inspecting(fixed(), "f") as (app, _, pilot):
        await until(pilot, lambda: "even epochs   because of even-units" in screen_of(app))
        await keys(pilot, "1")
        await until(pilot, lambda: "has an even number of units" in screen_of(app))
