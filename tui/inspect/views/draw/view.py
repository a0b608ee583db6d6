"""A digit drawn by hand, and the network's outputs, stroke by stroke."""

import numpy as np
from numpy.typing import NDArray
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Offset
from textual.getters import query_one
from textual.markup import escape
from textual.reactive import reactive
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from core.datasets import DATASETS
from core.inspection.drawing import SIDE, Drawing, Pad, Point
from core.sanitize import one_line
from tui.inspect.base import View
from tui.inspect.inspector_protocol import Inspected
from tui.inspect.messages import WalkWanted
from tui.inspect.outputs import MARK, OutputBars
from tui.inspect.views.draw.model import (
    PlacedDigit,
    Question,
    Reply,
    answer,
    answer_lines,
    loaded,
    origin,
    pen,
    pixel,
    prepared,
)
from tui.inspect.views.draw.pad import DrawPad, PadPicture
from tui.widgets.text import update_border_title, update_text

__all__ = ["DrawView"]

EMPTY = "draw with the mouse, or space and arrows\nn loads a test digit"
UNAVAILABLE = "no outputs: the network is not available yet"
WORKING = "computing the outputs ..."

FRAME = 2
"""Columns, and rows, of a picture's border."""
BARS = 16
"""Minimum width of the bars, with the gap in front of them."""
WIDE_BARS = 29
"""Width of the bars from which the picture beside them is drawn larger."""
LINES = 3
"""Lines of text under the picture."""
OTHER = 12
"""Lines for the outputs of the other picture, if there is room below."""


