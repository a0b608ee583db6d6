"""What F1 explains: widgets and screens say which term they are about."""

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from textual.screen import Screen
from textual.widget import Widget

from core.fields.forms import Entry as FormEntry
from core.network.layers import Layer

__all__ = ["NamesTerm", "Term", "terms_at"]

Term = FormEntry | Layer | str
"""A field of a form, a layer, or a name: `core.glossary.lookup.entry_for` has the entry, if there is one."""


@runtime_checkable
class NamesTerm(Protocol):
    """A widget or a screen that may be about a term of the glossary: a field, or a list by its selected row."""

    def glossary_term(self) -> Term | None:
        """The term; None if there is none now. A name need not be in the glossary."""
        ...


def terms_at(screen: Screen[object], focused: Widget | None) -> Iterator[Term]:
    """The terms of what has the focus and of all around it, from the inside out."""
    for node in (screen,) if focused is None else focused.ancestors_with_self:
        if isinstance(node, NamesTerm) and (term := node.glossary_term()):
            yield term
