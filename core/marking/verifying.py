"""Whether the figures of a run that was handed in are what its plan and its weights give.

A figure is believed because the run was trained again from its seed and its weights were evaluated again, not because
a file says so.
"""

from collections.abc import Callable, Iterator
from math import isclose

from msgspec import Struct
from msgspec.structs import replace

from core.events import Ended, EpochEnded
from core.formatting import show_accuracy, show_loss
from core.marking.retrained import NotTrained, Retrained
from core.runs.record import Environment, RunDetails, metrics_of

__all__ = ["ACCURACY_TOLERANCE", "LOSS_TOLERANCE", "Verified", "differences", "most_epochs", "verify", "why_none"]

ACCURACY_TOLERANCE = 0.01
"""By how much an accuracy may differ on another kind of processor, as a share."""
LOSS_TOLERANCE = 0.05
"""By how much a loss may, relative to the larger one; or absolutely, if both are small."""
SMALL_LOSS = 0.01
_FIGURES = ("loss", "accuracy", "val_loss", "val_accuracy")
"""Of an epoch."""
_FINAL = ("test_loss", "test_accuracy", "final_train_loss", "final_train_accuracy")
"""Of the final weights."""


class Verified(Struct, frozen=True):
    """What training a run again came to."""

    run: str
    """Its key."""
    epochs: int
    """How many were trained again, from the first on."""
    exact: bool
    """Whether all figures are the same bit for bit."""
    believed: bool
    """Whether they are the same, or on another kind of processor within the tolerance."""
    message: str
    """What was found, for a person."""


def most_epochs(details: RunDetails) -> int:
    """How many epochs of a run follow from its plan.

    None that came after the rate was changed by hand; nor after more epochs were asked for where training is stopped
    early, as its patience begins anew there.
    """
    history, plan = details.history, details.preset.plan
    changed = history.changes[0].x if history.changes else float("inf")
    done = len(history.epochs)
    complete = bool(done) and history.epochs[0].epoch == 1  # the first of very many are not kept
    planned = plan.epochs if plan.early_stopping else done
    return int(min(done, planned, changed)) if complete and not _ended_within(details) else 0


def _ended_within(details: RunDetails) -> bool:
    """Whether it went on after its last whole epoch: what its weights are then follows from no epoch."""
    history = details.history
    step = history.ended.step if history.ended else history.progress.step if history.progress else None
    return step is not None and bool(history.epochs) and step > history.epochs[-1].step


def why_none(details: RunDetails) -> str:
    """Why no epoch of a run can be trained again, if `most_epochs` is 0."""
    if not details.history.epochs:
        return "it has no whole epoch, so there is nothing to train again"
    if _ended_within(details):
        return "it ended within an epoch: go on with it to the end of one, and hand it in again"
    if details.history.changes:
        return "its learning rate was changed by hand in its first epoch, so that it does not follow from its plan"
    return "its first epochs are not in its history any more, so that they cannot be compared"


def verify(
    details: RunDetails, epochs: int, here: Environment, train: Callable[[int], Retrained]
) -> tuple[RunDetails, Verified]:
    """The run with the figures that are believed, and what training its first ``epochs`` again came to.

    ``here`` is where that is done; ``train`` does it, and raises `NotTrained`.
    """
    key = details.run.key
    if not epochs:
        return details, Verified(key, 0, False, False, why_none(details))
    try:
        again = train(epochs)
    except NotTrained as error:
        return details, Verified(key, 0, False, False, f"could not be trained again: {error}")
    found = list(differences(details, again))
    if len(again.epochs) < epochs:
        found.insert(0, (f"it ends after epoch {len(again.epochs)}", False))
    beyond = [text for text, within in found if not within]
    believed = _measured(details, again)
    done = f"{_spoken(epochs)} trained again"
    if not found:
        of = len(details.history.epochs)
        whole = ", and the final weights are the same" if again.same_weights else f"; the other {of - epochs} are not"
        return believed, Verified(key, epochs, True, True, f"{done}: bit for bit{whole}")
    other = _elsewhere(details.environment, here)
    if beyond:
        return believed, Verified(key, epochs, False, False, f"{done}: {beyond[0]}{other}")
    return believed, Verified(key, epochs, False, True, f"{done}: within the tolerance, {found[0][0]}{other}")


