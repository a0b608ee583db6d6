"""A neuron with two inputs, worked by hand: its four corners, its line, the functions it finds, and why not XOR."""

from collections.abc import Sequence
from math import exp, tanh
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from core.fields.types import FieldError
from core.learn.typed_numbers import read_number, show_number

__all__ = [
    "ACTIVATIONS",
    "CORNERS",
    "GOALS",
    "HIDDEN",
    "OUTPUT",
    "XOR",
    "XOR_PROOF",
    "Activation",
    "Corner",
    "Goal",
    "Neuron",
    "NeuronBench",
    "Pattern",
    "XorRow",
    "activate",
    "has_line",
    "side",
    "verdict",
    "xor_rows",
]

Activation = Literal["sign", "step", "sigmoid", "tanh", "relu"]
ACTIVATIONS: tuple[Activation, ...] = ("sign", "step", "sigmoid", "tanh", "relu")
FORMULAS: dict[Activation, str] = {
    "sign": "1 above 0, -1 below",
    "step": "1 above 0, else 0",
    "sigmoid": "1 / (1 + e^-z)",
    "tanh": "(e^z - e^-z) / (e^z + e^-z)",
    "relu": "z above 0, else 0",
}
"""What each gives for z, in a few words."""

CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))
"""The inputs (x1, x2) of a truth table, in its order."""

Pattern = tuple[int, int, int, int]
"""On which side of the line each corner is: 1 where z is above 0, -1 where it is below, 0 on the line."""

EXACT = 1e-12
"""The share of b, w1 and w2 below which a sum of them is 0: 0.1 + 0.2 - 0.3 leaves 6e-17."""


class Corner(Struct, frozen=True):
    """One row of the truth table."""

    x1: int
    x2: int
    z: float
    output: float

    @property
    def side(self) -> int:
        """1 where z is above 0, -1 where it is below, 0 on the line."""
        return (self.z > 0) - (self.z < 0)


class Neuron(Struct, frozen=True):
    """z = b + w1 x1 + w2 x2, and its activation. By default the lecture's, with the sign."""

    b: float = -10.0
    w1: float = 12.0
    w2: float = 5.0
    activation: Activation = "sign"

    def z(self, x1: float, x2: float) -> float:
        """The sum of the bias and the weighted inputs."""
        parts = self.b, self.w1 * x1, self.w2 * x2
        z = sum(parts)
        return 0.0 if abs(z) <= EXACT * sum(map(abs, parts)) else z

    def corner(self, x1: int, x2: int) -> Corner:
        """What it gives for the inputs ``x1`` and ``x2``, each 0 or 1."""
        z = self.z(x1, x2)
        return Corner(x1, x2, z, activate(self.activation, z))

    @property
    def corners(self) -> tuple[Corner, ...]:
        """The truth table."""
        return tuple(self.corner(x1, x2) for x1, x2 in CORNERS)

    @property
    def pattern(self) -> Pattern:
        """The side of each corner."""
        first, second, third, fourth = (corner.side for corner in self.corners)
        return first, second, third, fourth

    def formula(self, first: str = "x1", second: str = "x2") -> str:
        """How z is computed from inputs of these names: ``-10 + 12 x1 + 5 x2``."""
        weighted = "".join(
            f" {'-' if weight < 0 else '+'} {show_number(abs(weight))} {name}"
            for weight, name in ((self.w1, first), (self.w2, second))
        )
        return f"{show_number(self.b)}{weighted}"

    def terms(self, x1: int, x2: int) -> str:
        """What z is the sum of for these inputs: ``-10 + 12``."""
        added = [weight for weight, x in ((self.w1, x1), (self.w2, x2)) if x]
        return show_number(self.b) + "".join(f" {'-' if w < 0 else '+'} {show_number(abs(w))}" for w in added)

    def line(self, low: float, high: float) -> tuple[tuple[float, float], tuple[float, float]] | None:
        """The two ends (x1, x2) of the line z = 0 in the square from ``low`` to ``high``; None if it has no part there.

        The first end is the one further left, of a vertical line the lower one.
        """
        ends = set()
        if self.w2:
            ends |= {(x1, -(self.b + self.w1 * x1) / self.w2) for x1 in (low, high)}
        if self.w1:
            ends |= {(-(self.b + self.w2 * x2) / self.w1, x2) for x2 in (low, high)}
        slack = EXACT * (high - low)  # of a line through two corners of the square, neither end may be lost
        within = sorted(end for end in ends if all(low - slack <= at <= high + slack for at in end))
        return (within[0], within[-1]) if len(within) > 1 else None


class Goal(Struct, frozen=True):
    """A function to find: which corners are to be above 0."""

    name: str
    wanted: Pattern


GOALS = (Goal("AND", (-1, -1, -1, 1)), Goal("OR", (-1, 1, 1, 1)), Goal("NAND", (1, 1, 1, -1)))
XOR = Goal("XOR", (-1, 1, 1, -1))

_NAMES: dict[Pattern, str] = {
    (-1, -1, -1, -1): "never above 0",
    (-1, -1, -1, 1): "AND",
    (-1, -1, 1, -1): "x1 and not x2",
    (-1, -1, 1, 1): "x1: it copies x1",
    (-1, 1, -1, -1): "x2 and not x1",
    (-1, 1, -1, 1): "x2: it copies x2",
    (-1, 1, 1, 1): "OR",
    (1, -1, -1, -1): "NOR",
    (1, -1, 1, -1): "not x2",
    (1, -1, 1, 1): "x1 or not x2",
    (1, 1, -1, -1): "not x1",
    (1, 1, -1, 1): "x2 or not x1",
    (1, 1, 1, -1): "NAND",
    (1, 1, 1, 1): "always above 0",
}
"""The functions that a neuron can have: all sixteen of two inputs but XOR and its opposite."""


