"""Whether an architecture and a plan can be trained together, and if not, why."""

from core.datasets import DATASETS
from core.datasets.validation import training_examples
from core.network.architecture import Architecture
from core.network.fix import Fix
from core.network.layers import Dense, Flatten, LayerFix
from core.network.shapes import channels_last, show_shape
from core.network.summary import Problem, Summary, channels_last_fix
from core.output_layer import output_layer_fix
from core.plan.plan import Plan

__all__ = ["blockers", "dataset_mismatches"]


def blockers(architecture: Architecture, plan: Plan, summary: Summary) -> tuple[Problem, ...]:
    """The problems that prevent training this architecture with this plan; empty if there are none."""
    return summary.errors or dataset_mismatches(architecture, plan, summary)


def dataset_mismatches(architecture: Architecture, plan: Plan, summary: Summary) -> tuple[Problem, ...]:
    """Where the architecture and the plan do not fit the dataset: input, output, validation.

    These are warnings: they prevent training, but not the summary.
    """
    dataset = DATASETS[plan.dataset]
    if not dataset.takes(architecture.input_shape):
        shapes = f"{show_shape(architecture.input_shape)}, {dataset.title}'s images are {show_shape(dataset.shape)}"
        fixed_shape = channels_last(architecture.input_shape)
        fix = channels_last_fix(architecture.input_shape) if fixed_shape and dataset.takes(fixed_shape) else None
        return (Problem(0, "warning", "not-the-datasets-input", f"arithmetic only: the input is {shapes}", fix),)
    problems = []
    classes = len(dataset.classes)
    if summary.output is not None and summary.output != (classes,) and architecture.layers:
        last = len(architecture.layers)
        message = (
            f"the output is {show_shape(summary.output)}, {dataset.title} has {classes} classes: "
            f"the last layer must give {classes} numbers"
        )
        problems.append(
            Problem(last, "warning", "not-the-datasets-classes", message, _output_fix(architecture, plan, summary))
        )
    trained = training_examples(plan.validation, dataset.train)
    if isinstance(plan.validation, float) and not 0 < trained < dataset.train:
        message = f"validation {plan.validation} leaves no examples to {'train' if trained == 0 else 'validate'} on"
        problems.append(Problem(None, "warning", "empty-validation", message))
    monitor = plan.early_stopping.monitor if plan.early_stopping else ""
    if plan.validation == "none" and monitor.startswith("val_"):
        message = (
            f"early stopping monitors {monitor}, but there is no validation: "
            f'set validation="test" or a fraction, or monitor="{monitor.removeprefix("val_")}"'
        )
        problems.append(Problem(None, "warning", "nothing-to-watch", message))
    return tuple(problems)


def _output_fix(architecture: Architecture, plan: Plan, summary: Summary) -> LayerFix | Fix | None:
    """The next step towards one output per class: change the output layer, or add a layer."""
    last, classes = architecture.layers[-1], len(DATASETS[plan.dataset].classes)
    rank = len(summary.output or ())
    if isinstance(last, Dense) and rank > 1:
        return LayerFix("insert Flatten before it", "insert", Flatten())
    if rank > 1:
        return LayerFix("append Flatten", "append", Flatten())
    return output_layer_fix(architecture, plan, summary) or LayerFix(
        f"append Dense {classes} softmax", "append", Dense(classes, "softmax")
    )
