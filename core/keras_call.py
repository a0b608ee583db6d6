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
    """A value with declared fields that mirrors a Keras class: same name, same arguments."""

    module: ClassVar[str]
    """The module of the Keras class: "layers", "optimizers", ..."""

    @classmethod
    def argument(cls, name: str) -> str:
        return f"keras.{cls.module}.{cls.__name__}({name}=...)"

    def call(self, **changed: Any) -> Call:
        """The call that creates the Keras object, in models and in exported scripts.

        It has the required arguments and those that differ from the defaults.

        Arguments are in the order of the fields, as in Keras's signature. ``changed`` overrides single arguments in
        place; None leaves one out.
        """
        arguments: dict[str, Any] = {}
        for field in fields_of(type(self)):
            value = getattr(self, field.name)
            if field.name in changed:
                arguments[field.name] = changed[field.name]
            elif field.required or value != field.default:
                arguments[field.name] = value.call() if isinstance(value, KerasObject) else value
        present = {name: value for name, value in (arguments | changed).items() if value is not None}
        return Call(f"{self.module}.{type(self).__name__}", tuple(present.items()))
