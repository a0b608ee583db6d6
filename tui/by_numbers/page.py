"""By numbers: one example forward through a network, its loss, the gradients back, and the optimizer's step."""

from collections import deque
from collections.abc import Callable
from time import monotonic

import numpy as np
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Static
from textual.worker import Worker, WorkerState, get_current_worker

from core.backpropagation.passes import Quantity
from core.backpropagation.worked import Worked
from core.keras_runtime.failures import explain
from core.sanitize import one_line
from tui.by_numbers.layout import Index
from tui.by_numbers.number_table import NumberTable
from tui.by_numbers.quantity_list import QuantityList
from tui.by_numbers.text import explained, heading, keys, subject
from tui.loading import FRAMES, FRAMES_A_SECOND, Loader
from tui.screens.modal import Modal
from tui.widgets.listing import Listing
from tui.widgets.text import update_text

__all__ = ["Begin", "ByNumbers"]

Begin = Callable[[Callable[[], bool]], Worked | None]
"""Computes what is shown first, in a thread; None once its argument, which says whether nobody waits, returns True."""

BEGINNING = "building the network and computing its numbers"
TERM = 20
"""Cells of a term in a sum, about."""
MOST_TERMS = 12
HIGH = 30
"""Lines of the screen from which formulas of a step have lines of their own."""


