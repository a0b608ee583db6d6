"""A layer's output for a digit: its maps or units as a picture, the last layer's as bars."""

from dataclasses import dataclass

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from core.formatting import show_amount, show_digits
from core.inspection.activations import Layout, Spread, maps, sheet
from core.inspection.tensors import LayerOutput
from core.network.shapes import show_shape
from core.typography import typeset
from tui.inspect.outputs import OutputBars
from tui.inspect.views.walk.pixels import Drawn, Pixels
from tui.number_text import spread_text
from tui.widgets.signed_colors import legend
from tui.widgets.text import update_text

__all__ = ["Activations", "Scene"]

FOOT = 2
"""Lines below the picture."""


class Scene(Struct, frozen=True):
    """What is shown."""

    output: LayerOutput
    label: str
    """The layer's number and name."""
    unit: int
    """The selected map or unit, from 0; shown to users from 1."""
    each: bool = False
    """Whether every map is scaled by itself."""
    alone: bool = False
    """Whether only the selected map is shown."""
    classes: tuple[str, ...] = ()
    """The class names, for the last layer."""

    @property
    def maps(self) -> NDArray[np.float32]:
        """The output as maps: (height, width, n)."""
        return maps(self.output.values)

    @property
    def count(self) -> int:
        """The number of maps or units."""
        return int(self.maps.shape[2])

    @property
    def dense(self) -> bool:
        """Whether the output is a vector of units."""
        return self.output.values.ndim <= 1

    @property
    def scaled(self) -> bool:
        """Whether every map has a scale of its own; for a single number that would say nothing."""
        return self.each and not self.dense


class Activations(Vertical):
    """Draws a `Scene`."""

    DEFAULT_CSS = """
    Activations { height: 1fr; }
    Activations Static { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    Activations #maps { height: 1fr; }
    Activations #bars { margin-top: 1; }
    Activations #which { color: $text-muted; }
    """

    scene: reactive[Scene | None] = reactive(None, repaint=False)
    """What is shown; None for nothing."""

    head = query_one("#figures", Static)
    pixels = query_one("#maps", Pixels)
    bars = query_one("#bars", OutputBars)
    foot = query_one("#which", Static)

    @dataclass
    class Selected(Message):
        """The user clicked a map or unit."""

        unit: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._layout: Layout | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="figures", markup=False)
        yield Pixels(id="maps").add_class("-centered")
        yield OutputBars(id="bars")
        yield Static(id="which", markup=False)

    @property
    def places(self) -> int:
        """The number of maps or units on a page."""
        return self._layout.grid.places if self._layout else 1

    def watch_scene(self) -> None:
        self._redraw()

    def on_resize(self, event: events.Resize) -> None:
        self._redraw()

    @on(Pixels.Clicked)
    def _clicked(self, event: Pixels.Clicked) -> None:
        event.stop()
        scene, layout = self.scene, self._layout
        if scene is None or layout is None or scene.alone:
            return
        page = scene.unit // layout.grid.places
        for row in (event.row, event.row + 1):
            unit = layout.at(row, event.column, scene.count, page)
            if unit is not None:
                self.post_message(self.Selected(unit))
                return

    def _redraw(self) -> None:
        scene = self.scene
        if not self.is_mounted or scene is None:
            return
        spread = Spread.of(scene.output.values)
        head = _head(scene, spread, self._legend(scene, spread))
        update_text(self.head, Content("\n").join(head))
        width, height = self.content_size
        height -= len(head) + FOOT
        as_bars = bool(scene.classes) and scene.dense and scene.count < height
        self.bars.display, self.pixels.display, self.foot.display = as_bars, not as_bars, not as_bars
        if as_bars:
            self._layout = None
            self.bars.class_names, self.bars.outputs = scene.classes, scene.output.values
        elif width > 2 and height > 1:
            self._draw(scene, spread, (2 * height, width))

    def _legend(self, scene: Scene, spread: Spread) -> Content:
        """What the colors or greys mean."""
        if scene.classes or not spread.size:
            return Content("")
        largest = show_digits(spread.size)
        of_each = f" of each {_unit_name(scene)}" if scene.scaled else ""
        if not spread.signed:
            white = f"the largest{of_each}" if scene.scaled else largest
            return Content.styled(f"black is 0, white {white}", "$foreground-muted")
        ends = ("lowest", f"highest{of_each}") if scene.scaled else (f"-{largest}", largest)
        parts = legend(self.app, *ends)
        return Content.assemble(*((text, f"on {ground}" if ground else "$foreground-muted") for text, ground in parts))

    def _draw(self, scene: Scene, spread: Spread, room: tuple[int, int]) -> None:
        shown, unit = scene.maps, scene.unit
        if scene.alone:
            shown, unit = shown[..., unit : unit + 1], 0
        self._layout = layout = Layout.fitting((shown.shape[0], shown.shape[1]), shown.shape[2], room)
        self.pixels.drawn = Drawn(sheet(shown, layout, spread, unit, each=scene.scaled))
        chosen = f"{_unit_name(scene)} {scene.unit + 1:,}: {_unit_text(scene)}"
        update_text(self.foot, Content(f"{chosen}\n{_page_text(scene, layout)}"))


def _head(scene: Scene, spread: Spread, legend: Content) -> list[Content]:
    lines = [
        Content.assemble((typeset(scene.label), "bold"), typeset(f"  {show_shape(scene.output.values.shape)}")),
        Content(spread_text(spread)),
        legend,
    ]
    if spread.not_finite and spread.low is not None:
        warning = f"! {spread.not_finite:,} of {spread.count:,} are NaN or infinite"
        lines.insert(2, Content.styled(warning, "$text-error bold"))
    return lines


def _page_text(scene: Scene, layout: Layout) -> str:
    count, places = scene.count, layout.grid.places
    if scene.alone:
        return f"{_unit_name(scene)} {scene.unit + 1:,} alone of {count:,}"
    page, pages = scene.unit // places, layout.grid.pages(count)
    shown = layout.grid.shown(count, page)
    if pages == 1:
        return show_amount(count, _unit_name(scene))
    return f"{_unit_name(scene)}s {shown.start + 1:,}-{shown.stop:,} of {count:,}, page {page + 1} of {pages}"


def _unit_text(scene: Scene) -> str:
    one = scene.maps[..., scene.unit]
    spread = Spread.of(one)
    invalid = f", {spread.not_finite:,} NaN" if spread.not_finite and spread.low is not None else ""
    return f"{spread_text(spread)}{invalid}"


def _unit_name(scene: Scene) -> str:
    return "unit" if scene.dense else "map"
