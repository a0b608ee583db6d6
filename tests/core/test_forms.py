"""A value as a form: what is folded away, what an edit gives, what help says."""

import pytest

from core.fields.field_help import about
from core.fields.folding import Folding
from core.fields.forms import edited, entries, refusal
from core.network.initializers import Initializer
from core.network.layers import Conv2D, Dense, Dropout, Layer
from core.plan.losses import Loss
from core.plan.optimizers import SGD, Adam, Optimizer
from core.plan.plan import Plan
from core.plan.schedules import Schedule


def _shown(value, folding=None) -> list[str]:
    return [".".join(entry.path) for entry in (folding or Folding()).view(value).shown]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Conv2D(8, (3, 3)), "filters kernel_size strides padding activation"),
        (Dense(8), "units activation"),
        (Plan(), "dataset optimizer optimizer.learning_rate schedule loss batch_size epochs validation"),
        (
            Plan(optimizer=SGD()),
            "dataset optimizer optimizer.learning_rate optimizer.momentum optimizer.nesterov schedule loss batch_size"
            " epochs validation",
        ),
    ],
)
def test_a_form_shows_what_people_change(value, shown):
    assert _shown(value) == shown.split()


@pytest.mark.parametrize("family", [Layer, Optimizer, Loss, Schedule, Initializer])
def test_nothing_that_differs_from_its_default_is_folded_away(family):
    for member in family.members.values():
        value = member.initial()
        for entry in entries(value):
            assert entry.field.required or entry.value == entry.field.default or not entry.folds


def test_what_differs_is_shown_with_the_fields_of_its_value():
    layer = Dense(8, kernel_initializer=Initializer.from_name("random_normal")(stddev=0.1), use_bias=False)
    assert _shown(layer) == [
        "units",
        "activation",
        "use_bias",
        "kernel_initializer",
        "kernel_initializer.mean",
        "kernel_initializer.stddev",
    ]


def test_one_field_is_not_worth_a_line_to_fold_it_behind():
    view = Folding().view(Dropout(0.5))
    assert ([entry.path for entry in view.shown], view.others) == ([("rate",), ("seed",)], 0)


def test_unfolded_everything_is_shown_and_counted():
    folding = Folding()
    folded = folding.view(Plan())
    folding.unfolded = True
    view = folding.view(Plan())
    assert len(view.shown) == len(entries(Plan())) == len(folded.shown) + folded.others
    assert view.others == folded.others == 20


def test_a_field_stays_while_it_is_edited_until_it_is_folded_or_something_else_is_shown():
    folding = Folding()
    assert "use_bias" in _shown(Dense(8, use_bias=False), folding)
    assert "use_bias" in _shown(Dense(8), folding)
    folding.forget()
    assert "use_bias" not in _shown(Dense(8), folding)


def test_a_call_is_taken_with_its_arguments():
    layer = edited(Dense(8), ("kernel_initializer",), "RandomNormal(stddev=0.1)")
    assert layer.kernel_initializer == Initializer.from_name("random_normal")(stddev=0.1)


def test_help_on_a_field_has_its_meaning_range_default_and_name_in_keras():
    found = {entry.path: about(entry) for entry in entries(Plan(optimizer=Adam(learning_rate=0.5)))}
    assert found["batch_size",] == {
        "meaning": "Examples per step.",
        "takes": "a whole number from 1 to 60000.",
        "default": "128",
    }
    assert found["optimizer", "learning_rate"] == {
        "meaning": "Step size.",
        "takes": "a number above 0.",
        "default": "0.001",
        "in Keras": "keras.optimizers.Adam(learning_rate=...)",
    }
    assert found["validation",]["options"] == "test, none"
    activation = next(entry for entry in entries(Conv2D(8, (3, 3))) if entry.path == ("activation",))
    assert "takes" not in about(activation)
    assert "relu" in about(activation)["options"]


@pytest.mark.parametrize("family", [Layer, Optimizer, Loss, Schedule, Initializer])
def test_every_field_can_be_explained(family):
    for member in family.members.values():
        for entry in entries(member.initial()):
            assert all(about(entry).values()), entry
            assert "`" not in str(about(entry)), "docstrings of field types are no help for users"


def test_what_is_said_of_text_that_is_not_kept_names_the_field_and_its_value():
    filters = entries(Conv2D(8, (3, 3)))[0]
    assert refusal(filters, "expected a number, not 'abc'") == "filters stays 8: expected a number, not 'abc'"
    clipnorm = next(entry for entry in entries(Adam()) if entry.path == ("clipnorm",))
    assert refusal(clipnorm, "no").startswith("clipnorm stays empty")
