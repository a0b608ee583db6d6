"""The registry of diagnosis rules, and which findings explain which. A decorator registers a rule.

A rule takes a context and yields findings. Importing `core.diagnosis.rules` registers all of them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from core.diagnosis.finding import Finding

if TYPE_CHECKING:
    from core.diagnosis.static_context import StaticContext
    from core.diagnosis.training_context import TrainingContext

__all__ = [
    "BROKEN",
    "FLAT",
    "LARGE",
    "STATIC_RULES",
    "STUCK",
    "TRAINING_RULES",
    "UNFIT",
    "TrainingRule",
    "is_explained",
    "static_rule",
    "training_rule",
]

BROKEN = frozenset({"not-finite", "exploding-gradients"})
"""Findings about a training that produces NaN or infinity."""

UNFIT = frozenset({"underfitting", "no-progress"})

FLAT = frozenset({"dead-relus", "learning-rate-too-low", "saturated-units", "vanishing-gradients"}) | UNFIT
"""Findings about a training whose weights hardly move."""

STUCK = FLAT | {"learning-rate-too-high"}
"""Findings about a training that learns little."""

LARGE = frozenset({"dead-relus", "learning-rate-too-high", "saturated-units"})
"""Consequences of pre-activations that are too large."""


class TrainingRule(Struct, frozen=True):
    """A rule on a training, and the findings that it suppresses."""

    find: "Callable[[TrainingContext], Iterator[Finding]]"
    place: int
    hides: frozenset[str]
    """Codes that are not listed if this rule finds something, because they follow from it."""
    hidden_by: frozenset[str]
    """Codes whose findings suppress this rule."""


STATIC_RULES: "list[Callable[[StaticContext], Iterator[Finding]]]" = []
"""The rules that need no training, in the order of their findings."""

TRAINING_RULES: dict[str, TrainingRule] = {}
"""The rules that need a training, by the code of their findings; causes before consequences."""

Rule = TypeVar("Rule", bound=Callable[[Any], Iterator[Finding]])

_places: dict[object, int] = {}
_symptoms: dict[str, frozenset[str]] = {}
_causes: dict[str, frozenset[str]] = {}


def static_rule(place: int, explains: Mapping[str, frozenset[str]] | None = None) -> Callable[[Rule], Rule]:
    """Register a rule on an architecture and its plan.

    Findings are sorted by ``place``: first what makes the output wrong, last what only makes it worse. ``explains``
    maps each code that the rule can find to the codes of the training findings that follow from it.
    """

    def add(rule: Rule) -> Rule:
        _places[rule] = place
        STATIC_RULES.append(rule)
        STATIC_RULES.sort(key=_places.__getitem__)
        _symptoms.update(explains or {})
        return rule

    return add


def training_rule(
    code: str,
    place: int,
    hides: frozenset[str] = frozenset(),
    hidden_by: frozenset[str] = frozenset(),
    causes: frozenset[str] = frozenset(),
) -> Callable[[Rule], Rule]:
    """Register a rule on a training, which finds ``code``; causes have a lower ``place`` than their consequences.

    ``causes`` are codes of static findings that explain it, in addition to those that name it in ``explains``.
    """

    def add(rule: Rule) -> Rule:
        rules = [*TRAINING_RULES.items(), (code, TrainingRule(rule, place, hides, hidden_by))]
        TRAINING_RULES.clear()
        TRAINING_RULES.update(sorted(rules, key=lambda each: each[1].place))
        _causes[code] = causes
        return rule

    return add


def is_explained(symptom: str, cause: str) -> bool:
    """Whether the training finding ``symptom`` follows from the static finding ``cause``; both are codes."""
    return symptom in _symptoms.get(cause, ()) or cause in _causes.get(symptom, ())
