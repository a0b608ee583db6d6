"""What tasks demand: read without guessing, compared without surprises."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fields.types import FieldError
from core.marking.expression import Comparison, parse


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("params == 7960", Comparison("params", "==", 7960)),
        ("layers[3].output == [10, 10, 16]", Comparison("layers[3].output", "==", [10, 10, 16])),
        (" test_accuracy>=0.92 ", Comparison("test_accuracy", ">=", 0.92)),
        ("epochs <= 10", Comparison("epochs", "<=", 10)),
        ("layers[1].activation == relu", Comparison("layers[1].activation", "==", "relu")),
        ('layers[1].activation != "relu"', Comparison("layers[1].activation", "!=", "relu")),
        ("layers[2].use_bias == false", Comparison("layers[2].use_bias", "==", False)),
        ("plan.optimizer.learning_rate < 1e-2", Comparison("plan.optimizer.learning_rate", "<", 0.01)),
        ("plan.early_stopping == null", Comparison("plan.early_stopping", "==", None)),
        ("layers == 3", Comparison("layers", "==", 3)),
        ("answer", Comparison("answer")),
        ("answer == 61706", Comparison("answer", "==", 61706)),
    ],
)
def test_a_check_is_read(text, found):
    assert parse(text) == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "expected a field, a comparison and a value"),
        ("parms == 1", "there is no 'parms'; did you mean params?|nearest|available"),
        ("params", "params is compared with nothing"),
        ("params = 3", "expected == in place of ="),
        ("params >= ten", ">= compares numbers"),
        ("params > true", "> compares numbers"),
        ("params == [1,", "expected a number, a shape"),
        ("params == NaN", "expected a number"),
        ("params == 1e999", "expected a number"),
        ("params == {}", "expected a number"),
        ("layers[0].output == 3", "with the number of the layer's row"),
        ("layers[1] == 3", "with the number of the layer's row"),
        ("layers[x].output == 3", "with the number of the layer's row"),
        ("plan == 3", "there is no 'plan'"),
        ("__class__ == 3", "there is no"),
        ("layers[1].__class__ == 3", "with the number of the layer's row"),
        ("params == 3; import os", "expected a number"),
        ("x" * 600, "expected a field"),
        ("params == " + "[" * 400, "expected a number"),
    ],
)
def test_what_is_no_check_is_refused_in_a_line(text, why):
    with pytest.raises(FieldError) as refused:
        parse(text)
    assert any(part in str(refused.value) for part in why.split("|")), refused.value
    assert "\n" not in str(refused.value)


@given(st.text(max_size=60))
def test_any_text_is_a_check_or_none(text):
    with suppress(FieldError):
        assert parse(text).field


@pytest.mark.parametrize(
    ("text", "got", "holds"),
    [
        ("params == 1", 1, True),
        ("params == 1", True, False),
        ("params != 1", 2, True),
        ("params >= 1", 1.0, True),
        ("params >= 1", None, False),
        ("params < 1", "0", False),
        ("layers[1].use_bias == true", 1, False),
        ("layers[1].use_bias != true", 1, True),
        ("layers[1].use_bias == true", True, True),
        ("plan.optimizer == Adam", "adam", True),
        ("plan.optimizer != Adam", "adam", False),
        ("plan.optimizer == adam", "AdamW", False),
        ("output == [2, 3]", [2, 3], True),
        ("output == [2, 3]", [3, 2], False),
        ("answer", "  ", False),
        ("answer", "because", True),
        ("answer", None, False),
    ],
)
def test_what_holds(text, got, holds):
    assert parse(text).holds(got) is holds
