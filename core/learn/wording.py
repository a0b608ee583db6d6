"""The question of an exercise in words: everything that the answer depends on, and no more."""

from typing import Any

from core.formatting import show_amount
from core.learn.exercise import Asked, Question
from core.network.layers import Layer
from core.network.shapes import Shape, show_shape
from core.network.summary import Summary

__all__ = ["ask", "describe", "question_text"]

_COUNTS = {
    "weights": "How many weights does {subject} have, not counting biases?",
    "biases": "How many biases does {subject} have?",
    "statistics": "How many statistics does {subject} have, that is moving means and variances, which are not trained?",
    "params": "How many parameters does {subject} have{untrained}?",
    "multiply_adds": "How many multiplications of an input by a weight does {subject} do for one example?",
}


def question_text(question: Question, summary: Summary) -> str:
    """The question in one paragraph."""
    layers, asked = question.architecture.layers, question.asked
    counted = asked.what != "output_shape"
    given = _input(question.architecture.input_shape)
    if len(layers) == 1:
        return f"{given} goes into this Keras layer: {describe(layers[0], counted=counted)}. {ask(asked, summary)}"
    listed = "; ".join(f"({index}) {describe(layer, counted=counted)}" for index, layer in enumerate(layers, 1))
    return f"{given} goes through these Keras layers: {listed}. {ask(asked, summary)}"


def describe(layer: Layer, *, counted: bool) -> str:
    """``layer`` with its arguments in words; if parameters are ``counted``, whether it has biases too."""
    parts = [*_window(layer), *_sliding(layer), *(_parameters(layer) if counted else ())]
    if not parts:
        return layer.type
    *first, last = parts
    return f"{layer.type} with {', '.join(first)} and {last}" if first else f"{layer.type} with {last}"


def ask(asked: Asked, summary: Summary) -> str:
    """The question alone: about the layer if there is only one, about one of several, or about all of them."""
    alone = len(summary.rows) == 2
    subject = "the layer" if alone else "the whole network" if asked.layer is None else f"layer {asked.layer}"
    if asked.what != "output_shape":
        scope = summary.rows if asked.layer is None else summary.rows[asked.layer : asked.layer + 1]
        untrained = any(row.facts.statistics for row in scope if row.facts)
        return _COUNTS[asked.what].format(
            subject=subject, untrained=", trained and untrained together" if untrained else ""
        )
    facts = summary.rows[asked.layer or -1].facts
    if facts and len(facts.output) == 1:
        return f"How many numbers does the output of {subject} have for one example?"
    return f"What shape does the output of {subject} have: height, width and channels?"


def _input(shape: Shape) -> str:
    if len(shape) == 1:
        return f"A vector of {show_amount(shape[0], 'number')}"
    if len(shape) == 2:
        return f"A table of {show_amount(shape[0], 'row')} with {show_amount(shape[1], 'number')} each"
    return f"An image of {show_shape(shape)} (height, width and channels)"


def _window(layer: Layer) -> list[str]:
    """How large the layer is: its units, filters or window."""
    values = {name: getattr(layer, name) for name in layer.__struct_fields__}
    parts = []
    if "units" in values:
        parts.append(show_amount(values["units"], "unit"))
    if "rate" in values:
        parts.append(f"rate {values['rate']:g}")
    if "pool_size" in values:
        parts.append(f"a window of {show_shape(values['pool_size'])}")
    if "kernel_size" in values:
        kernel = show_shape(values["kernel_size"])
        if "depth_multiplier" in values:
            parts.append(f"{show_amount(values['depth_multiplier'], 'filter')} of {kernel} for each channel")
        if "filters" in values:
            size = "1x1" if "depth_multiplier" in values else kernel
            then = " after that" if "depth_multiplier" in values else ""
            parts.append(f"{show_amount(values['filters'], 'filter')} of {size}{then}")
    if values.get("groups", 1) > 1:
        parts.append(f"{values['groups']} groups")
    return parts


def _sliding(layer: Layer) -> list[str]:
    """How the window moves: its stride, padding and dilation."""
    if "strides" not in layer.__struct_fields__:
        return []
    values: dict[str, Any] = {name: getattr(layer, name) for name in layer.__struct_fields__}
    parts = [_pair("stride", values["strides"] or values["pool_size"])]
    padding = values["padding"]
    parts.append(
        f'padding "{padding}"'
        if isinstance(padding, str)
        else f"{show_amount(padding, 'pixel')} of zero padding on each side"
    )
    dilation = values.get("dilation_rate", (1, 1))
    return parts if max(dilation) == 1 else [*parts, _pair("dilation rate", dilation)]


def _pair(name: str, pair: tuple[int, int]) -> str:
    return f"{name} {pair[0]}" if pair[0] == pair[1] else f"{name}s of {pair[0]} down and {pair[1]} across"


def _parameters(layer: Layer) -> list[str]:
    """Which of its optional parameters the layer has."""
    parts = []
    if "use_bias" in layer.__struct_fields__:
        parts.append("biases" if getattr(layer, "use_bias", True) else "no biases")
    if not getattr(layer, "scale", True):
        parts.append("no gamma (scale=False)")
    if not getattr(layer, "center", True):
        parts.append("no beta (center=False)")
    return parts
