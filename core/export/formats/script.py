"""A Keras script that needs only TensorFlow."""

from core.export.format import Format, RunSource, Source, effective_preset
from core.export.script import script
from core.formatting import show_amount
from core.runs.record import RunDetails

__all__ = ["Script"]


class Script(Format):
    """A Keras script."""

    place = 2
    name = "script"
    title = "a Keras script"
    suffix = ".py"
    needs = "preset"
    choices = {"script": "Keras script: runs with TensorFlow alone"}

    def text(self, source: Source) -> str:
        note = _difference_note(source.details) if isinstance(source, RunSource) else ""
        return script(effective_preset(source), note)


def _difference_note(details: RunDetails) -> str:
    """Why a script, which trains without interruption, gives different results than the run; or empty."""
    plan, epochs = details.preset.plan, details.effective_preset.plan.epochs
    if details.history.changes:
        return "The run's learning rate was changed by hand during training: this script does not do that."
    scheduled = plan.schedule.expression(plan.epochs) != plan.schedule.expression(epochs)
    if epochs != plan.epochs and (scheduled or plan.early_stopping):
        return (
            f"The run was planned for {show_amount(plan.epochs, 'epoch')} and extended to {epochs}: its schedule and "
            "early stopping used the new number only from then on, this script uses it from the start."
        )
    return ""
