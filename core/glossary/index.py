"""All entries of the glossary, read once from the files in ``terms/`` when the first is asked for."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from core import toml_text
from core.fields.registry import Registered
from core.fields.struct import FieldStruct, fields_of
from core.fields.types import normalize_name
from core.files import PACKAGED, read_bytes
from core.glossary.entry import GROUPS, Entry
from core.network.initializers import Initializer
from core.network.layers import Layer
from core.plan.losses import Loss
from core.plan.optimizers import Optimizer
from core.plan.schedules import Schedule

__all__ = ["FAMILIES", "entries", "find", "find_field", "find_member", "named", "related"]

FAMILIES: Mapping[type[Registered], str] = {
    Layer: "layers",
    Initializer: "initializers",
    Optimizer: "optimizers",
    Loss: "losses",
    Schedule: "schedules",
}
"""The group of each family's members."""
FOLDER = Path(__file__).with_name("terms")


@cache
def entries() -> Mapping[str, Entry]:
    """All entries by id, group by group, in alphabetical order."""
    found: dict[str, Entry] = {}
    for group in GROUPS:
        tables = toml_text.parse(read_bytes(FOLDER / f"{group}.toml", PACKAGED).decode())
        read = [msgspec.convert({**table, "group": group, "key": key}, Entry) for key, table in tables.items()]
        found |= {entry.id: entry for entry in sorted(read, key=lambda entry: entry.name.casefold())}
    return found


@cache
def _by_name() -> Mapping[str, Entry]:
    """Entries by key, title and aliases as `normalize_name` spells them; ids too. Keys go first."""
    every = entries().values()
    known = [(name, entry) for entry in every for name in (entry.id, entry.key)]
    known += [(name, entry) for entry in every for name in (entry.name, *entry.aliases)]
    return {normalize_name(name): entry for name, entry in reversed(known)}


@cache
def _by_field() -> Mapping[str, Entry]:
    return {field: entry for entry in entries().values() for field in entry.fields}


def find(name: str) -> Entry | None:
    """The entry with the id, key, title or alias ``name``, in any of its spellings; None if there is none.

    Of ELU and elu it is the one that is spelled so.
    """
    exact = (entry for entry in entries().values() if entry.key == name)
    return next(exact, None) or _by_name().get(normalize_name(name))


def named(entry: Entry) -> tuple[str, ...]:
    """All names of ``entry``, each once."""
    known = {normalize_name(name): name for name in (*reversed(entry.aliases), entry.key, entry.name)}
    return tuple(reversed(known.values()))


def related(entry: Entry) -> tuple[Entry, ...]:
    """The entries to see also."""
    return tuple(found for key in entry.see if (found := find(key)))


def find_member(member: type[Registered]) -> Entry:
    """The entry of a layer, an optimizer and so on; one that was added without an entry has its docstring."""
    group = next((group for family, group in FAMILIES.items() if issubclass(member, family)), "")
    for entry in entries().values():
        if entry.group == group and normalize_name(entry.key) == normalize_name(member.__name__):
            return entry
    return Entry(group, member.alias(), (member.__doc__ or "").strip().partition("\n\n")[0])


def find_field(owner: type[FieldStruct], name: str) -> Entry:
    """The entry that explains the field ``name`` of ``owner``; one that was added without an entry has its help."""
    known = _by_field()
    for kind in owner.__mro__:
        if found := known.get(f"{kind.__name__}.{name}"):
            return found
    if found := known.get(name):
        return found
    help_line = next((field.help for field in fields_of(owner) if field.name == name), "")
    return Entry("", name, help_line)
