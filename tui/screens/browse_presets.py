"""The presets to open, with a drawing of each."""

import re

from msgspec import Struct
from textual.content import Content

from core import presets
from core.files import LISTED_PRESET
from core.formatting import show_amount, show_short
from core.network.shapes import show_shape
from core.network.summary import Row, Summary, summarize
from core.presets import Listed, Preset, PresetError
from core.readiness import blockers
from core.sanitize import one_line
from core.typography import typeset
from tui.screens.picker import Choosable, Picker
from tui.widgets.layer_kinds import kind_of
from tui.widgets.network_strip import picture

__all__ = ["BrowsePresets"]

PICTURE = 4
"""Lines of the drawing of a preset."""
LEAST_WIDTH = 24
SCROLLBAR = 4
"""Cells that the padding and a scrollbar of the description may take."""

OWN, TRAINED, LECTURE, ARITHMETIC = GROUPS = (
    "Your own",
    "Networks for MNIST",
    "Worked examples of the lecture",
    "Not trainable here",
)


class _Read(Struct, frozen=True):
    """A readable preset, with what the list and the description need."""

    preset: Preset
    summary: Summary
    blocker: str
    """Why it cannot be trained here; empty if it can."""

    @property
    def convolutional(self) -> bool:
        return any(layer.group == "Convolution" for layer in self.preset.architecture.layers)


class BrowsePresets(Picker):
    """All presets, the user's own first; returns the path of the one picked."""

    def __init__(self, chosen: str = "") -> None:
        listed = presets.listed()
        self._found_at = {str(one.path): _read(one) for one in listed}
        ids = {one.id: str(one.path) for one in listed}
        super().__init__(
            "Presets",
            "name of a preset",
            [self._choosable(one) for one in sorted(listed, key=self._rank)],
            ids.get(chosen, ""),
        )

    def _rank(self, listed: Listed) -> tuple[int, bool, list[str | int]]:
        """Sort by group; among the networks for MNIST, convolutional ones first; then by name, 9 before 49."""
        read = self._found_at[str(listed.path)]
        group = _group(listed, read)
        dense = group == TRAINED and isinstance(read, _Read) and not read.convolutional
        parts = re.split(r"([0-9]+)", listed.id)
        return GROUPS.index(group), dense, [int(part) if index % 2 else part for index, part in enumerate(parts)]

    def _choosable(self, listed: Listed) -> Choosable:
        path = str(listed.path)
        read = self._found_at[path]
        side = f"{show_short(read.summary.totals.params)} params" if isinstance(read, _Read) else "cannot be read"
        return Choosable(path, listed.id, side, _group(listed, read))

    def describe(self, choosable: Choosable) -> Content:
        read = self._found_at[choosable.id]
        if isinstance(read, PresetError):
            return Content.assemble(("This file cannot be read\n\n", "$text-error bold"), one_line(str(read)))
        preset, summary = read.preset, read.summary
        return Content.assemble(
            (f"{one_line(preset.name)}\n", "bold"),
            f"{typeset(one_line(preset.description))}\n",
            (f"{one_line(preset.origin)}\n\n", "$foreground-muted"),
            (f"{show_amount(summary.totals.params, 'param')}\n", "bold"),
            (f"Cannot be trained here: {one_line(read.blocker)}\n", "$text-warning") if read.blocker else "",
            "\n",
            picture(summary.rows, max(LEAST_WIDTH, self.detail.container_size.width - SCROLLBAR), PICTURE),
            "\n\n",
            f"{'':4}0 Input {typeset(show_shape(preset.architecture.input_shape))}\n",
            Content("\n").join(_line(row) for row in summary.rows if row.index),
        )


def _line(row: Row) -> Content:
    """A layer with the letter of its kind."""
    kind = kind_of(row.layer)
    return Content.assemble((kind.letter, kind.color), f"{row.index:>4} {typeset(one_line(row.layer.label))}")


def _read(listed: Listed) -> _Read | PresetError:
    try:
        preset = presets.load(listed.path, LISTED_PRESET)
    except PresetError as error:
        return error
    summary = summarize(preset.architecture)
    why = blockers(preset.architecture, preset.plan, summary)
    return _Read(preset, summary, why[0].message if why else "")


def _group(listed: Listed, read: _Read | PresetError) -> str:
    if listed.own or isinstance(read, PresetError):
        return OWN
    if listed.id.startswith("lecture-"):
        return LECTURE
    return ARITHMETIC if read.blocker else TRAINED
