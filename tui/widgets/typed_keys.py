"""The characters of keys for which Textual has names of its own."""

__all__ = ["character_of"]

_NAMED = {"plus": "+", "minus": "-", "slash": "/", "backslash": "\\", "at": "@", "underscore": "_"}
"""Textual finds the character of a key by its Unicode name, which these keys do not have."""


def character_of(key: str, character: str | None) -> str | None:
    """The character that ``key`` types; ``character`` is what Textual found."""
    return character or _NAMED.get(key)
