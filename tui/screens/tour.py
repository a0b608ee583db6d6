"""A tour of LayerLab in three steps."""

from typing import NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Static

from tui.screens.modal import Modal

__all__ = ["Tour"]


class Step(NamedTuple):
    """One step: a title, a few sentences, the keys to know."""

    title: str
    text: str
    keys: tuple[tuple[str, str], ...]


STEPS = (
    Step(
        "Build",
        "A network is a stack of layers: what one puts out, the next takes in. The strip at the top draws each output, "
        "as high as its image and as wide as its channels. Select a layer to see why its output has that shape, and "
        "where its parameters come from.",
        (("a", "add a layer, such as conv 32 3x3"), ("enter", "edit the layer"), ("u", "undo")),
    ),
    Step(
        "Train",
        "Training shows the network the images of MNIST, again and again, and changes its weights so that the loss "
        "falls. Watch the loss and the accuracy while it runs: on the images it learns from, and on those it does not.",
        (("t", "train"), ("space", "pause and go on"), ("x", "stop; what was learned is kept")),
    ),
    Step(
        "Look inside",
        "Inspect shows what was learned: the filters, the mistakes, an image on its way through the layers, and what "
        "to do if training went wrong. Every training is kept: Runs compares them, continues them and exports them.",
        (("3", "Inspect"), ("4", "Runs"), ("?", "help, wherever you are")),
    ),
)


class Tour(Modal[None]):
    """Shows the steps one by one."""

    HELP = """
    ## Tour
    **enter** or **right** goes on, **left** goes back, **escape** closes.
    """

    BINDINGS = [
        Binding(
            "enter,right,space", "step(1)", "Next", id="tour.next", tooltip="The next step, or close after the last"
        ),
        Binding("left", "step(-1)", "Back", id="tour.back", tooltip="The step before"),
        Binding("escape", "close", "Close", id="tour.close", tooltip="Close the tour"),
    ]

    number: reactive[int] = reactive(0)
    """The step shown."""

    text = query_one("#tour-text", Static)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="tour"):
            yield Static(id="tour-text", markup=False)
            yield Static("enter: next   left: back   escape: close", classes="note", markup=False)

    def on_mount(self) -> None:
        self._show()

    def watch_number(self) -> None:
        if self.is_mounted:
            self._show()

    def action_step(self, by: int) -> None:
        """Go ``by`` steps on; after the last, close."""
        if self.number + by >= len(STEPS):
            self.dismiss(None)
        else:
            self.number = max(0, self.number + by)

    def action_close(self) -> None:
        """Close the tour."""
        self.dismiss(None)

    def _show(self) -> None:
        step = STEPS[self.number]
        keys = Content("\n").join(
            Content.assemble((f"  {key:<7}", "$text-accent bold"), text) for key, text in step.keys
        )
        self.query_one("#tour").border_title = f"{self.number + 1} of {len(STEPS)}: {step.title}"
        self.text.update(Content.assemble(f"{step.text}\n\n", keys))
