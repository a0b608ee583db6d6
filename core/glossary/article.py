"""What the glossary shows of an entry: for the network that is open, and where it was opened."""

from msgspec import Struct

from core.charts import Chart
from core.fields.field_help import about
from core.fields.forms import Entry as FormEntry
from core.glossary.curves import draw
from core.glossary.entry import Entry
from core.glossary.index import FAMILIES, named, related
from core.glossary.numbers import filled
from core.glossary.places import Place, places
from core.network.kernel import KERNEL_FIELDS
from core.presets import Preset

__all__ = ["Article", "Context", "article"]

PARTS = {*FAMILIES.values(), "activations", "regularizers"}
"""Groups of what a network and its plan are made of."""


class Context(Struct, frozen=True):
    """The network that is open, and where the glossary was opened: in a row of the stack, at a field of a form."""

    preset: Preset
    row: int | None = None
    field: FormEntry | None = None


class Article(Struct, frozen=True):
    """An entry with all that follows from the context. Texts are in ASCII; what shows them typesets them."""

    entry: Entry
    definition: str
    also: tuple[str, ...] = ()
    """Its other names."""
    formulas: tuple[str, ...] = ()
    chart: Chart | None = None
    places: tuple[Place, ...] = ()
    see: tuple[Entry, ...] = ()
    absent: bool = False
    """Whether it could be in the network, and is not."""
    field: tuple[tuple[str, str], ...] = ()
    """What there is to know of the field at which the glossary was opened, if this is its entry."""


def article(entry: Entry, context: Context, *, opened: bool = False) -> Article:
    """What there is to show of ``entry``; ``opened``: it is the one that the glossary was opened at."""
    preset, field = context.preset, context.field
    kernel = next((name for name in field.path if name in KERNEL_FIELDS), "") if field else ""
    drawn = draw(entry, preset, context.row, kernel)
    found = places(entry, preset)
    written = filled(entry.formula, entry, preset.plan).splitlines()
    return Article(
        entry,
        filled(entry.definition, entry, preset.plan),
        tuple(name for name in named(entry) if name != entry.name),
        (*written, *drawn.formulas),
        drawn.chart,
        found,
        related(entry),
        not found and (entry.group in PARTS or bool(entry.here)),
        tuple(about(field).items()) if opened and field else (),
    )