def differences(details: RunDetails, again: Retrained) -> Iterator[tuple[str, bool]]:
    """Where what the run says differs from what was found, and whether that is within the tolerance."""
    said = {epoch.epoch: epoch for epoch in details.history.epochs}
    for epoch in again.epochs:
        yield from _epoch_differences(said.get(epoch.epoch), epoch)
    for name in _FINAL:
        what = f"its weights give {name.replace('final_train', 'final training').replace('_', ' ')}"
        yield from _difference(what, getattr(details.run.metrics, name), getattr(again.figures, name))
    known = said.get(again.weights_of)
    if known is not None and known.val_loss is not None:
        yield from _weights_differences(known, again)
    elif again.trained is None:
        yield f"its weights are confirmed only by all epochs: mark with --epochs {len(said)}", False
    if again.trained is not None and not again.same_weights:
        yield from _other_weights(again)


def _weights_differences(said: EpochEnded, again: Retrained) -> Iterator[tuple[str, bool]]:
    """Where the weights are not those of the epoch after which they were handed in."""
    for name in ("val_loss", "val_accuracy"):
        what = f"its weights give {name.replace('val_', 'validation ')}"
        yield from _difference(what, getattr(said, name), getattr(again.figures, name))


def _other_weights(again: Retrained) -> Iterator[tuple[str, bool]]:
    """Where the weights give something else than those that training again ends with: not the same at any rate."""
    yield "its final weights are not the same to the last bit", True
    for name in ("test_loss", "test_accuracy"):
        what = f"training again gives {name.replace('_', ' ')}"
        yield from _difference(what, getattr(again.figures, name), getattr(again.trained, name))


def _epoch_differences(said: EpochEnded | None, found: EpochEnded) -> Iterator[tuple[str, bool]]:
    if said is None:
        yield f"epoch {found.epoch} is missing in its history", False
        return
    for name in _FIGURES:
        what = f"epoch {found.epoch} gives {name.replace('val_', 'validation ').replace('_', ' ')}"
        yield from _difference(what, getattr(said, name), getattr(found, name))


def _difference(what: str, said: float | None, found: float | None) -> Iterator[tuple[str, bool]]:
    if said is None or said == found:
        return  # what was not measured is not claimed
    accuracy = what.endswith("accuracy")
    show = show_accuracy if accuracy else show_loss
    if found is None:
        yield f"{what} {show(found)}, not {show(said)}", False
    elif accuracy:
        yield f"{what} {show(found)}, not {show(said)}", abs(said - found) <= ACCURACY_TOLERANCE
    else:
        near = isclose(said, found, rel_tol=LOSS_TOLERANCE, abs_tol=SMALL_LOSS)
        yield f"{what} {show(found)}, not {show(said)}", near


def _measured(details: RunDetails, again: Retrained) -> RunDetails:
    """The run with what follows from its epochs and its weights, whatever else its files say."""
    seconds, done = details.run.metrics.seconds, len(details.history.epochs)
    ended = Ended("finished", done, seconds, 0.0, None, None, "")
    if again.figures:
        ended = replace(ended, **{name: getattr(again.figures, name) for name in _FINAL})
    history = replace(details.history, val_loss=(), val_accuracy=(), best=None, epochs=(), ended=ended)
    for epoch in details.history.epochs:
        history = history.after(epoch)
    metrics = metrics_of(history, seconds)
    return replace(details, history=history, run=replace(details.run, metrics=metrics))


def _spoken(epochs: int) -> str:
    return "epoch 1" if epochs == 1 else f"epochs 1 to {epochs}"


def _elsewhere(there: Environment, here: Environment) -> str:
    """In what the machines differ that numbers depend on; in brackets, or empty."""
    pairs = {
        "on": (there.processor, here.processor),
        "with threads:": (str(there.threads), str(here.threads)),
        "on the device": (there.device, here.device),
        "with TensorFlow": (there.tensorflow, here.tensorflow),
        "with Keras": (there.keras, here.keras),
    }
    told = [f"{how} {one or 'unknown'}, here {other}" for how, (one, other) in pairs.items() if one != other]
    return f" (it was trained {'; '.join(told)})" if told else ""
