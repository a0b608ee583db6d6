"""Typer's commands without its conversion of values, which loads pydantic (0.2 s) to make a str of a str."""

from typing import Any

from typer.core import TyperCommand, TyperGroup

__all__ = ["Command", "Group"]


class AsTyped:
    """The conversion of a word or a flag: none. `core.fields.types` reads and checks the words."""

    def coerce(self, value: Any, param: object, ctx: Any) -> Any:
        return value


class Command(TyperCommand):
    """A command whose parameters are words and flags."""

    def get_params(self, ctx: Any) -> list[Any]:
        return _as_typed(super().get_params(ctx))


class Group(TyperGroup):
    """A group whose own parameters are words and flags."""

    def get_params(self, ctx: Any) -> list[Any]:
        return _as_typed(super().get_params(ctx))


def _as_typed(params: list[Any]) -> list[Any]:
    for param in params:
        if getattr(param, "_runtime_param", param) is None:  # Typer makes it when it is first asked for
            param._runtime_param = AsTyped()
    return params