class DrawView(View):
    """A pad to draw on, the same drawing centred, and the outputs for the one that is the input."""

    HELP = """
    ## Draw
    Draw a digit: with the left mouse button, or with **space** (pen down, pen up) and the **arrows**. **e** switches
    between eraser and pen, and the right button always erases. **u** undoes a stroke, **ctrl+r** redoes it;
    **c** clears, **i** inverts. **n** loads a digit of the test set to change.

    MNIST's digits were scaled to 20 x 20 pixels and centred by their mass, and the network has seen no others. The
    picture on the right is your drawing, prepared in the same way. **x** chooses which of the two is the input; the
    predictions for both are below. **enter** walks that picture through the layers.
    """

    BINDINGS = [
        Binding("up", "move(-1, 0)", "Up", id="draw.up", tooltip="Move the pen up", show=False),
        Binding("down", "move(1, 0)", "Down", id="draw.down", tooltip="Move the pen down", show=False),
        Binding("left", "move(0, -1)", "Left", id="draw.left", tooltip="Move the pen to the left", show=False),
        Binding("right", "move(0, 1)", "Right", id="draw.right", tooltip="Move the pen to the right", show=False),
        Binding("space", "pen", "Pen", id="draw.pen", tooltip="Put the pen down, so that the arrows draw, or lift it"),
        Binding("e", "eraser", "Eraser", id="draw.eraser", tooltip="Switch between eraser and pen"),
        Binding("c", "clear", "Clear", id="draw.clear", tooltip="Clear the pad"),
        Binding("i", "invert", "Invert", id="draw.invert", tooltip="Invert the pad", show=False),
        Binding("n", "digit", "Test digit", id="draw.digit", tooltip="Load a random digit of the test set"),
        Binding("x", "switch", "Other input", id="draw.switch", tooltip="Use the other picture as the input"),
        Binding("enter", "walk", "Walk", id="draw.walk", tooltip="Walk this digit through the layers"),
        Binding("u", "undo", "Undo", id="draw.undo", tooltip="Undo the last stroke, not the last edit"),
        Binding("ctrl+r", "redo", "Redo", id="draw.redo", tooltip="Redo the stroke, not an edit", show=False),
    ]

    DEFAULT_CSS = """
    DrawView { layout: horizontal; overflow-y: auto; }
    DrawView #draw-beside { width: 1fr; height: auto; margin-left: 1; }
    DrawView #draw-pictures { height: auto; }
    DrawView OutputBars { width: 1fr; }
    DrawView #draw-outputs { margin: 1 0 0 1; }
    DrawView #draw-other-name { height: auto; }
    DrawView #draw-answers, DrawView #draw-state { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    DrawView #draw-state { color: $text-muted; }
    """

    drawing: reactive[Drawing] = reactive(Drawing.blank(), repaint=False)
    """What is on the pad, with its history."""
    as_drawn: reactive[bool] = reactive(False, repaint=False)
    """Whether the pad itself is the input, not the centred picture."""
    erasing: reactive[bool] = reactive(False, repaint=False)
    """Whether strokes erase."""
    down: reactive[bool] = reactive(False, repaint=False)
    """Whether the arrows draw."""
    place: reactive[Offset] = reactive(Offset(SIDE // 2, SIDE // 2), repaint=False)
    """The pixel under the pen."""
    by_mouse: reactive[bool] = reactive(False, repaint=False)
    """Whether the last stroke was the mouse's: then the pen is not shown."""
    reply: reactive[Reply | None] = reactive(None, repaint=False)
    """The network's last outputs; None for an empty pad."""
    failure: reactive[str] = reactive("", repaint=False)
    """Why there are no outputs."""

    pad = query_one("#draw-pad", DrawPad)
    ready = query_one("#draw-centred", PadPicture)
    bars = query_one("#draw-outputs", OutputBars)
    other_name = query_one("#draw-other-name", Static)
    other_bars = query_one("#draw-other", OutputBars)
    answers = query_one("#draw-answers", Static)
    state = query_one("#draw-state", Static)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._random = np.random.default_rng()
        self._question: Question | None = None
        self._asking: Worker[Reply] | None = None
        self._digit: PlacedDigit | None = None

    def inherit(self, before: "DrawView") -> None:
        """Take over the drawing of ``before``, to see the outputs of another network."""
        self.set_reactive(DrawView.drawing, before.drawing.settle())

    def compose(self) -> ComposeResult:
        yield DrawPad(id="draw-pad")
        with Vertical(id="draw-beside"):
            with Horizontal(id="draw-pictures"):
                yield PadPicture(id="draw-centred")
                yield OutputBars(id="draw-outputs")
            yield Static(id="draw-answers", markup=False)
            yield Static(id="draw-state", markup=False)
            yield Static(id="draw-other-name", markup=False)
            yield OutputBars(id="draw-other")

    def on_mount(self) -> None:
        for shown in ("reply", "failure", "as_drawn", "place", "by_mouse"):
            self.watch(self, shown, self._show)

    def focus_default(self) -> None:
        self.pad.focus()

    def on_resize(self) -> None:
        """Make the pad as large as possible, then the other picture."""
        width, height = self.size
        least = SIDE + FRAME + BARS + 1
        scale = min((width - FRAME - least) // SIDE, (height - FRAME) * 2 // SIDE)
        self.pad.scale = max(1, scale)
        left = width - SIDE * self.pad.scale - 2 * FRAME - WIDE_BARS - 1
        self.ready.scale = max(1, min(left // SIDE, (height - FRAME - LINES) * 2 // SIDE))
        beside = self.ready.scale * SIDE + FRAME + 1
        self.other_name.styles.margin, self.other_bars.styles.margin = (1, 0, 0, beside), (0, 0, 0, beside)
        below = height - self.ready.scale * SIDE // 2 - FRAME - LINES
        self.other_name.display = self.other_bars.display = below >= OTHER
        self.ready.display = width >= 2 * (SIDE + FRAME) + BARS + 1

    def watch_inspected(self) -> None:
        self._question = None
        self.reply, self.failure = None, ""
        self._ask()
        self._show()

    def watch_active(self) -> None:
        self.down = False
        self._ask()
        self._show()

    def watch_drawing(self) -> None:
        if self.drawing.present.empty:
            self._question, self.reply, self.failure = None, None, ""
        self._ask()
        self._show()

    def watch_erasing(self) -> None:
        self._settle()
        self._show()

    def watch_down(self) -> None:
        self._settle()
        self._show()

    @on(DrawPad.Stroke)
    def _drawn(self, event: DrawPad.Stroke) -> None:
        event.stop()
        self.down, self.by_mouse = False, True
        self.place = pixel(event.end)
        self._stroke(event.start, event.end, rubber=event.rubber or self.erasing)

    @on(DrawPad.Lifted)
    def _lifted(self, event: DrawPad.Lifted) -> None:
        event.stop()
        self._settle()

    def action_move(self, rows: int, columns: int) -> None:
        """Move the pen; draw if it is down."""
        before = self.place
        self.by_mouse = False
        self.place = pixel((before.y + rows, before.x + columns))
        if self.down:
            self._stroke((before.y, before.x), (self.place.y, self.place.x), rubber=self.erasing)

    def action_pen(self) -> None:
        """Put the pen down, or lift it."""
        self.by_mouse = False
        self.down = not self.down
        if self.down:
            self._stroke((self.place.y, self.place.x), (self.place.y, self.place.x), rubber=self.erasing)

    def action_eraser(self) -> None:
        """Switch between eraser and pen."""
        self.erasing = not self.erasing

    def action_clear(self) -> None:
        """Clear the pad."""
        self._edit(self.drawing.present.clear())

    def action_invert(self) -> None:
        """Invert the pad."""
        self._edit(self.drawing.present.invert())

    def action_undo(self) -> None:
        """Undo the last stroke."""
        self.down = False
        self.drawing = self.drawing.undo()

    def action_redo(self) -> None:
        """Redo the last undone stroke."""
        self.down = False
        self.drawing = self.drawing.redo()

    def action_switch(self) -> None:
        """Use the other picture as the input."""
        self.as_drawn = not self.as_drawn

    def action_digit(self) -> None:
        """Load another random digit of the test set."""
        if self.inspected is not None:
            self._fetch(self.inspected, self._digit.number if self._digit else None)

    def action_walk(self) -> None:
        """Walk the input through the layers."""
        if self.inspected is not None and not self.drawing.present.empty:
            digit = self._digit
            same = digit is not None and digit.pad == self.drawing.present
            self.post_message(WalkWanted(self._image, digit.name if digit and same else ""))

    @property
    def _image(self) -> NDArray[np.uint8]:
        """The network's input."""
        pad = self.drawing.present
        return (pad if self.as_drawn else prepared(pad)).image

    @property
    def _class_names(self) -> tuple[str, ...]:
        return DATASETS[self.inspected.plan.dataset].classes if self.inspected else ()

    def _stroke(self, start: Point, end: Point, *, rubber: bool) -> None:
        pad = self.drawing.present
        self._edit(pad.erase(start, end) if rubber else pad.stroke(start, end), merging="stroke")

    def _edit(self, pad: Pad, *, merging: str = "") -> None:
        self.drawing = self.drawing.edit(pad, merging)

    def _settle(self) -> None:
        self.drawing = self.drawing.settle()

    def _ask(self) -> None:
        """Evaluate the current drawing, once the previous evaluation is done: none is wasted."""
        pad = self.drawing.present
        if self._asking or not self.active or self.inspected is None or pad.empty:
            return
        asked = self._question
        if asked is None or asked.inspected is not self.inspected or asked.pad != pad:
            self._question = Question(self.inspected, pad)
            self._asking = self._answer(self._question)

    @work(thread=True, group="draw", exit_on_error=False)
    def _answer(self, question: Question) -> Reply:
        return answer(question)

    @work(thread=True, exclusive=True, group="draw-digit", exit_on_error=False)
    def _fetch(self, inspected: Inspected, last: int | None) -> PlacedDigit:
        return loaded(inspected, self._random.random(), last)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        worker = event.worker
        if not worker.is_finished:
            return
        if worker.group == "draw-digit":
            if event.state == WorkerState.SUCCESS and worker.result:
                self._load(worker.result)
            elif event.state == WorkerState.ERROR:
                self.notify(
                    f"No test digit could be loaded: {one_line(str(worker.error))}", severity="error", markup=False
                )
        elif worker is self._asking:
            question, self._asking = self._question, None
            # The drawing may have changed since, but an answer for the stroke before is better than none. An answer
            # from another network, or for a pad that is empty by now, is not.
            if question and question.inspected is self.inspected:
                self.reply = worker.result if event.state == WorkerState.SUCCESS else None
                self.failure = one_line(str(worker.error)) if event.state == WorkerState.ERROR else ""
            self._ask()

    def _load(self, digit: PlacedDigit) -> None:
        self.down = False
        self._digit = digit
        self._edit(digit.pad)
        self._show()

    def _show(self) -> None:
        if not self.is_mounted:
            return
        pad, ready = self.pad, self.ready
        pad.pad = self.drawing.present
        ready.pad = prepared(pad.pad)
        pad.cursor = None if self.by_mouse else self.place
        pad.down = self.down
        for picture, name, is_input in ((pad, "as drawn", self.as_drawn), (ready, "centred", not self.as_drawn)):
            update_border_title(picture, f"{MARK} {name}: input" if is_input else name)
            picture.set_class(is_input, "-chosen")
        pad.border_subtitle = escape(origin(self._digit, self.drawing))
        if self.inspected is not None:
            self.bars.class_names = self.other_bars.class_names = self._class_names
        given = (self.reply.as_drawn, self.reply.centred) if self.reply else (None, None)
        both = (self.bars, self.other_bars) if self.as_drawn else (self.other_bars, self.bars)
        for bars, outputs in zip(both, given, strict=True):
            bars.outputs = np.array(outputs.outputs) if outputs else None
        self.other_name.update(f"  {'centred' if self.as_drawn else 'as drawn'}", layout=False)
        update_text(self.answers, self._answer_text())
        at = None if self.by_mouse else self.place
        update_text(self.state, Content(pen("eraser" if self.erasing else "pen", at, down=self.down)))

    def _answer_text(self) -> Content:
        """Both predictions, or why there are none."""
        if self.drawing.present.empty:
            return Content(EMPTY)
        if self.failure:
            return Content.styled(f"! no outputs: {self.failure}", "$text-error")
        if self.inspected is None:
            return Content(UNAVAILABLE)
        if self.reply is None:
            return Content(WORKING)
        return answer_lines(self.reply, self._class_names, as_drawn=self.as_drawn)
