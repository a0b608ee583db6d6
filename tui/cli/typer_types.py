"""Typer's commands without its conversion of values, which loads pydantic (0.2 s) to convert str to str."""

from typing import Any

from typer.core import TyperCommand, TyperGroup

__all__ = ["Command", "Group"]


class Unconverted:
    """No conversion: `core.fields.types` parses and checks the text."""

    def coerce(self, value: Any, param: object, ctx: Any) -> Any:
        return value


class Command(TyperCommand):
    """A command whose parameters are strings and flags."""

    def get_params(self, ctx: Any) -> list[Any]:
        return _unconverted(super().get_params(ctx))


class Group(TyperGroup):
    """A group whose own parameters are strings and flags."""

    def get_params(self, ctx: Any) -> list[Any]:
        return _unconverted(super().get_params(ctx))


def _unconverted(params: list[Any]) -> list[Any]:
    for param in params:
        if getattr(param, "_runtime_param", param) is None:  # Typer creates it on first use
            param._runtime_param = Unconverted()
    return params
