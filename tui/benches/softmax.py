"""Softmax and loss by hand: from logits to exponentials, probabilities, -log p and the gradient."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive

from core.formatting import show_digits, show_loss, show_share
from core.learn.softmax import SoftmaxBench
from core.learn.typed_numbers import show_number
from core.typography import typeset_formula
from tui.benches.bench import Bench, BenchBody
from tui.benches.field import BenchField
from tui.number_text import table_numbers
from tui.widgets.bars import bar
from tui.widgets.text import update_text

__all__ = ["SoftmaxScreen"]

STEP = 0.5
"""What a key adds to a logit."""
CELL = 8
"""Cells of a number in the table."""
LONGEST_BAR = 40
LEAST = 0.0001
"""Below it, numbers from 0 to 1 are shown as powers of ten."""


class LogitTable(BenchBody):
    """The logits and what becomes of them; keys act on the selected one."""

    BINDINGS = [
        Binding("up", "screen.select(-1)", "Class before", id="softmax.up", tooltip="Select the class before"),
        Binding("down", "screen.select(1)", "Next class", id="softmax.down", tooltip="Select the next class"),
        Binding("left", "screen.raise(-1)", "Lower", id="softmax.left", tooltip="Lower the selected logit by 0.5"),
        Binding("right", "screen.raise(1)", "Raise", id="softmax.right", tooltip="Raise the selected logit by 0.5"),
        Binding(
            "enter,space", "screen.choose", "Right class", id="softmax.right_class", tooltip="Make it the right class"
        ),
    ]


class SoftmaxScreen(Bench):
    """Logits and their loss, begun as ``start``."""

    HELP = """
    ## Softmax and loss by hand
    z are the logits, the numbers that the last layer gives. The largest is subtracted from all: that changes nothing in
    the result, as numerator and denominator of every share are divided by the same number, and keeps every exponential
    between 0 and 1, where those of large logits would be infinite. The probability p of a class is its share of the
    sum of the exponentials. The loss is -log p of the right class (categorical cross-entropy), and its gradient at a
    logit is p - t, where t is 1 for the right class and 0 for the others.

    **up** and **down** select a class, **left** and **right** lower and raise its logit by 0.5, **enter** makes it the
    right one. **tab** goes to the fields, where all of it can be typed.
    """

    AUTO_FOCUS = "LogitTable"
    DEFAULT_CSS = """
    SoftmaxScreen .bench { max-height: 26; }
    """
    HEADING = "Softmax and loss by hand"
    KEYS = "up/down: class   left/right: its logit   enter: right class   tab: type   escape: close   F1: help"

    bench: reactive[SoftmaxBench] = reactive(SoftmaxBench())
    """The logits and the right class."""

    def __init__(self, start: SoftmaxBench | None = None) -> None:
        super().__init__()
        self.set_reactive(SoftmaxScreen.bench, start or SoftmaxBench())

    def compose_fields(self) -> ComposeResult:
        with Horizontal():
            yield BenchField("logits", "logits", _logits(self.bench))
            yield BenchField("right", "right class", str(self.bench.right), kind="whole")

    def compose_body(self) -> ComposeResult:
        yield LogitTable()

    def take(self, texts: Mapping[str, str]) -> None:
        self.bench = self.bench.typed(**texts)

    def watch_bench(self) -> None:
        self.show()

    @property
    def lead(self) -> Content:
        return Content.styled("exp = e^(z - max)   p = exp / sum   loss = -log p", "$foreground-muted")

    def show_body(self) -> None:
        room = self.body.scrollable_content_region.width
        update_text(self.body.text, _shown(self.bench, room, active=self.body.has_focus))

    def action_select(self, by: int) -> None:
        """Select another class."""
        self.bench = self.bench.moved(by)

    def action_raise(self, direction: int) -> None:
        """Raise the selected logit, or lower it."""
        self._changed(self.bench.raised(direction * STEP))

    def action_choose(self) -> None:
        """Make the selected class the right one."""
        self._changed(self.bench.chosen())

    def _changed(self, bench: SoftmaxBench) -> None:
        self.bench = bench
        self.show_texts({"logits": _logits(bench), "right": str(bench.right)})


def _logits(bench: SoftmaxBench) -> str:
    return " ".join(map(show_number, bench.logits))


def _shown(bench: SoftmaxBench, room: int, *, active: bool) -> Content:
    table = _table(bench, room, active=active)
    return Content("\n").join([*table, Content(), *_loss(bench), Content(), *_remarks(bench)])


def _table(bench: SoftmaxBench, room: int, *, active: bool) -> list[Content]:
    rows = bench.rows
    logits = table_numbers([row.logit for row in rows], CELL - 1)
    shifted = table_numbers([row.shifted for row in rows], CELL - 1)
    heads = ("z", "z-max", "exp", "p")
    head = f"class{''.join(f'{each:>{CELL + 1}}' for each in heads)}  t{'p-t':>10}"
    lines = [Content.styled(typeset_formula(head), "$foreground-muted")]
    selected = "bold $text-accent" if active else "bold"
    for index, row in enumerate(rows):
        chosen = index == bench.selected
        numbers = (logits[index], shifted[index], _power(row.exponential), _power(row.share))
        cells = "".join(f"{each:>{CELL + 1}}" for each in numbers)
        text = f"{'>' if chosen else ' '}{index:>4}{cells}  {row.target}{_signed(row.gradient):>10}"
        length = min(LONGEST_BAR, room - len(text) - 2)
        drawn = bar(row.share, length) if length > 4 else ""
        lines.append(Content.assemble((text, selected if chosen else ""), "  ", (drawn, "$training")))
    total = f"{'sum':>5}{'':>{2 * (CELL + 1)}}{show_digits(bench.total):>{CELL + 1}}{'1':>{CELL + 1}}  1{'0':>10}"
    return [*lines, Content.styled(total, "$foreground-muted")]


def _loss(bench: SoftmaxBench) -> list[Content]:
    row, total = bench.rows[bench.right], show_digits(bench.total)
    loss = (show_loss(bench.loss) if bench.loss >= LEAST else show_digits(bench.loss, 3), "bold")
    close = 0 < -row.gradient < LEAST
    share = f"1 - {_power(-row.gradient)}" if close else _power(row.share)
    logarithm = f"-log({share})" if close else f"-log {share}"
    lines = [
        Content.assemble(
            (f"p of class {bench.right}   ", "$foreground-muted"), f"{_power(row.exponential)} / {total} = {share}"
        ),
        Content.assemble(("loss = -log p  ", "$foreground-muted"), f"{logarithm} = ", loss),
    ]
    if not row.share:
        stable = (
            f"p is too small for a float64; log(sum) - (z - max) is not: log({total}) - ({show_digits(row.shifted)}) = "
        )
        lines[1] = Content.assemble(("loss = -log p  ", "$foreground-muted"), stable, loss)
    return lines


def _remarks(bench: SoftmaxBench) -> list[Content]:
    largest = show_digits(bench.largest)
    kept = f"The largest logit, {largest}, is subtracted from all first, which changes no share"
    if bench.overflows:
        kept += f"; without that, e^{largest} would be infinite, and infinity / infinity is no number"
    elif bench.underflows:
        kept += f"; without that, every exponential would be 0, as e^{largest} is, and 0 / 0 is no number"
    texts = [f"{kept}.", "Gradients add up to 0: a step raises the right logit and lowers the others."]
    if pair := bench.pair:
        sigmoid = f"sigmoid({show_digits(pair[0])}) = {show_share(pair[1])}"
        texts.append(f"Of two classes, p is the sigmoid of the difference: {sigmoid}.")
    return [Content(text) for text in texts]


def _power(value: float) -> str:
    """A number from 0 to 1; only what is 0 is written so."""
    return show_share(value) if value >= LEAST else show_digits(value, 3)


def _signed(gradient: float) -> str:
    return f"{'-' if gradient < 0 else '+'}{_power(abs(gradient))}" if gradient else "0"
