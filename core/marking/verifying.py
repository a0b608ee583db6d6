"""Whether the figures of a run that was handed in are what its plan and its weights give.

A figure is believed because the run was trained again from its seed and its weights were evaluated again, not because
a file says so: what a run says has to be the same, and what counts is what was computed here.
"""

from collections.abc import Callable, Iterator, Mapping
from math import isclose

from msgspec import Struct
from msgspec.structs import replace

from core.events import Ended, EpochEnded
from core.formatting import show_accuracy, show_loss
from core.marking.expression import GROWING
from core.marking.retrained import NotTrained, Retrained
from core.runs.record import Environment, RunDetails, metrics_of

__all__ = ["ACCURACY_TOLERANCE", "LOSS_TOLERANCE", "Verified", "differences", "most_epochs", "verify", "why_none"]

ACCURACY_TOLERANCE = 0.01
"""By how much an accuracy may differ on another kind of processor, as a share."""
LOSS_TOLERANCE = 0.05
"""By how much a loss may, relative to the larger one; or absolutely, if both are small."""
SMALL_LOSS = 0.01
CPU = "cpu"
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
    """Whether they are the same, or if it was trained elsewhere, within the tolerance."""
    message: str
    """What was found, for a person."""
    unconfirmed: Mapping[str, str] = {}
    """Why some figures are not known, though the others are believed; by their names in checks."""


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
    """The run with the figures that were computed here, and what training its first ``epochs`` again came to.

    ``here`` is where that is done; ``train`` does it, and raises `NotTrained`. Of an `unconfirmed` figure the run has
    what the epochs that were trained again come to.
    """
    key = details.run.key
    if not epochs:
        return details, Verified(key, 0, False, False, why_none(details))
    try:
        again = train(epochs)
    except NotTrained as error:
        return details, Verified(key, 0, False, False, f"could not be trained again: {error}")
    other = _elsewhere(details.environment, replace(here, device=again.device or here.device))
    found = list(differences(details, again, tolerant=bool(other)))
    if len(again.epochs) < epochs:
        found.insert(0, (f"it ends after epoch {len(again.epochs)}", False))
    beyond = [text for text, within in found if not within]
    computed, unknown = _computed(details, again), _unconfirmed(details, again)
    done = f"{_spoken(epochs)} trained again"
    if not found:
        of = len(details.history.epochs)
        whole = ", and the final weights are the same" if again.same_weights else f"; the other {of - epochs} are not"
        return computed, Verified(key, epochs, True, True, f"{done}: bit for bit{whole}", unknown)
    if beyond:
        return computed, Verified(key, epochs, False, False, f"{done}: {beyond[0]}{other}")
    return computed, Verified(key, epochs, False, True, f"{done}: within the tolerance, {found[0][0]}{other}", unknown)


def differences(details: RunDetails, again: Retrained, *, tolerant: bool) -> Iterator[tuple[str, bool]]:
    """Where what the run says differs from what was found, and whether that may be: if ``tolerant``, by a little."""
    for text, near in _differences(details, again):
        yield text, near and tolerant


def _differences(details: RunDetails, again: Retrained) -> Iterator[tuple[str, bool]]:
    """Where they differ, and whether that is within the tolerance."""
    said = {epoch.epoch: epoch for epoch in details.history.epochs}
    for epoch in again.epochs:
        yield from _epoch_differences(said.get(epoch.epoch), epoch)
    for name in _FINAL:
        what = f"its weights give {name.replace('final_train', 'final training').replace('_', ' ')}"
        yield from _difference(what, getattr(details.run.metrics, name), getattr(again.figures, name))
    if again.trained is None and len(again.epochs) == len(details.history.epochs):
        yield "its weights are not those after its last epoch", False
    known = said.get(again.weights_of)
    if known is not None and known.val_loss is not None:
        yield from _weights_differences(known, again)
        yield from _earlier_weights(details, again)
    elif again.trained is None:
        yield f"its weights are confirmed only by all epochs: mark with --epochs {len(said)}", False
    if again.trained is not None and not again.same_weights:
        yield from _other_weights(again)


def _earlier_weights(details: RunDetails, again: Retrained) -> Iterator[tuple[str, bool]]:
    """Whether the weights are of an epoch before its last one, though its plan restores none."""
    last, stopping = details.history.epochs[-1].epoch, details.preset.plan.early_stopping
    restores = stopping is not None and stopping.restore_best_weights
    if again.weights_of != last and not restores:
        yield f"its weights are those of epoch {again.weights_of}, not of its last one, {last}", False


