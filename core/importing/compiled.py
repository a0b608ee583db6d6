"""The arguments a Keras model was compiled with, as a plan."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from core.fields.types import FieldError, quoted, quoted_name
from core.importing import objects
from core.plan.plan import Plan

__all__ = ["plan_of"]


def plan_of(raw: object) -> tuple[Plan, list[str]]:
    """A plan with the optimizer and loss the model was compiled with, and sentences on what was and was not imported.

    ``raw`` is the compile_config of Keras 3 or the training_config of a .h5 file; anything else gives the default plan.
    """
    compiled = raw if isinstance(raw, Mapping) else {}
    plan, imported, notes = Plan(), [], []
    optimizer, optimizer_notes = _without_schedule(compiled.get("optimizer_config", compiled.get("optimizer")))
    for name, given, read in (
        ("optimizer", optimizer, objects.optimizer),
        ("loss", compiled.get("loss"), objects.loss),
    ):
        if given is None:
            continue
        try:
            plan = replace(plan, **{name: read(given)})
            imported.append(name)
            notes += optimizer_notes if name == "optimizer" else []
        except FieldError as error:
            why = str(error).removesuffix("?")
            notes.append(f"Its {name} was not imported: {why}; {getattr(plan, name).alias()} is used instead.")
    if compiled.get("loss") is not None and not _all_ones(compiled.get("loss_weights")):
        notes.append(f"Its loss_weights {quoted(compiled['loss_weights'])} were not imported.")
    with_parts = f", with its {' and '.join(imported)}" if imported else ""
    return plan, [f"Imported from a Keras file{with_parts}.", *notes]


def _without_schedule(raw: object) -> tuple[object, list[str]]:
    """An optimizer's JSON with a constant learning rate, and sentences on the schedule left out."""
    config = raw.get("config") if isinstance(raw, Mapping) else None
    if not isinstance(raw, Mapping) or not isinstance(config, Mapping):
        return raw, []
    arguments: dict[str, Any] = dict(config)
    notes = []
    schedule = arguments.get("learning_rate")
    schedule_config = schedule.get("config") if isinstance(schedule, Mapping) else None
    if isinstance(schedule, Mapping) and isinstance(schedule_config, Mapping):
        initial = schedule_config.get("initial_learning_rate")
        if isinstance(schedule_config.get("values"), list) and schedule_config["values"]:
            initial = schedule_config["values"][0]
        arguments["learning_rate"] = initial
        class_name = schedule.get("class_name")
        name = quoted_name(class_name) if isinstance(class_name, str) else "schedule"
        notes.append(
            f"Its {name} was not imported, so the learning rate stays at its initial value: it counts steps, "
            "LayerLab's schedules count epochs."
        )
    decay = arguments.get("decay")
    if isinstance(decay, int | float) and not isinstance(decay, bool) and decay:
        del arguments["decay"]
        notes.append(
            f"Its decay={quoted(decay)} was not imported: it lowers the learning rate at every step, LayerLab's "
            "schedules only after an epoch."
        )
    return {**raw, "config": arguments}, notes


def _all_ones(weights: object) -> bool:
    """Whether loss weights change nothing."""
    values = weights.values() if isinstance(weights, Mapping) else weights if isinstance(weights, list) else [weights]
    return all(weight is None or weight == 1 for weight in values)
