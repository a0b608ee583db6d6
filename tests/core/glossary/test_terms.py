"""Every term has its entry, and every entry says what it should: nothing can be added and forgotten."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from core.fields.registry import Registered
from core.fields.struct import FieldStruct, fields_of
from core.fields.types import normalize_name
from core.formulas.activation_formulas import FORMULAS as ACTIVATION_FORMULAS
from core.formulas.loss_formulas import FORMULAS as LOSS_FORMULAS
from core.glossary.concept_curves import CURVES
from core.glossary.entry import GROUPS, Entry
from core.glossary.index import FAMILIES, FOLDER, entries, find, find_field, find_member, related
from core.glossary.network_facts import FACTS
from core.glossary.numbers import filled
from core.glossary.search import search, suggestion
from core.network.layers.arguments import ACTIVATIONS, SECOND_NAMES
from core.network.regularizers import NAMED, Regularizer
from core.plan.losses import Loss
from core.plan.plan import EarlyStopping, Plan

ENTRIES = list(entries().values())
MEMBERS = [member for family in FAMILIES for member in family.members.values() if member.__module__.startswith("core.")]
FORMS: list[type[FieldStruct]] = [*MEMBERS, Plan, EarlyStopping, Regularizer]
ASKED = """
neuron, NAND, XOR, one-hot, number of parameters, softmax, sigmoid, filter, stride, padding, pooling, LeNet, AlexNet,
VGG, receptive field, dropout, overfitting, learning by heart, trainable parameters, weights, bias, epoch, step,
validation accuracy, training set, test set, loss of guessing, vanishing gradients, He initialization, Xavier, fan-in,
fan-out, batch normalization, moving mean, non-trainable parameters, seed, preprocessing, cast to float32, flatten,
relu, categorical cross-entropy, binary cross-entropy, L2, error bar, batch size, translation equivariance, weight
sharing, perceptron, logistic regression, more than one layer, forward propagation, back propagation, four steps,
memoization, convergence, exploding gradients, activation, derivative, tanh, leaky relu, dying relu, inverted dropout,
shift and scale, gamma and beta, internal covariate shift, initialization, uniform, Glorot, convex, non-convex,
minima, maxima, saddle point, SGD, momentum, Nesterov, AdaGrad, Adadelta, RMSprop, decaying average, Adam, variance,
hyperparameter, learning rate, logit, cross-correlation, max pooling, average pooling, linearly separable, gradient,
regularization
"""
"""What course materials ask about, and use without asking."""


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.__name__)
def test_every_member_of_a_family_has_an_entry(member: type[Registered]) -> None:
    assert find_member(member).id in entries(), "write one in core/glossary/terms"


@pytest.mark.parametrize("name", [*ACTIVATIONS, *NAMED])
def test_every_activation_and_regularizer_has_an_entry(name: str) -> None:
    group = "regularizers" if name in NAMED else "activations"
    assert f"{group}/{SECOND_NAMES.get(name, name)}" in entries()
    if name in ACTIVATIONS:
        assert SECOND_NAMES.get(name, name) in ACTIVATION_FORMULAS
        assert find(name) is not None


def test_every_loss_has_its_formula() -> None:
    assert set(LOSS_FORMULAS) == {member.__name__ for member in MEMBERS if issubclass(member, Loss)}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_field_of_every_form_has_an_entry(form: type[FieldStruct]) -> None:
    without = [field.name for field in fields_of(form) if find_field(form, field.name).id not in entries()]
    assert without == [], "add them to the fields of an entry"


def test_entries_name_fields_that_there_are() -> None:
    known = {field.name for form in FORMS for field in fields_of(form)}
    known |= {f"{form.__name__}.{field.name}" for form in FORMS for field in fields_of(form)}
    named = [field for entry in ENTRIES for field in entry.fields]
    assert set(named) - known == set()
    assert [field for field, count in Counter(named).items() if count > 1] == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_is_sound(entry: Entry) -> None:
    _check_references(entry)
    sentences = re.split(r"(?<=[.?!])\s+", entry.definition.strip())
    assert 1 <= len(sentences) <= 2, "a definition has two sentences"
    assert entry.definition.endswith(".")
    assert entry.definition.isascii()
    assert entry.formula.isascii()
    prose = re.sub(r"\{\w+\}|\w*[A-Za-z_]\w*|lenet-5", "", entry.definition.replace("lenet-5", ""))
    assert not re.search(r"\d", prose), "numbers are computed: write the name of one in braces"
    assert "{" not in filled(entry.definition + entry.formula, entry, Plan())


def _check_references(entry: Entry) -> None:
    assert entry.group in GROUPS
    assert len(related(entry)) == len(entry.see) == len(set(entry.see)) > 0
    assert entry not in related(entry)
    assert entry.curve in {"", *CURVES}
    assert entry.here in {"", *FACTS}
    for key in entry.see:
        same = [other.id for other in ENTRIES if other.key == key]
        assert "/" in key or len(same) == 1, f"{key} may be any of {same}: write the group in front"


def test_every_entry_is_found_by_its_names_and_they_lead_to_no_other() -> None:
    spelled = [{normalize_name(name) for name in (entry.name, *entry.aliases)} for entry in ENTRIES]
    names = Counter(name for each in spelled for name in each)
    shared = {name for name, count in names.items() if count > 1}
    assert shared <= {"elu", "leakyrelu", "constant", "exponential", "identity", "bias"}
    for entry in ENTRIES:
        assert find(entry.id) == entry
        for name in (entry.name, *entry.aliases):
            assert entry in [found for found, _ in search(name)][:2], name


@pytest.mark.parametrize("term", [" ".join(term.split()) for term in ASKED.split(",")])
def test_what_courses_ask_about_is_found(term: str) -> None:
    assert search(term), term


def test_what_is_misspelt_is_met_with_what_is_meant() -> None:
    assert search("sigmiod") == []
    assert "sigmoid" in suggestion("sigmiod")
    assert suggestion("qqqqqqqqq") == ""


def test_words_in_any_order_and_spelling_find_an_entry() -> None:
    for query in ("glorot_uniform", "uniform glorot", "Xavier-Uniform", "GLOROT UNIF"):
        assert search(query)[0][0].id == "initializers/glorot_uniform", query
    assert search("dense")[0][0].id == "layers/Dense"
    assert len(search("")) == len(ENTRIES)


def test_every_curve_and_fact_is_used() -> None:
    assert {entry.curve for entry in ENTRIES} == {"", *CURVES}
    assert {entry.here for entry in ENTRIES} == {"", *FACTS}
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(GROUPS)


def _without_entry() -> Iterator[type[Registered]]:
    class _Odd(Loss, frozen=True):
        """The square root of the difference.

        More on it.
        """

    yield _Odd


def test_what_was_added_without_an_entry_is_explained_by_its_docstring_and_help() -> None:
    (odd,) = _without_entry()
    assert find_member(odd).definition == "The square root of the difference."
    assert find_field(Plan, "no_such_field").name == "no_such_field"
    assert find_field(EarlyStopping, "patience") == find("patience")
