"""Which entry explains what is on the screen: a field of a form, a layer, a name."""

from core.fields.forms import Entry as FormEntry
from core.fields.registry import Registered
from core.glossary.entry import Entry
from core.glossary.index import entries, find, find_field, find_member
from core.network.layers import Layer
from core.network.regularizers import Regularizer

__all__ = ["entry_for", "entry_for_field", "entry_for_layer"]

ACTIVATION_FIELDS = ("activation", "recurrent_activation")


def entry_for(what: FormEntry | Layer | str) -> Entry | None:
    """The entry that explains ``what``; None for a name that the glossary does not have."""
    if isinstance(what, str):
        return find(what)
    return entry_for_layer(what) if isinstance(what, Layer) else entry_for_field(what)


def entry_for_layer(layer: Layer) -> Entry:
    """The entry of the kind of ``layer``."""
    return find_member(type(layer))


def entry_for_field(line: FormEntry) -> Entry:
    """The entry of what the field is set to, if that is a thing of its own (an optimizer, relu), else of the field."""
    value = line.value
    if isinstance(value, Registered):
        return find_member(type(value))
    if line.field.name in ACTIVATION_FIELDS and (found := entries().get(f"activations/{value}")):
        return found
    if isinstance(value, Regularizer):
        chosen = find(f"regularizers/{value.call().function.rpartition('.')[2]}")
        return chosen or find_field(line.owner, line.field.name)
    return find_field(line.owner, line.field.name)