def activate(activation: Activation, z: float) -> float:
    """The output of ``activation`` for ``z``; sign and step take 0 as numpy's sign and heaviside(z, 0) do."""
    match activation:
        case "sign":
            return float((z > 0) - (z < 0))
        case "step":
            return float(z > 0)
        case "sigmoid":
            return 1 / (1 + exp(-z)) if z >= 0 else exp(z) / (1 + exp(z))
        case "tanh":
            return tanh(z)
        case "relu":
            return max(0.0, z)


def has_line(pattern: Pattern) -> bool:
    """Whether some line has the corners of ``pattern`` on these sides, none of them on the line."""
    return pattern in _NAMES


def side(neurons: Sequence[Neuron], x1: float, x2: float) -> int:
    """1 where z is above 0 for all of ``neurons``, 0 where it is 0 for one and below for none, else -1."""
    sums = [neuron.z(x1, x2) for neuron in neurons]
    return min((z > 0) - (z < 0) for z in sums)


class NeuronBench(Struct, frozen=True):
    """A neuron on the bench, the function that is looked for, and those that were found."""

    neuron: Neuron = Neuron()
    goal: Goal = GOALS[0]
    found: frozenset[str] = frozenset()
    """The names of the goals that were met."""

    def typed(self, b: str, w1: str, w2: str) -> "NeuronBench":
        """The bench with the numbers that were typed. Raises `FieldError`."""
        values = {}
        for name, text in (("b", b), ("w1", w1), ("w2", w2)):
            with FieldError.at(name):
                values[name] = read_number(text)
        return self._with(replace(self.neuron, **values))

    def with_activation(self, by: int) -> "NeuronBench":
        """The bench with the activation that comes ``by`` places later, around the end."""
        place = ACTIVATIONS.index(self.neuron.activation) + by
        return self._with(replace(self.neuron, activation=ACTIVATIONS[place % len(ACTIVATIONS)]))

    def with_goal(self, by: int) -> "NeuronBench":
        """The bench with the goal that comes ``by`` places later, around the end."""
        return replace(self, goal=GOALS[(GOALS.index(self.goal) + by) % len(GOALS)])

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        return self.neuron.pattern == self.goal.wanted

    @property
    def wrong(self) -> tuple[Corner, ...]:
        """The corners that are not where the goal wants them."""
        pairs = zip(self.neuron.corners, self.goal.wanted, strict=True)
        return tuple(corner for corner, wanted in pairs if corner.side != wanted)

    def _with(self, neuron: Neuron) -> "NeuronBench":
        met = {goal.name for goal in GOALS if goal.wanted == neuron.pattern}
        return replace(self, neuron=neuron, found=self.found | met)


def verdict(bench: NeuronBench) -> str:
    """What the neuron computes, and what of it the goal wants otherwise."""
    if bench.met:
        left = [goal.name for goal in GOALS if goal.name not in bench.found]
        return f"This is {bench.goal.name}: found. {_next(left)}"
    corners = bench.neuron.corners
    on_line = [corner for corner in corners if not corner.side]
    if not (bench.neuron.w1 or bench.neuron.w2):
        told = "Without weights there is no line: z is b everywhere."
    elif on_line:
        told = f"{_listed(on_line)} {'lies' if len(on_line) == 1 else 'lie'} on the line, on neither side of it."
    else:
        told = f"This is {_NAMES[bench.neuron.pattern]}."
    return f"{told} For {bench.goal.name}, {_listed(bench.wrong)} {_change(bench.wrong)}."


def _next(left: list[str]) -> str:
    return f"Still to find: {' and '.join(left)}." if left else "All three are found; XOR has no line."


def _change(wrong: tuple[Corner, ...]) -> str:
    return "has to change sides" if len(wrong) == 1 else "have to change sides"


def _listed(corners: list[Corner] | tuple[Corner, ...]) -> str:
    """``(0,1)``, ``(0,1) and (1,0)``, ``(0,0), (0,1) and (1,0)``."""
    *first, last = [f"({corner.x1},{corner.x2})" for corner in corners]
    return f"{', '.join(first)} and {last}" if first else last


HIDDEN = (Neuron(-5.0, 10.0, 10.0, "step"), Neuron(15.0, -10.0, -10.0, "step"))
"""The two hidden neurons that together have XOR: OR and NAND."""
OUTPUT = Neuron(-15.0, 10.0, 10.0, "step")
"""What takes their outputs in: AND."""

XOR_PROOF = (
    "XOR wants z above 0 at (0,1) and (1,0), and nowhere else:",
    "  (0,1)  b + w2 > 0",
    "  (1,0)  b + w1 > 0",
    "  (0,0)  b <= 0",
    "  (1,1)  b + w1 + w2 <= 0",
    "The first two add up to 2b + w1 + w2 > 0, the last two to 2b + w1 + w2 <= 0. No numbers do both.",
)
"""Why no neuron with two inputs has XOR."""


class XorRow(Struct, frozen=True):
    """One row of the truth table of the network with two hidden neurons."""

    x1: int
    x2: int
    first: Corner
    """Of the first hidden neuron, h1."""
    second: Corner
    """Of the second, h2."""
    output: Corner
    """Of the output neuron, whose inputs are the outputs of the two."""


def xor_rows() -> tuple[XorRow, ...]:
    """The truth table of `HIDDEN` and `OUTPUT`, computed."""
    rows = []
    for x1, x2 in CORNERS:
        first, second = (neuron.corner(x1, x2) for neuron in HIDDEN)
        rows.append(XorRow(x1, x2, first, second, OUTPUT.corner(int(first.output), int(second.output))))
    return tuple(rows)
