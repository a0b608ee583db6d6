"""The neuron by hand: its numbers, its truth table, its line on the plane; and why XOR takes two more."""

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive

from core.formatting import show_digits, show_share
from core.learn.neuron import (
    FORMULAS,
    GOALS,
    HIDDEN,
    OUTPUT,
    XOR_PROOF,
    Activation,
    Corner,
    NeuronBench,
    verdict,
    xor_rows,
)
from core.learn.typed_numbers import show_number
from core.typography import typeset_formula
from tui.benches.bench import Bench, BenchBody
from tui.benches.field import BenchField
from tui.benches.plane import SIDES, Plane
from tui.number_text import table_numbers
from tui.widgets.text import update_text

__all__ = ["NeuronScreen"]

CELL = 7
"""Cells of a number in the table."""
PAIR, TRIPLE = 72, 106
"""Cells in which two and three neurons have room side by side."""
TABLE = 31
"""Cells of the table without what z is the sum of."""
FIND = 46
"""Cells from which on there is room to say what the goals are."""


class NeuronScreen(Bench):
    """A neuron with two inputs, begun as ``start``."""

    HELP = """
    ## The neuron by hand
    z = b + w1 x1 + w2 x2, and the output is the activation of z. Type the numbers, or change the one in focus with
    **up** and **down** by 1, with **shift** by 0.1; **tab** goes to the next. **F2** changes the activation.

    The table has all four corners. On the plane, **[+]** is a corner where z is above 0, **[-]** one where it is below,
    **[0]** one on the line z = 0; the small signs show the same for the rest of the plane. Which activation follows
    does not move the line.

    Find numbers for AND, OR and NAND: the last column has what the function wants, **!** marks the corners that are on
    the wrong side, and **F3** goes to the next function. A corner on the line is on neither side. **F4** shows why no
    line has XOR, and two hidden neurons that have it.
    """

    BINDINGS = [
        Binding("f2", "activation", "Activation", id="neuron.activation", tooltip="The next activation function"),
        Binding("f3", "goal", "Function", id="neuron.goal", tooltip="The next function to find"),
        Binding("f4", "xor", "XOR", id="neuron.xor", tooltip="Why no line has XOR, and what has it; and back"),
    ]

    DEFAULT_CSS = """
    NeuronScreen #neuron-body { height: 1fr; }
    NeuronScreen .bench { max-width: 132; max-height: 44; }
    NeuronScreen BenchBody { width: 50%; min-width: 33; max-width: 58; margin-right: 1; }
    """

    HEADING = "The neuron by hand"
    KEYS = "up/down: change   tab: next   F2: activation   F3: function   F4: XOR   escape: close   F1: help"

    bench: reactive[NeuronBench] = reactive(NeuronBench())
    """The neuron, and what was found."""
    xor: reactive[bool] = reactive(False)
    """Whether the two hidden neurons are shown."""

    plane = query_one(Plane)

    def __init__(self, start: NeuronBench | None = None) -> None:
        super().__init__()
        self.set_reactive(NeuronScreen.bench, start or NeuronBench())

    def compose_fields(self) -> ComposeResult:
        neuron = self.bench.neuron
        with Horizontal():
            for name, value in (("b", neuron.b), ("w1", neuron.w1), ("w2", neuron.w2)):
                yield BenchField(name, name, show_number(value), kind="number")

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="neuron-body"):
            yield BenchBody(can_focus=False)
            yield Plane()

    def take(self, texts: Mapping[str, str]) -> None:
        self.bench = self.bench.typed(**texts)

    def watch_bench(self) -> None:
        self.xor = False  # what was changed is to be seen
        self.show()

    def watch_xor(self) -> None:
        self.show()
        self.body.scroll_home(animate=False)

    @property
    def lead(self) -> Content:
        if self.xor:
            return _hidden(self.lead_line.content_size.width)
        neuron = self.bench.neuron
        about = f": {typeset_formula(FORMULAS[neuron.activation])}" if not self.has_class("-narrow") else ""
        muted = "$foreground-muted"
        formula = typeset_formula(neuron.formula())
        return Content.assemble(
            ("z = ", muted), formula, ("   output = ", muted), f"{neuron.activation}(z)", (about, muted)
        )

    def show_body(self) -> None:
        neuron = self.bench.neuron
        self.plane.neurons, self.plane.names = (HIDDEN, ("h1", "h2")) if self.xor else ((neuron,), ())
        room = self.body.scrollable_content_region.width
        update_text(self.body.text, _xor() if self.xor else _alone(self.bench, room))

    def action_activation(self) -> None:
        """Go on to the next activation function."""
        self.bench = self.bench.with_activation(1)

    def action_goal(self) -> None:
        """Go on to the next function to find."""
        self.bench = self.bench.with_goal(1)

    def action_xor(self) -> None:
        """Show what has XOR, or the neuron again."""
        self.xor = not self.xor


