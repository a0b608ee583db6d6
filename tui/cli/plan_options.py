"""The plan as command-line options: each field of `Plan` is one, with its name, help and checks."""

from collections.abc import Mapping
from inspect import Parameter
from typing import Annotated, Any

import typer

from core.fields.registry import RegisteredField
from core.fields.struct import Field, change, fields_of
from core.fields.types import ChoiceField, FieldError
from core.plan.optimizers import Optimizer
from core.plan.plan import Plan
from tui.cli.lookup import UsageError

__all__ = ["plan_options", "planned"]

LEARNING_RATE = next(field for field in fields_of(Optimizer) if field.name == "learning_rate")


def plan_options() -> list[Parameter]:
    """A keyword parameter for each field of the plan, and one for its optimizer's learning rate."""
    parameters = []
    for field in fields_of(Plan):
        parameters.append(_parameter(field))
        if field.name == "optimizer":
            parameters.append(_parameter(LEARNING_RATE))
    return parameters


def planned(plan: Plan, given: Mapping[str, object]) -> Plan:
    """``plan`` with the options ``given`` on the command line; None is an option not given.

    Raises `UsageError`, which names the option.
    """
    for field in fields_of(Plan):
        if given.get(field.name) is not None:
            plan = change(plan, field.name, _value(field, given[field.name]))
    if given.get(LEARNING_RATE.name) is not None:
        rate = _value(LEARNING_RATE, given[LEARNING_RATE.name])
        plan = change(plan, "optimizer", change(plan.optimizer, LEARNING_RATE.name, rate))
    return plan


def _parameter(field: Field) -> Parameter:
    annotation: Any
    if field.type.control == "flag":
        annotation = Annotated[
            bool | None, typer.Option(f"{_option(field)}/--no-{_option(field)[2:]}", help=field.help)
        ]
    else:
        option = typer.Option(_option(field), help=_help(field), metavar=_metavar(field))
        annotation = Annotated[str | None, option]
    return Parameter(field.name, Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _value(field: Field, given: object) -> Any:
    try:
        return field.type.parse(given) if isinstance(given, str) else field.type.read(given)
    except FieldError as error:
        raise UsageError(f"{_option(field)}: {error}") from error


def _option(field: Field) -> str:
    return "--" + field.name.replace("_", "-")


def _metavar(field: Field) -> str:
    kind = field.type
    if isinstance(kind, ChoiceField):
        return "|".join(kind.words)
    return "NAME" if isinstance(kind, RegisteredField) else "VALUE"


def _help(field: Field) -> str:
    kind = field.type
    if isinstance(kind, RegisteredField):
        return f"{field.help}: {', '.join(kind.names)}, or with arguments: 'Name(argument=value)'"
    return field.help
