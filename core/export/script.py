"""A preset as a Keras script: one Python file that needs only TensorFlow and trains as LayerLab does.

Layers, optimizer and loss are written from the same calls that build LayerLab's own model.
"""

from collections.abc import Iterator
from textwrap import fill

from msgspec import Struct

from core.datasets import DATASETS
from core.fields.struct import fields_of
from core.keras_call import Call
from core.network.architecture import Architecture
from core.network.layers import Layer
from core.network.shapes import Shape
from core.network.summary import summarize
from core.plan.optimizers import ScheduleFreeAdamW
from core.plan.plan import Plan
from core.presets import Preset
from core.readiness import blockers
from core.sanitize import one_line

__all__ = ["script"]

_WIDTH = 88
"""Line length, as in Python's formatters."""
_IMPORTED = ("layers.", "model.")
"""Prefixes of names that the script uses unchanged; all others get ``keras.``."""


class _Code(Struct, frozen=True):
    """Python source, inserted as it is."""

    text: str


def script(preset: Preset, remark: str = "") -> str:
    """The Python source that builds, trains and tests ``preset`` on the data of ``keras.datasets``.

    It starts with the same weights as LayerLab, and without shuffling it takes the same steps. TensorFlow chooses the
    device. What LayerLab cannot train is only built and summarized. A ``remark`` is put at the top.
    """
    architecture, plan = preset.architecture, preset.plan
    title = f"{preset.name or 'untitled'}: a Keras script by LayerLab"
    blocks = [
        "\n".join(_comment(text) for text in (title, remark) if text),
        _imports(plan),
        f"keras.utils.set_random_seed({plan.seed})",
    ]
    problems = blockers(architecture, plan, summarize(architecture))
    if problems:
        blocks += [_model(architecture), "model.summary()", _comment(problems[0].message)]
    else:
        blocks += [
            _data(plan, architecture.input_shape),
            _model(architecture),
            f"{_compiling(plan)}\nmodel.summary()",
            *_schedule(plan),
            _source(_fit(plan)),
            "test_loss, test_accuracy = model.evaluate(x_test, y_test, verbose=0)\n"
            'print(f"Test loss {test_loss:.4f}, test accuracy {test_accuracy:.2%}")',
        ]
    return "\n\n".join(blocks) + "\n"


# The parts of a script.


def _imports(plan: Plan) -> str:
    lines = ["import keras", "from keras import layers"]
    if "math." in plan.schedule.expression(plan.epochs):
        lines = ["import math", "", *lines]
    return "\n".join(lines)


def _comment(text: str) -> str:
    """``text`` as a comment. Python would read ``coding:`` in it as an encoding declaration."""
    plain = one_line(text).replace("coding:", "coding :").replace("coding=", "coding =")
    return fill(plain, _WIDTH, initial_indent="# ", subsequent_indent="# ")


def _data(plan: Plan, shape: Shape) -> str:
    dataset = DATASETS[plan.dataset]
    reshaped = "" if shape == dataset.shape[:2] else f".reshape(-1, {', '.join(map(str, shape))})"
    scaled = " / 255" if plan.pixels == "0..1" else ""
    source = dataset.keras_name or dataset.name
    lines = [f"(x_train, y_train), (x_test, y_test) = keras.datasets.{source}.load_data()", *dataset.preparation]
    lines += [f'{x} = {x}{reshaped}.astype("float32"){scaled}' for x in ("x_train", "x_test")]
    if not plan.loss.takes_classes:
        classes = len(dataset.classes)
        lines += [f"{y} = keras.utils.to_categorical({y}, {classes})" for y in ("y_train", "y_test")]
    return "\n".join(lines)


def _model(architecture: Architecture) -> str:
    calls = [Call("Input", (("shape", architecture.input_shape),))]
    calls += [call for layer in architecture.layers for call in layer.calls()]
    return "\n".join(["model = keras.Sequential([", *_lines([("", call) for call in calls], 4), "])"])


