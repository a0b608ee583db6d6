"""The plan as command-line options: each field of `Plan` is one, with its name, help and checks."""

from collections.abc import Mapping
from typing import Any

from click import Context, Option, Parameter
from click.shell_completion import CompletionItem

from core.fields.registry import RegisteredField
from core.fields.struct import Field, change, fields_of
from core.fields.types import ChoiceField, FieldError
from core.plan.optimizers import Optimizer
from core.plan.plan import Plan
from tui.cli.lookup import UsageError

__all__ = ["apply_plan_options", "plan_options"]

LEARNING_RATE = next(field for field in fields_of(Optimizer) if field.name == "learning_rate")


def plan_options() -> list[Option]:
    """An option for each field of the plan, and one for its optimizer's learning rate; None if not given."""
    options: list[Option] = []
    for field in fields_of(Plan):
        options.append(_option(field))
        if field.name == "optimizer":
            options.append(_option(LEARNING_RATE))
    return options


def apply_plan_options(plan: Plan, given: Mapping[str, object]) -> Plan:
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


def _option(field: Field) -> Option:
    if field.type.control == "flag":
        return Option([f"{_flag(field)}/--no-{_flag(field)[2:]}", field.name], default=None, help=field.help)
    words = field.type.options

    def complete(_context: Context, _parameter: Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(word) for word in words if word.startswith(incomplete.lower())]

    return Option(
        [_flag(field), field.name],
        help=_help(field),
        metavar=_metavar(field),
        shell_complete=complete if words else None,
    )


def _value(field: Field, given: object) -> Any:
    try:
        return field.type.parse(given) if isinstance(given, str) else field.type.read(given)
    except FieldError as error:
        raise UsageError(f"{_flag(field)}: {error}") from error


def _flag(field: Field) -> str:
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
