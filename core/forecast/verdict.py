"""What came of a forecast: which curve it was, whether the accuracy lay within the range, what would explain a miss."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from core.datasets import DATASETS
from core.diagnosis import training_findings
from core.forecast.curve_shape import GUESSING, CurveShape, curve_shape, up_to
from core.forecast.forecast import AccuracyRange, CurveKind, Forecast
from core.forecast.typed_range import remark, show_range
from core.formatting import show_accuracy, show_amount, show_percent, show_points
from core.history import History
from core.presets import Preset
from core.sentences import sentence

__all__ = ["CURVES", "IN_SHORT", "ForecastVerdict", "expected", "expected_in_short", "judge", "quantity"]

CURVES: Mapping[CurveKind, str] = {
    "together": "training and validation loss fall together",
    "rises": "the validation loss rises again",
    "falls": "the loss falls",
    "stays": "the loss stays at that of guessing",
    "swings": "the loss swings or grows",
}
"""What a loss does, in words."""
IN_SHORT: Mapping[CurveKind, str] = {
    "together": "both fall together",
    "rises": "validation rises again",
    "falls": "falls",
    "stays": "stays as guessing",
    "swings": "swings or grows",
}
"""The same in a few."""
LEARNED_BY_HEART = 0.01
"""How much higher the accuracy is in training than in validation where images were learned by heart."""

_TOO_LARGE = (
    "The steps are too large: each goes past the valley that it aims at. A lower learning rate helps, and a "
    "learning-rate range test finds one."
)
_NOTHING = (
    "Nothing was learned. Either the gradients do not reach the first layers (deep rows of sigmoids, dead units), or "
    "the steps are of no use: the gradients of the layers show which."
)
_BY_HEART = (
    "The network has room to learn its training images by heart, and time to do so: it gets surer of everything, its "
    "mistakes included. Dropout, a penalty on the weights, more images or early stopping keep the curves together."
)
_STILL_GUESSES = (
    "A loss may fall though the answers get no better: by a penalty on the weights, which is part of it, or because "
    "the network was sure of wrong answers and now guesses."
)
_MISSED: Mapping[tuple[CurveKind, CurveKind], str] = {
    ("rises", "together"): (
        "The network is too small to learn its training images by heart, or was not given the time: with more units or "
        "more epochs the curves part."
    ),
    ("stays", "falls"): "The gradients reached every layer, and the steps were neither too small nor too large.",
    ("swings", "falls"): (
        "The steps were small enough for this network. How large they may be, a learning-rate range test measures."
    ),
}
"""Why it was the second curve and not the first."""
_EXPLAINED: Mapping[CurveKind, str] = {"rises": _BY_HEART, "stays": _NOTHING, "swings": _TOO_LARGE}
"""Why it was this curve, whatever was expected."""


class ForecastVerdict(Struct, frozen=True):
    """What came of a forecast."""

    forecast: Forecast
    shape: CurveShape
    """What the loss did."""
    accuracy: float | None
    """At the end; None if no epoch was finished."""
    epochs: int
    """Epochs that were finished, at most those of the forecast."""
    explanations: tuple[str, ...] = ()
    """Of a miss: what may be the reason."""

    @property
    def unexplained(self) -> "ForecastVerdict":
        """The same where the reason is still to be found out."""
        return replace(self, explanations=())

    @property
    def curve_right(self) -> bool | None:
        """Whether it was the expected curve; None if that cannot be told."""
        return None if self.shape.kind is None else self.shape.kind == self.forecast.curve

    @property
    def accuracy_right(self) -> bool | None:
        """Whether the accuracy lay within the range; None if there is none."""
        return None if self.accuracy is None else self.forecast.accuracy.holds(self.accuracy)

    @property
    def in_short(self) -> tuple[tuple[bool | None, str], ...]:
        """Of accuracy and curve, whether each was right, and what it was, in a few words."""
        got = f"{show_accuracy(self.accuracy)}, predicted {show_range(self.forecast.accuracy)}"
        was = IN_SHORT[self.shape.kind] if self.shape.kind else self.shape.why
        return (
            (self.accuracy_right, got if self.accuracy is not None else "no epoch was finished"),
            (self.curve_right, f"loss: {was}"),
        )

    @property
    def in_full(self) -> tuple[tuple[bool | None, str], ...]:
        """Of accuracy and curve, whether each was right, and what it was, with the numbers."""
        return (self.accuracy_right, self._about_accuracy), (self.curve_right, self._about_curve)

    @property
    def _about_accuracy(self) -> str:
        wanted = self.forecast.accuracy
        if self.accuracy is None:
            return f"No epoch was finished: there is no {quantity(self.forecast)} to compare with {show_range(wanted)}."
        after = f"after {show_amount(self.epochs, 'epoch')}"
        if self.epochs < self.forecast.epochs:
            after += f" of {self.forecast.epochs:,}"
        missed = _missed_by(wanted, self.accuracy)
        how = f"is within {show_range(wanted)}" if not missed else f"is {missed} {show_range(wanted)}"
        return f"The {quantity(self.forecast)} {after}, {show_accuracy(self.accuracy)}, {how}. {_wide(wanted)}"

    @property
    def _about_curve(self) -> str:
        chosen = CURVES[self.forecast.curve]
        if self.shape.kind is None:
            return f"Predicted: {chosen}. {self.shape.why[0].upper()}{self.shape.why[1:]}."
        if self.curve_right:
            return f"As predicted, {chosen}: {self.shape.why}."
        return f"Predicted: {chosen}. Instead {CURVES[self.shape.kind]}: {self.shape.why}."


def judge(forecast: Forecast, preset: Preset, history: History) -> ForecastVerdict:
    """What came of ``forecast`` in the training of ``preset`` with this ``history``; what follows on it is left out."""
    trained = up_to(history, forecast.epochs)
    classes = len(DATASETS[preset.plan.dataset].classes)
    shape = curve_shape(trained, forecast.pair, classes)
    last = trained.epochs[-1] if trained.epochs else None
    accuracy = None if last is None else last.val_accuracy if forecast.validated else last.accuracy
    verdict = ForecastVerdict(forecast, shape, accuracy, last.epoch if last else 0)
    if verdict.curve_right is not False and verdict.accuracy_right is not False:
        return verdict
    return replace(verdict, explanations=tuple(_explanations(verdict, preset, trained, classes)))


def quantity(forecast: Forecast) -> str:
    """What the accuracy of ``forecast`` is called."""
    return "validation accuracy" if forecast.validated else "training accuracy"


def expected(forecast: Forecast) -> str:
    """What is expected: ``validation accuracy 93% to 97% after 10 epochs, and that the loss falls``."""
    after = f"after {show_amount(forecast.epochs, 'epoch')}"
    return f"{quantity(forecast)} {show_range(forecast.accuracy)} {after}, and that {CURVES[forecast.curve]}"


def expected_in_short(forecast: Forecast) -> str:
    """The same in a few words: ``93% to 97% validation accuracy, loss: both fall together``."""
    return f"{show_range(forecast.accuracy)} {quantity(forecast)}, loss: {IN_SHORT[forecast.curve]}"


def _explanations(verdict: ForecastVerdict, preset: Preset, history: History, classes: int) -> list[str]:
    """What may explain that the curve or the accuracy was another one."""
    found = list[str]()
    chosen, kind = verdict.forecast.curve, verdict.shape.kind
    if kind is not None and kind != chosen:
        found.append(_why(chosen, kind, guesses=verdict.shape.guesses))
    if verdict.epochs < verdict.forecast.epochs:
        found.append(f"It ended before its {show_amount(verdict.forecast.epochs, 'epoch')}.")
    if verdict.accuracy is not None and not verdict.accuracy_right:
        found.append(_about_miss(verdict, verdict.accuracy, history, classes))
    findings = training_findings(preset.architecture, preset.plan, history)
    if findings:
        found.append(f"The findings say: {findings[0].title}; {sentence(findings[0].evidence)}")
    return list(filter(None, found))


def _why(chosen: CurveKind, kind: CurveKind, *, guesses: bool) -> str:
    """Why the curve was of this ``kind`` and not the ``chosen`` one; empty if nobody knows."""
    if guesses and kind in ("falls", "together"):
        return _STILL_GUESSES
    if kind == "stays" and not guesses:
        return ""
    return _MISSED.get((chosen, kind)) or _EXPLAINED.get(kind, "")


def _about_miss(verdict: ForecastVerdict, accuracy: float, history: History, classes: int) -> str:
    """Why the accuracy may be lower or higher than expected."""
    if accuracy > verdict.forecast.accuracy.high:
        return (
            f"It learned more than you expected. Guessing gives {show_percent(1 / classes, 0)}; the first epoch alone "
            f"came to {show_accuracy(_first(verdict.forecast, history))}."
        )
    trained = history.epochs[-1].accuracy
    if verdict.forecast.validated and trained - accuracy > LEARNED_BY_HEART:
        return (
            f"In training the accuracy is {show_accuracy(trained)}: what is missing is not learning but carrying it "
            "over to other images."
        )
    if accuracy < GUESSING / classes:
        return f"Guessing among {classes} classes gives {show_percent(1 / classes, 0)}: it hardly does better."
    return (
        f"In training it is {show_accuracy(trained)}: the network has not come further on its own images either. "
        "More epochs, more units or a better learning rate would be the first to try."
    )


def _first(forecast: Forecast, history: History) -> float | None:
    first = history.epochs[0]
    return first.val_accuracy if forecast.validated else first.accuracy


def _missed_by(wanted: AccuracyRange, accuracy: float) -> str:
    """By how much ``accuracy`` is below or above the range; empty if it is within."""
    if wanted.holds(accuracy):
        return ""
    below = accuracy < wanted.low
    return f"{show_points(abs(accuracy - (wanted.low if below else wanted.high)))} {'below' if below else 'above'}"


def _wide(wanted: AccuracyRange) -> str:
    return sentence(f"Your range was {remark(wanted)}")