def _compiling(plan: Plan) -> str:
    arguments = (("optimizer", plan.optimizer.call()), ("loss", plan.loss.call()), ("metrics", _Code('["accuracy"]')))
    compiling = _source(Call("model.compile", arguments))
    if isinstance(plan.optimizer, ScheduleFreeAdamW):
        compiling += (
            "\n# Built by fit, this optimizer's averages would start at zero, not at the weights."
            "\nmodel.optimizer.build(model.trainable_variables)"
        )
    return compiling


def _schedule(plan: Plan) -> Iterator[str]:
    """The function for a LearningRateScheduler, if one is needed."""
    factor = plan.schedule.expression(plan.epochs)
    if factor:
        rate = plan.optimizer.learning_rate
        yield f"\ndef schedule(epoch, learning_rate):\n    return {rate!r} * {factor}\n"


def _fit(plan: Plan) -> Call:
    arguments: list[tuple[str, object]] = [
        ("", _Code("x_train")),
        ("", _Code("y_train")),
        ("batch_size", plan.batch_size),
        ("epochs", plan.epochs),
    ]
    if plan.validation == "test":
        arguments.append(("validation_data", _Code("(x_test, y_test)")))
    elif plan.validation != "none":
        arguments.append(("validation_split", plan.validation))
    if not plan.shuffle:
        arguments.append(("shuffle", False))
    callbacks = list(_callbacks(plan))
    if callbacks:
        arguments.append(("callbacks", callbacks))
    return Call("model.fit", tuple(arguments))


def _callbacks(plan: Plan) -> Iterator[Call]:
    schedule, stopping = plan.schedule, plan.early_stopping
    if callback := schedule.callback(validated=plan.validation != "none"):
        yield callback
    elif schedule.expression(plan.epochs):
        yield Call("callbacks.LearningRateScheduler", (("", _Code("schedule")),))
    if stopping:
        fields = fields_of(type(stopping))
        yield Call("callbacks.EarlyStopping", tuple((field.name, getattr(stopping, field.name)) for field in fields))


# Python source, from data.


def _source(value: object, indent: int = 0, taken: int = 0) -> str:
    """``value`` as Python source: on one line if it fits, else with a line per part.

    ``indent`` is that of its line, on which ``taken`` more columns are in use.
    """
    line = _line(value)
    if indent + taken + len(line) <= _WIDTH or not isinstance(value, Call | list):
        return line
    opening, parts, closing = _opened(value)
    return "\n".join([opening, *_lines(parts, indent + 4), " " * indent + closing])


def _lines(parts: list[tuple[str, object]], indent: int) -> list[str]:
    return [f"{' ' * indent}{name}{_source(part, indent, len(name) + 1)}," for name, part in parts]


def _line(value: object) -> str:
    match value:
        case _Code(text=text):
            return text
        case Call() | list():
            opening, parts, closing = _opened(value)
            return f"{opening}{', '.join(name + _line(part) for name, part in parts)}{closing}"
        case str() if value.isidentifier():
            return f'"{value}"'
    return repr(value)


def _opened(value: Call | list[Call]) -> tuple[str, list[tuple[str, object]], str]:
    """The opening, the parts with their prefixes, and the closing."""
    if isinstance(value, list):
        return "[", [("", part) for part in value], "]"
    name = value.function if value.function.startswith(_IMPORTED) else f"keras.{value.function}"
    places = _required(value)
    return f"{name}(", [("" if word in places else f"{word}=", part) for word, part in value.arguments], ")"


def _required(call: Call) -> set[str]:
    """The arguments written without their names: the required ones, which come first in Keras."""
    module, _, name = call.function.partition(".")
    layer = Layer.members.get(name) if module == Layer.module else None
    return {"", *(field.name for field in fields_of(layer) if field.required)} if layer else {""}
