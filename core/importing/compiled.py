"""What a Keras model was compiled with, as a plan."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from core.fields.types import FieldError, quoted, quoted_name
from core.importing import objects
from core.plan.plan import Plan

__all__ = ["plan_of"]


def plan_of(raw: object) -> tuple[Plan, list[str]]:
    """The plan with what the model was compiled with, and sentences on what that is and on what is left out.

    ``raw`` is the compile_config of Keras 3 or the training_config of a .h5 file; anything else says nothing.
    """
    compiled = raw if isinstance(raw, Mapping) else {}
    plan, taken, notes = Plan(), [], []
    optimizer, left = _without_schedule(compiled.get("optimizer_config", compiled.get("optimizer")))
    for name, given, read in (
        ("optimizer", optimizer, objects.optimizer),
        ("loss", compiled.get("loss"), objects.loss),
    ):
        if given is None:
            continue
        try:
            plan = replace(plan, **{name: read(given)})
            taken.append(name)
            notes += left if name == "optimizer" else []
        except FieldError as error:
            why = str(error).removesuffix("?")
            notes.append(f"Its {name} is not taken along: {why}; {getattr(plan, name).alias()} stands in for it.")
    if compiled.get("loss") is not None and not _even(compiled.get("loss_weights")):
        notes.append(f"Its loss_weights {quoted(compiled['loss_weights'])} are not taken along.")
    with_what = f", with its {' and '.join(taken)}" if taken else ""
    return plan, [f"Brought in from a Keras file{with_what}.", *notes]


def _without_schedule(raw: object) -> tuple[object, list[str]]:
    """An optimizer's JSON with a number for its learning rate, and what is said of the schedule left out."""
    config = raw.get("config") if isinstance(raw, Mapping) else None
    if not isinstance(raw, Mapping) or not isinstance(config, Mapping):
        return raw, []
    given: dict[str, Any] = dict(config)
    notes = []
    schedule = given.get("learning_rate")
    held = schedule.get("config") if isinstance(schedule, Mapping) else None
    if isinstance(schedule, Mapping) and isinstance(held, Mapping):
        first = held.get("initial_learning_rate")
        if isinstance(held.get("values"), list) and held["values"]:
            first = held["values"][0]
        given["learning_rate"] = first
        name = schedule.get("class_name")
        what = quoted_name(name) if isinstance(name, str) else "schedule"
        notes.append(
            f"Its {what} is not taken along, the learning rate stays what it begins with: it counts steps, "
            "LayerLab's schedules count epochs."
        )
    decay = given.get("decay")
    if isinstance(decay, int | float) and not isinstance(decay, bool) and decay:
        del given["decay"]
        notes.append(
            f"Its decay={quoted(decay)} is not taken along: it lowers the learning rate at every step, LayerLab's "
            "schedules do so after epochs."
        )
    return {**raw, "config": given}, notes


def _even(weights: object) -> bool:
    """Whether loss weights change nothing."""
    held = weights.values() if isinstance(weights, Mapping) else weights if isinstance(weights, list) else [weights]
    return all(weight is None or weight == 1 for weight in held)
