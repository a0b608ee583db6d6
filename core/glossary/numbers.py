"""The numbers that definitions mention, each computed: for the network that is open, or from a formula."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from math import ceil, log

from core.datasets import DATASETS
from core.datasets.validation import training_examples
from core.formatting import show_count, show_percent
from core.formulas.activation_formulas import FORMULAS
from core.formulas.real_formula import RealFormula
from core.glossary.entry import Entry
from core.network.shapes import SAME, SLIDING, count
from core.network.shapes import SPAN as WINDOW_SPAN
from core.plan.plan import Plan

__all__ = ["filled", "steps_an_epoch", "trained_on"]

BRIGHTEST = 2**8 - 1
"""Of a pixel, which is a byte."""
WIDE, PLACES, FAR = 8.0, 1_600, 1e6
"""Where the bounds of an activation are looked for: in the middle, and far out, near what it never reaches."""
NEXT_TO_NOTHING = 5e-4


def trained_on(plan: Plan) -> int:
    """How many examples ``plan`` trains on."""
    return training_examples(plan.validation, DATASETS[plan.dataset].train)


def steps_an_epoch(plan: Plan) -> int:
    """How many steps an epoch of ``plan`` has."""
    return ceil(trained_on(plan) / plan.batch_size)


@cache
def _bounds(activation: str) -> Mapping[str, str]:
    formula = FORMULAS[activation]
    values, slopes = (_values(each, formula.constants) for each in (formula.function, formula.slope))
    return {"low": _short(min(values)), "high": _short(max(values)), "slope": _short(max(map(abs, slopes)))}


def _values(formula: RealFormula, constants: Mapping[str, float]) -> list[float]:
    reaches = ((WIDE, PLACES), (FAR, 2))
    return [point.y for reach, count in reaches for point in formula.points("x", -reach, reach, count, **constants)]


def _short(value: float) -> str:
    return f"{value:.3g}" if abs(value) >= NEXT_TO_NOTHING else "0"


_PLAN: Mapping[str, Callable[[Plan], str]] = {
    "batch_size": lambda plan: show_count(plan.batch_size),
    "brightest": lambda _: str(BRIGHTEST),
    "classes": lambda plan: str(len(DATASETS[plan.dataset].classes)),
    "guess_accuracy": lambda plan: show_percent(1 / len(DATASETS[plan.dataset].classes), 0),
    "guess_loss": lambda plan: f"{log(len(DATASETS[plan.dataset].classes)):.2f}",
    "image": lambda plan: show_count(count(DATASETS[plan.dataset].shape)),
    "same": lambda _: SAME.text,
    "sigmoid_slope": lambda _: _bounds("sigmoid")["slope"],
    "sliding": lambda _: SLIDING.text,
    "span": lambda _: WINDOW_SPAN.text,
    "steps": lambda plan: show_count(steps_an_epoch(plan)),
    "test": lambda plan: show_count(DATASETS[plan.dataset].test),
    "train": lambda plan: show_count(DATASETS[plan.dataset].train),
}
"""By name, for any entry. An activation also has ``low``, ``high`` and ``slope``: its bounds, its steepest slope."""


class _Numbers(Mapping[str, str]):
    """Computes a number when it is asked for."""

    def __init__(self, entry: Entry, plan: Plan) -> None:
        self._entry = entry
        self._plan = plan

    def __getitem__(self, name: str) -> str:
        if name in _PLAN:
            return _PLAN[name](self._plan)
        return _bounds(self._entry.key)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_PLAN)

    def __len__(self) -> int:
        return len(_PLAN)


def filled(text: str, entry: Entry, plan: Plan) -> str:
    """``text`` of ``entry`` with its numbers."""
    return text.format_map(_Numbers(entry, plan)) if "{" in text else text
