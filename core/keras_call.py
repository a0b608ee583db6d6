"""Keras calls as plain data, so that the model LayerLab builds and any script it writes come from one place."""

from typing import Any, ClassVar

from msgspec import Struct

from core.fields.struct import FieldStruct, fields_of

__all__ = ["Call", "KerasObject"]


class Call(Struct, frozen=True):
    """``keras.<function>(**arguments)``; an argument may itself be a Call."""

    function: str
    arguments: tuple[tuple[str, Any], ...]


class KerasObject(FieldStruct, frozen=True):
    """A described value with a counterpart in Keras, of the same class name and with the same arguments."""

    module: ClassVar[str]
    """Where in ``keras`` the counterpart lives: "layers", "optimizers", ..."""

    def call(self, **changed: Any) -> Call:
        """The call that makes the counterpart: what it requires and what differs from the defaults.

        They stand in the order of the fields, which is that of Keras's signature. ``changed`` overrides single
        arguments, in their places; None leaves one out.
        """
        arguments: dict[str, Any] = {}
        for field in fields_of(type(self)):
            value = getattr(self, field.name)
            if field.name in changed:
                arguments[field.name] = changed[field.name]
            elif field.required or value != field.default:
                arguments[field.name] = value.call() if isinstance(value, KerasObject) else value
        given = {name: value for name, value in (arguments | changed).items() if value is not None}
        return Call(f"{self.module}.{type(self).__name__}", tuple(given.items()))
