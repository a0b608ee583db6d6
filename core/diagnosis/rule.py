"""The rules of the diagnosis, and which findings explain which. A decorator of this module adds a rule.

A rule takes a context and yields what it finds. `core.diagnosis.rules` imports all of them.
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
"""Findings of a training whose numbers break."""

UNFIT = frozenset({"underfitting", "no-progress"})

FLAT = frozenset({"dead-relus", "learning-rate-too-low", "saturated-units", "vanishing-gradients"}) | UNFIT
"""Findings of a training whose weights hardly move."""

STUCK = FLAT | {"learning-rate-too-high"}
"""Findings of a training that learns little."""

LARGE = frozenset({"dead-relus", "learning-rate-too-high", "saturated-units"})
"""What too large sums do."""


class TrainingRule(Struct, frozen=True):
    """A rule on a training, and what it keeps quiet."""

    find: "Callable[[TrainingContext], Iterator[Finding]]"
    place: int
    hides: frozenset[str]
    """Codes that are not listed beside what it finds, from which they follow."""
    hidden_by: frozenset[str]
    """Codes beside which its own is not listed."""


STATIC_RULES: "list[Callable[[StaticContext], Iterator[Finding]]]" = []
"""The rules that need no training, in the order in which their findings are listed."""

TRAINING_RULES: dict[str, TrainingRule] = {}
"""The rules that need a training, by the code of their findings: causes before what follows from them."""

Rule = TypeVar("Rule", bound=Callable[[Any], Iterator[Finding]])

_places: dict[object, int] = {}
_symptoms: dict[str, frozenset[str]] = {}
_causes: dict[str, frozenset[str]] = {}


def static_rule(place: int, explains: Mapping[str, frozenset[str]] | None = None) -> Callable[[Rule], Rule]:
    """Adds a rule on an architecture and its plan.

    Findings are listed by ``place``: first what spoils the answer itself, last what only makes it worse. ``explains``
    has, for the codes that the rule may find, the codes of the findings of a training that follow from them.
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
    """Adds a rule on a training, which finds ``code``; causes have a lower ``place`` than what follows from them.

    ``causes`` are the codes of static findings that explain it, beside those that say so themselves.
    """

    def add(rule: Rule) -> Rule:
        rules = [*TRAINING_RULES.items(), (code, TrainingRule(rule, place, hides, hidden_by))]
        TRAINING_RULES.clear()
        TRAINING_RULES.update(sorted(rules, key=lambda each: each[1].place))
        _causes[code] = causes
        return rule

    return add


def is_explained(symptom: str, cause: str) -> bool:
    """Whether the finding ``symptom`` of a training follows from the static finding ``cause``; both are codes."""
    return symptom in _symptoms.get(cause, ()) or cause in _causes.get(symptom, ())
