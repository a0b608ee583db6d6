"""The two lists a person picks from: presets to open, layers to add."""

from collections import defaultdict

from textual.content import Content

from core import presets
from core.architecture import Architecture
from core.layers import Input, Layer, Unfit
from core.presets import Listed, Preset, PresetError
from core.quantities import show_short
from core.readiness import obstacles
from core.shapes import show_shape
from core.summary import summarize
from tui.plain import one_line
from tui.screens.picker import Choosable, Picker

__all__ = ["AddLayer", "BrowsePresets"]

OWN, TRAINED, LECTURE, ARITHMETIC = GROUPS = (
    "Your own",
    "Networks for MNIST",
    "Worked examples of the lecture",
    "For the arithmetic only",
)


class BrowsePresets(Picker):
    """All presets, a person's own first; gives back the path of the one picked."""

    def __init__(self, chosen: str = "") -> None:
        self._loaded: dict[str, Preset | PresetError] = {}
        listed = presets.listed()
        ids = {preset.id: str(preset.path) for preset in listed}
        choosables = sorted((self._choosable(preset) for preset in listed), key=lambda one: GROUPS.index(one.group))
        super().__init__("Presets", "name of a preset", choosables, ids.get(chosen, ""))

    def _choosable(self, listed: Listed) -> Choosable:
        path = str(listed.path)
        try:
            preset = presets.load(listed.path)
        except PresetError as error:
            self._loaded[path] = error
            return Choosable(path, listed.id, "cannot be read", _group(listed, None))
        self._loaded[path] = preset
        params = summarize(preset.architecture).totals.params
        return Choosable(path, listed.id, f"{show_short(params)} params", _group(listed, preset))

    def describe(self, choosable: Choosable) -> Content:
        preset = self._loaded[choosable.id]
        if isinstance(preset, PresetError):
            return Content.assemble(("This file cannot be read\n\n", "$text-error bold"), one_line(str(preset)))
        summary = summarize(preset.architecture)
        why = obstacles(preset.architecture, preset.plan, summary)
        trains = (f"Not trained here: {why[0].message}\n", "$text-warning") if why else ""
        layers = "\n".join(
            f"{row.index:>3}  {row.layer.label}" for row in summary.rows if row.index or not preset.architecture.layers
        )
        return Content.assemble(
            (f"{one_line(preset.name)}\n", "bold"),
            f"{one_line(preset.description)}\n",
            (f"{one_line(preset.origin)}\n\n", "$foreground-muted"),
            (f"{summary.totals.params:,} params\n", "bold"),
            trains,
            f"  0  Input {show_shape(preset.architecture.input_shape)}\n",
            layers,
        )


class AddLayer(Picker):
    """All layers by group; gives back the name of the one picked."""

    def __init__(self, architecture: Architecture, selected: int) -> None:
        self._architecture = architecture
        self._behind = selected
        groups: defaultdict[str, list[Choosable]] = defaultdict(list)
        for name, layer in Layer.members.items():
            if layer is not Input:
                groups[layer.group].append(Choosable(name, name, group=layer.group))
        order = ("Core", "Convolution", "Pooling")
        names = sorted(groups, key=lambda group: (order.index(group) if group in order else len(order), group))
        after = architecture.stack[selected].type
        choosables = [choosable for group in names for choosable in groups[group]]
        super().__init__(f"Add a layer behind {after}", "name of a layer", choosables)

    def describe(self, choosable: Choosable) -> Content:
        layer = Layer.named(choosable.id).start()
        row = summarize(self._architecture).rows[self._behind]
        effect: str | tuple[str, str] = "What comes out of the layer above is not known."
        if row.facts:
            try:
                facts = layer.facts(row.facts.output)
            except Unfit as unfit:
                effect = (f"! {unfit.message}", "$text-error")
            else:
                effect = f"{show_shape(row.facts.output)} -> {show_shape(facts.output)}\n{facts.params:,} params"
        return Content.assemble((f"{layer.label}\n\n", "bold"), f"{layer.help}\n\n", effect)


def _group(listed: Listed, preset: Preset | None) -> str:
    if listed.own or preset is None:
        return OWN
    if listed.id.startswith("lecture-"):
        return LECTURE
    return ARITHMETIC if obstacles(preset.architecture, preset.plan, summarize(preset.architecture)) else TRAINED
