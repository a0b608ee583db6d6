"""Help for one field of a form: what it means, what it takes, its default, its name in Keras."""

from collections.abc import Mapping

from msgspec import NODEFAULT

from core.fields.forms import Entry
from core.sentences import sentence

__all__ = ["about"]


def about(entry: Entry) -> Mapping[str, str]:
    """What there is to know about the field of ``entry``; nothing in it was typed by the user."""
    field, kind = entry.field, entry.field.type
    facts = {"meaning": sentence(field.help)}
    if kind.control in ("text", "family"):
        facts["takes"] = sentence(kind.takes)
    facts["options"] = ", ".join(kind.options)
    if field.default is not NODEFAULT:
        facts["default"] = entry.shown(field.default) or "empty"
    facts["in Keras"] = entry.owner.argument(field.name)
    return {name: text for name, text in facts.items() if text}