def _weights_differences(said: EpochEnded, again: Retrained) -> Iterator[tuple[str, bool]]:
    """Where the weights are not those of the epoch after which they were handed in."""
    for name in ("val_loss", "val_accuracy"):
        what = f"its weights give {name.replace('val_', 'validation ')}"
        yield from _difference(what, getattr(said, name), getattr(again.figures, name))


def _other_weights(again: Retrained) -> Iterator[tuple[str, bool]]:
    """Where the weights give something else than those that training again ends with: not the same at any rate."""
    for name in ("test_loss", "test_accuracy"):
        what = f"training again gives {name.replace('_', ' ')}"
        yield from _difference(what, getattr(again.figures, name), getattr(again.trained, name))
    yield "its final weights are not the same to the last bit", True


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
    pair = show(found), show(said)
    if pair[0] == pair[1]:
        pair = repr(found), repr(said)  # they differ in later digits
    yield f"{what} {pair[0]}, not {pair[1]}", found is not None and _is_near(said, found, accuracy=accuracy)


def _is_near(said: float, found: float, *, accuracy: bool) -> bool:
    """Whether two figures may be of the same training, computed in another order."""
    if accuracy:
        return abs(said - found) <= ACCURACY_TOLERANCE
    return isclose(said, found, rel_tol=LOSS_TOLERANCE, abs_tol=SMALL_LOSS)


def _computed(details: RunDetails, again: Retrained) -> RunDetails:
    """The run with what its epochs and its weights came to here, whatever its files say.

    The epoch by which its weights were validated has that validation; other epochs that were not trained again are
    left out.
    """
    epochs = {epoch.epoch: epoch for epoch in again.epochs}
    said = {epoch.epoch: epoch for epoch in details.history.epochs} | epochs
    seconds, done = details.run.metrics.seconds, len(epochs)
    ended = Ended("finished", done, seconds, 0.0, None, None, "")
    if again.figures:
        ended = replace(ended, **{name: getattr(again.figures, name) for name in _FINAL})
        if validated := said.get(again.weights_of):
            figures = {name: getattr(again.figures, name) for name in ("val_loss", "val_accuracy")}
            epochs[again.weights_of] = replace(validated, **figures)
    history = replace(details.history, val_loss=(), val_accuracy=(), best=None, epochs=(), ended=ended)
    for number in sorted(epochs):
        history = history.after(epochs[number])
    metrics = replace(metrics_of(history, seconds), epochs=done)
    return replace(details, history=history, run=replace(details.run, metrics=metrics))


def _unconfirmed(details: RunDetails, again: Retrained) -> Mapping[str, str]:
    """Why figures are not known that depend on epochs which were not trained again."""
    said, done = details.history.epochs, len(again.epochs)
    if done >= len(said):
        return {}
    most = most_epochs(details)
    how = f"mark with --epochs {len(said)}" if most == len(said) else f"at most {most} follow from its plan"
    names = GROWING if again.weights_of == said[-1].epoch else (*GROWING, "val_accuracy", "val_loss")
    return dict.fromkeys(
        names, f"only {_spoken(done)} of {len(said)} {'was' if done == 1 else 'were'} trained again; {how}"
    )


def _spoken(epochs: int) -> str:
    return "epoch 1" if epochs == 1 else f"epochs 1 to {epochs}"


def _elsewhere(there: Environment, here: Environment) -> str:
    """In what the machines differ that numbers depend on; in brackets, or empty."""
    pairs = {
        "under": (_system(there), _system(here)),
        "on": (there.processor, here.processor),
        "with threads:": (str(there.threads), str(here.threads)),
        "on the device": (there.device, here.device),
        "with TensorFlow": (there.tensorflow, here.tensorflow),
        "with Keras": (there.keras, here.keras),
        "with NumPy": (there.numpy, here.numpy),
        "with LayerLab": (there.layerlab, here.layerlab),
    }
    told = [f"{how} {one or 'unknown'}, here {other}" for how, (one, other) in pairs.items() if one != other]
    if there.device == here.device != CPU:
        told.append("on a GPU, which may be of another kind")
    return f" (it was trained {'; '.join(told)})" if told else ""


def _system(environment: Environment) -> str:
    """Linux, Windows or macOS, without its version."""
    return environment.platform.partition("-")[0]