class ByNumbers(Modal[None]):
    """The numbers of the network called ``title``, which ``begin`` computes once ``loader`` is done."""

    HELP = """
    ## By numbers
    One example goes forward through the network, from its numbers x to the loss L; then the gradient of the loss goes
    back to every weight, and the optimizer takes a step. On the left is all that is computed, in its order; on the
    right are the numbers of the selected array, and below how the chosen one comes about.

    z are the sums of a layer, a what its activation makes of them, W and b its weights and biases; the number behind a
    letter is that of the layer. dL/dW is the gradient: by how much the loss rises if the weight rises by one, while
    all else stays. Rows and columns count from 0, as in Python; those of W are inputs and units, so that z is W, turned
    on its side, times a, as the lecture has it.

    **up** and **down** select an array, **tab** goes to its numbers and back. There the arrow keys choose a number,
    **page up** and **page down** another channel, **home** the smallest, **end** the largest; or click on one.

    **s** takes the optimizer's step for this example alone, and computes everything again: watch the loss. **u** takes
    a step back. **n** and **b** show the example after and before.

    On the Inspect tab, N shows the network that was trained, with the digit of the Walk view, and the step that its
    optimizer would take next; elsewhere it shows the open network as a training of it begins. A saved run has kept its
    weights alone: its optimizer begins anew.
    """

    BINDINGS = [
        Binding("escape", "close", "Close", id="numbers.close", tooltip="From the numbers to the list; then close"),
        Binding("s", "step", "Take the step", id="numbers.step", tooltip="Take the optimizer's step for this example"),
        Binding("u", "undo", "Undo step", id="numbers.undo", tooltip="Take the last step back"),
        Binding("n", "another(1)", "Next example", id="numbers.next", tooltip="The numbers of the next example"),
        Binding("b", "another(-1)", "Example before", id="numbers.previous", tooltip="The example before", show=False),
        Binding("enter", "numbers", "Numbers", id="numbers.numbers", tooltip="Choose a number", show=False),
    ]

    DEFAULT_CSS = """
    ByNumbers .numbers {
        width: 100%; height: 100%; border: round $accent; background: $surface; padding: 0 1;
    }
    ByNumbers #numbers-subject { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    ByNumbers #numbers-body { height: 1fr; margin-top: 1; }
    ByNumbers QuantityList { width: 56; margin-right: 2; }
    ByNumbers.-narrow QuantityList { width: 28; margin-right: 1; }
    ByNumbers.-wide QuantityList { width: 74; }
    ByNumbers.-low #numbers-body { margin-top: 0; }
    ByNumbers #numbers-heading { height: 2; text-wrap: nowrap; text-overflow: ellipsis; }
    ByNumbers #numbers-explanation { height: auto; max-height: 60%; border-top: solid $foreground 22%; }
    ByNumbers #numbers-keys { height: auto; color: $text-muted; }
    """

    worked: reactive[Worked | None] = reactive(None, repaint=False)
    """What is shown; None until it is computed."""
    selected: reactive[int] = reactive(0, repaint=False)
    """The array that is selected."""
    at: reactive[Index] = reactive((), repaint=False)
    """The number of it that is chosen."""

    subject_line = query_one("#numbers-subject", Static)
    listing = query_one(QuantityList)
    heading_line = query_one("#numbers-heading", Static)
    table = query_one(NumberTable)
    explanation = query_one("#numbers-explanation", Static)
    keys_line = query_one("#numbers-keys", Static)

    def __init__(self, title: str, begin: Begin, loader: Loader | None = None) -> None:
        super().__init__()
        self._title = title
        self._begin = begin
        self._loader = loader
        self._wanted: deque[Callable[[], Worked | None]] = deque()
        self._busy = False
        self._frame = 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="numbers"):
            yield Static(id="numbers-subject", markup=False)
            with Horizontal(id="numbers-body"):
                yield QuantityList()
                with Vertical():
                    yield Static(id="numbers-heading", markup=False)
                    yield NumberTable().data_bind(ByNumbers.at)
                    yield Static(id="numbers-explanation", markup=False)
            yield Static(id="numbers-keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(".numbers").border_title = one_line(f"By numbers: {self._title}")
        self.query_one("#numbers-body").display = False
        self._waiting = self.set_interval(1 / FRAMES_A_SECOND, self._spin)
        self._want(self._first)

    def on_resize(self) -> None:
        self.call_after_refresh(self._explain)

    # What is computed, in a thread.

    def _want(self, compute: Callable[[], Worked | None]) -> None:
        """Call ``compute`` in a thread once all that was wanted before is done: keys may come faster than numbers."""
        self._wanted.append(compute)
        self._go_on()

    def _go_on(self) -> None:
        if self._wanted and not self._busy:
            self._busy = True
            self._compute(self._wanted.popleft())

    @work(thread=True, exit_on_error=False)
    def _compute(self, compute: Callable[[], Worked | None]) -> None:
        worker = get_current_worker()
        worked = compute()
        if worked is not None and not worker.is_cancelled:
            self.app.call_from_thread(self._take, worker, worked)

    def _first(self) -> Worked | None:
        worker = get_current_worker()
        return self._begin(lambda: worker.is_cancelled)

    def _take(self, worker: "Worker[None]", worked: Worked) -> None:
        if not worker.is_cancelled:
            self._busy = False
            self.worked = worked
            self._go_on()

    def _spin(self) -> None:
        """Show what is under way, until there are numbers."""
        self._frame = (self._frame + 1) % len(FRAMES)
        loads = self._loader is not None and self._loader.under_way
        text = self._loader.phase.text(monotonic()) if self._loader and loads else BEGINNING
        update_text(self.subject_line, Content(f"{FRAMES[self._frame]} {text}"))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say why there are no numbers."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self._busy = False
            self._wanted.clear()
            self._waiting.stop()
            text = one_line(f"! The numbers cannot be computed: {explain(event.worker.error)}")
            update_text(self.subject_line, Content.styled(text, "$text-error"))

    def watch_worked(self, before: Worked | None, worked: Worked | None) -> None:
        if worked is None or not self.is_mounted:
            return
        self._waiting.stop()
        self.query_one("#numbers-body").display = True
        self.listing.numbers = worked.numbers
        if before is None:
            self.listing.focus()
            self.at = _largest(worked.numbers.quantities[self.selected])
        self._show()
        self.refresh_bindings()

    # What is chosen.

    @on(Listing.Selected)
    def _selected(self, event: Listing.Selected) -> None:
        event.stop()
        self.selected = event.index

    @on(Listing.Opened)
    def _opened(self, event: Listing.Opened) -> None:
        event.stop()
        self.action_numbers()

    @on(NumberTable.Chosen)
    def _chosen(self, event: NumberTable.Chosen) -> None:
        event.stop()
        self.at = event.index

    def watch_selected(self) -> None:
        quantity = self.quantity
        if quantity is not None:
            self.at = _largest(quantity)
            self._show()

    def watch_at(self) -> None:
        self._explain()

    @property
    def quantity(self) -> Quantity | None:
        """The array that is selected."""
        return self.worked.numbers.quantities[self.selected] if self.worked else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether there is a step to take, or one to undo."""
        if action == "step":
            return bool(self.worked and self.worked.numbers.updates)
        if action == "undo":
            return bool(self.worked and (self.worked.before or self._busy))  # a step may be under way
        return True

    def action_step(self) -> None:
        """Take the optimizer's step for this example."""
        self._change(Worked.stepped)

    def action_undo(self) -> None:
        """Take the last step back."""
        self._change(Worked.undone)

    def action_another(self, by: int) -> None:
        """Show another example."""
        self._change(lambda worked: worked.another(by))

    def _change(self, change: Callable[[Worked], Worked]) -> None:
        """Show what ``change`` makes of what is shown when its turn has come."""
        if self.worked:
            self._want(lambda: change(self.worked) if self.worked else None)

    def action_numbers(self) -> None:
        """Go to the numbers of the selected array."""
        if self.worked:
            self.table.focus()

    def action_close(self) -> None:
        """Go from the numbers to the list; from there, close."""
        if self.table.has_focus:
            self.listing.focus()
        else:
            self.dismiss(None)

    # What is shown.

    def _show(self) -> None:
        quantity, worked = self.quantity, self.worked
        if quantity is None or worked is None:
            return
        update_text(self.subject_line, subject(worked))
        self.table.quantity = quantity
        self._show_keys()
        self._explain()

    def _show_keys(self) -> None:
        if self.worked is not None:
            update_text(self.keys_line, Content(keys(self.worked, inside=self.table.has_focus)))

    def on_descendant_focus(self) -> None:
        self._show_keys()

    def _explain(self) -> None:
        quantity, worked = self.quantity, self.worked
        if quantity is None or worked is None or len(self.at) != quantity.values.ndim:
            return
        update_text(self.heading_line, heading(worked, quantity, self.at))
        room = self.explanation.content_size.width
        most = min(MOST_TERMS, max(2, 2 * room // TERM - 1))
        update_text(self.explanation, explained(quantity.explain(self.at), most, room, high=self.size.height >= HIGH))


def _largest(quantity: Quantity) -> Index:
    """The index of the number of the largest size: the first ones are often those of a blank corner."""
    values = np.nan_to_num(np.abs(quantity.values))
    return tuple(int(place) for place in np.unravel_index(int(values.argmax()), values.shape))
