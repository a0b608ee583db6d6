"""The two pickers: presets to open, layers to add."""

import re
from collections import defaultdict

from msgspec import Struct
from textual.content import Content

from core import presets
from core.files import LISTED_PRESET
from core.formatting import show_amount, show_short
from core.network.architecture import Architecture
from core.network.layers import Input, Layer, LayerError
from core.network.shapes import show_shape
from core.network.summary import Summary, summarize
from core.presets import Listed, Preset, PresetError
from core.readiness import blockers
from core.sanitize import one_line
from tui.screens.picker import Choosable, Picker

__all__ = ["AddLayer", "BrowsePresets"]

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
        layers = "\n".join(
            f"{row.index:>3}  {one_line(row.layer.label)}"
            for row in summary.rows
            if row.index or not preset.architecture.layers
        )
        return Content.assemble(
            (f"{one_line(preset.name)}\n", "bold"),
            f"{one_line(preset.description)}\n",
            (f"{one_line(preset.origin)}\n\n", "$foreground-muted"),
            (f"{show_amount(summary.totals.params, 'param')}\n", "bold"),
            (f"Cannot be trained here: {one_line(read.blocker)}\n", "$text-warning") if read.blocker else "",
            f"  0  Input {show_shape(preset.architecture.input_shape)}\n",
            layers,
        )


class AddLayer(Picker):
    """All layers by group; returns the name of the one picked."""

    def __init__(self, architecture: Architecture, selected: int) -> None:
        self._architecture = architecture
        self._after = selected
        groups: defaultdict[str, list[Choosable]] = defaultdict(list)
        for name, layer in Layer.members.items():
            if layer is not Input:
                groups[layer.group].append(Choosable(name, name, group=layer.group))
        order = ("Core", "Convolution", "Pooling")
        names = sorted(groups, key=lambda group: (order.index(group) if group in order else len(order), group))
        choosables = [choosable for group in names for choosable in groups[group]]
        super().__init__(f"Add a layer after {architecture.stack[selected].type}", "name of a layer", choosables)

    def describe(self, choosable: Choosable) -> Content:
        layer = Layer.from_name(choosable.id).initial()
        row = summarize(self._architecture).rows[self._after]
        effect: str | tuple[str, str] = "The output of the layer above is unknown."
        if row.facts:
            try:
                facts = layer.facts(row.facts.output)
            except LayerError as error:
                effect = (f"! {error.message}", "$text-error")
            else:
                change = f"{show_shape(row.facts.output)} -> {show_shape(facts.output)}"
                effect = f"{change}\n{show_amount(facts.params, 'param')}"
        return Content.assemble((f"{layer.label}\n\n", "bold"), f"{layer.help}\n\n", effect)


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