def _alone(bench: NeuronBench, room: int) -> Content:
    """The neuron, its truth table, and what it computes."""
    find = Content.styled("find  ", "$foreground-muted") if room >= FIND else Content()
    goals = find + Content("   ").join(
        Content.styled(f"[{'x' if goal.name in bench.found else ' '}] {goal.name}", "bold $text-accent")
        if goal == bench.goal
        else Content(f"[{'x' if goal.name in bench.found else ' '}] {goal.name}")
        for goal in GOALS
    )
    says = Content.styled(verdict(bench), "$text-success" if bench.met else "")
    sign = Content.styled("\N{CHECK MARK} ", "$text-success") if bench.met else Content()
    return Content("\n").join([*_table(bench, room), Content(), sign + says, Content(), goals])


def _table(bench: NeuronBench, room: int) -> Sequence[Content]:
    neuron = bench.neuron
    corners = neuron.corners
    sums = [f"{typeset_formula(neuron.terms(corner.x1, corner.x2))} = " for corner in corners]
    wide = max(map(len, sums))
    if TABLE + wide > room:
        sums, wide = [""] * len(corners), 0
    zs = table_numbers([corner.z for corner in corners], CELL)
    outputs = _outputs(neuron.activation, corners)
    name = bench.goal.name
    lines = [Content.styled(f"x1 x2 {'z':>{wide + CELL}} {neuron.activation:>{CELL}}     {name}", "$foreground-muted")]
    for corner, terms, z, output, wanted in zip(corners, sums, zs, outputs, bench.goal.wanted, strict=True):
        lines.append(
            Content.assemble(
                f" {corner.x1}  {corner.x2} ",
                (terms.rjust(wide), "$foreground-muted"),
                f"{z:>{CELL}} ",
                (f"{output:>{CELL}} ", "bold"),
                _mark(corner.side),
                (f" [{SIDES[wanted]}]", "$foreground-muted"),
                (" !" if corner.side != wanted else "", "bold $text-warning"),
            )
        )
    return lines


def _outputs(activation: Activation, corners: Sequence[Corner]) -> Sequence[str]:
    if activation == "sign":
        return [f"{corner.output:+g}" if corner.output else "0" for corner in corners]
    if activation in ("sigmoid", "tanh"):
        return [f"{'-' if corner.output < 0 else ''}{show_share(abs(corner.output))}" for corner in corners]
    return table_numbers([corner.output for corner in corners], CELL)


def _mark(side: int) -> tuple[str, str]:
    """A corner as on the plane."""
    return f"[{SIDES[side]}]", {1: "bold $positive", 0: "bold $text-accent", -1: "bold $negative"}[side]


def _hidden(room: int) -> Content:
    """The network that has XOR, neuron by neuron, in ``room`` cells."""
    named = (("h1", HIDDEN[0].formula(), "OR"), ("h2", HIDDEN[1].formula(), "NAND"))
    first, second, last = (
        Content.assemble((f"{name} = ", "$foreground-muted"), f"step({typeset_formula(formula)}) ", (has, "bold"))
        for name, formula, has in (*named, ("y", OUTPUT.formula("h1", "h2"), "AND"))
    )
    apart = [Content("   " if room >= columns else "\n") for columns in (PAIR, TRIPLE)]
    return Content.assemble(first, apart[0], second, apart[1], last)


def _xor() -> Content:
    """Why no line has XOR, and the truth table of the network that has it."""
    lines = [
        Content.styled("No line has XOR", "bold"),
        *(Content(typeset_formula(line)) for line in XOR_PROOF),
        Content(),
        Content.styled("Two hidden neurons have it", "bold"),
        Content.styled("x1 x2   z h1   z h2   z  y = XOR", "$foreground-muted"),
    ]
    for row in xor_rows():
        cells = "".join(
            f"{show_digits(each.z):>4} {show_digits(each.output):>2}" for each in (row.first, row.second, row.output)
        )
        lines.append(Content.assemble(f" {row.x1}  {row.x2}{cells}  ", _mark(1 if row.output.output else -1)))
    lines.append(Content("+ is where h1 and h2 are both 1: between the lines."))
    return Content("\n").join(lines)
