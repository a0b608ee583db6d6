"""The broken networks that come with LayerLab, and each with its fault mended and nothing else changed."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from core.lessons.lesson import Lesson, Open
from core.lessons.lesson_file import SHIPPED, find_preset, load
from core.network.layers import Dense
from core.plan.losses import CategoricalCrossentropy
from core.presets import Preset
from core.presets import load as load_preset

__all__ = ["BROKEN", "FAULTS", "LESSONS", "MENDED"]

LESSONS = {
    lesson.id: lesson for lesson in (load(path, "broken/") for path in sorted((SHIPPED / "broken").glob("*.toml")))
}


def _broken(lesson: Lesson) -> Preset:
    (name,) = [step.task.preset for step in lesson.steps if isinstance(step.task, Open)]
    return load_preset(find_preset(name, SHIPPED / "broken"))


def _layer(preset: Preset, index: int, **changes: Any) -> Preset:
    architecture = preset.architecture
    changed = replace(architecture.layers[index - 1], **changes)
    return replace(preset, architecture=architecture.replace(index, changed))


def _without(preset: Preset, index: int) -> Preset:
    return replace(preset, architecture=preset.architecture.remove(index))


def _plan(preset: Preset, **changes: Any) -> Preset:
    return replace(preset, plan=replace(preset.plan, **changes))


def _all(preset: Preset, indexes: tuple[int, ...], **changes: Any) -> Preset:
    for index in indexes:
        preset = _layer(preset, index, **changes)
    return preset


_MEND: dict[str, tuple[str, Callable[[Preset], Preset]]] = {
    "broken/always-nine": ("labels-in-order", lambda p: _plan(p, shuffle=True)),
    "broken/deep-and-stuck": ("flat-slopes", lambda p: _all(p, (2, 3, 4, 5, 6, 7), activation="relu")),
    "broken/ends-at-once": ("dropout-after-output", lambda p: _without(p, 4)),
    "broken/falling-loss": ("penalty-dominates", lambda p: _all(p, (2, 3), kernel_regularizer=None)),
    "broken/good-in-training": ("bn-moving-averages-lag", lambda p: _layer(p, 3, momentum=0.99)),
    "broken/half-blind": ("discards-image", lambda p: _without(p, 2)),
    "broken/huge-loss": ("inputs-not-scaled", lambda p: _plan(p, pixels="0..1")),
    "broken/mixed-up": ("bottleneck", lambda p: _layer(p, 3, units=32)),
    "broken/no-move": ("dead-relus", lambda p: _layer(p, 2, bias_initializer=Dense(1).bias_initializer)),
    "broken/one-voice": (
        "same-weights",
        lambda p: _all(p, (2, 3), kernel_initializer=Dense(1).kernel_initializer),
    ),
    "broken/restless": ("learning-rate-too-high", lambda p: replace(p, plan=p.plan.with_learning_rate(0.001))),
    "broken/slow-for-no-reason": ("hidden-softmax", lambda p: _layer(p, 2, activation="relu")),
    "broken/small-loss": ("binary-loss-on-softmax", lambda p: _plan(p, loss=CategoricalCrossentropy())),
}
FAULTS = {name: fault for name, (fault, _) in _MEND.items()}
"""What the diagnosis calls the fault of each, by the ids of lessons."""
BROKEN = {name: _broken(lesson) for name, lesson in LESSONS.items()}
MENDED = {name: mend(BROKEN[name]) for name, (_, mend) in _MEND.items()}
