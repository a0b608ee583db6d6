"""Every screen that LayerLab can put above its tabs, found by walking the subclasses, and how to make one of each."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import numpy as np
from textual.screen import Screen

import tui
from core import presets
from core.backpropagation.passes import check
from core.backpropagation.state import State
from core.backpropagation.worked import Worked, begin
from core.forecast.forecast import AccuracyRange, Forecast
from core.forecast.verdict import judge
from core.glossary.article import Context
from core.glossary.index import find
from core.history import History
from core.learn.own_network import start as start_predicting
from core.learn.practice import Record, start
from core.network.architecture import Architecture
from core.network.fix import Fix
from core.network.layers import Dense, Flatten
from core.plan.plan import Plan
from core.presets import Preset
from tests.tui.inspect.test_stepper import LECTURE
from tests.tui.scripted_range import ScriptedRange
from tui.benches.chooser import PickBench
from tui.benches.convolution import ConvolutionScreen
from tui.benches.neuron import NeuronScreen
from tui.benches.softmax import SoftmaxScreen
from tui.by_numbers.page import ByNumbers
from tui.forms.option_menu import OptionMenu
from tui.inspect.views.walk.stepper import Stepper
from tui.screens.add_layer import AddLayer
from tui.screens.browse_presets import BrowsePresets
from tui.screens.data import DataPage
from tui.screens.dialogs import Ask, NameFile
from tui.screens.exercises import Exercises
from tui.screens.export_dialog import ExportDialog
from tui.screens.fix_preview import FixPreview
from tui.screens.glossary import Glossary
from tui.screens.help import Help, HelpPage
from tui.screens.palette import Palette
from tui.screens.predict import Predict
from tui.screens.resizing import TabsScreen
from tui.screens.sweep_form import SweepForm
from tui.screens.text_prompt import TextPrompt
from tui.screens.tour import Tour
from tui.train.forecast_page import ForecastPage
from tui.train.range_dialog import RangeDialog
from tui.train.verdict_page import VerdictPage

FIX = Fix('set pixels="0..1"', Architecture((28, 28, 1), (Flatten(), Dense(10, "softmax"))), Plan())
NET = Preset("net", FIX.architecture)
FORECAST = Forecast("rises", "together", AccuracyRange(0.9, 0.95), 10, True)

NUMBERS = Architecture((2,), (Dense(3, "tanh"), Dense(2, "softmax")))


def _numbers(_: object) -> Worked:
    """The numbers of a small network."""
    weights = {
        (1, "kernel"): np.eye(2, 3),
        (1, "bias"): np.ones(3),
        (2, "kernel"): np.eye(3, 2),
        (2, "bias"): np.ones(2),
    }
    return begin(check(NUMBERS), Plan(), lambda: State(weights, {}, 0.01))


MAKERS: dict[type[Screen[Any]], Callable[[Any], Screen[Any]]] = {
    AddLayer: lambda _: AddLayer(Architecture((28, 28, 1)), 0, 10),
    Ask: lambda _: Ask("Really?", {"yes": "Yes", "no": "No"}),
    ByNumbers: lambda _: ByNumbers("net", _numbers),
    BrowsePresets: lambda _: BrowsePresets("lenet-5"),
    ConvolutionScreen: lambda _: ConvolutionScreen(),
    DataPage: lambda _: DataPage("mnist"),
    Exercises: lambda _: Exercises(start(1, Record())),
    ForecastPage: lambda _: ForecastPage(NET),
    FixPreview: lambda _: FixPreview("It helps.", FIX, FIX.architecture, Plan(pixels="0..255"), "note"),
    Glossary: lambda _: Glossary(Context(Preset("net", FIX.architecture)), find("sigmoid")),
    HelpPage: lambda _: HelpPage(Help("# Help")),
    NameFile: lambda _: NameFile("name"),
    NeuronScreen: lambda _: NeuronScreen(),
    OptionMenu: lambda _: OptionMenu(None, "activation", ("relu", "tanh"), "relu"),
    Palette: lambda _: Palette(),
    PickBench: lambda _: PickBench(),
    Predict: lambda _: Predict(start_predicting(presets.load(presets.find("lenet-5")))),
    RangeDialog: lambda _: RangeDialog(Preset("net", FIX.architecture), test=ScriptedRange(at_once=True)),
    SoftmaxScreen: lambda _: SoftmaxScreen(),
    Stepper: lambda _: Stepper(LECTURE),
    ExportDialog: lambda folder: ExportDialog("Write it", {"csv": "CSV", "toml": "TOML"}, folder),
    SweepForm: lambda _: SweepForm(presets.load(presets.find("lenet-5")), (), 2),
    Tour: lambda _: Tour(),
    VerdictPage: lambda _: VerdictPage(judge(FORECAST, NET, History()), NET, History()),
    TextPrompt: lambda _: TextPrompt("A line", "text", "", lambda _: ""),
}


def screen_classes() -> list[type[Screen[Any]]]:
    """The screens of LayerLab that others are not derived from."""
    for module in walk_packages(tui.__path__, "tui."):
        import_module(module.name)
    leaves = {kind for kind in _below(Screen) if kind.__module__.startswith("tui.") and not kind.__subclasses__()}
    leaves.discard(TabsScreen)  # the one below
    return sorted(leaves, key=lambda kind: kind.__name__)


def _below(kind: type[Screen[Any]]) -> Iterator[type[Screen[Any]]]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)
