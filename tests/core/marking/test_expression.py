"""What tasks demand: read without guessing, compared without surprises."""

import json
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.fields.types import FieldError
from core.learn.typed_answer import read_answer, show_typed
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
        ("params == [1]", "params is a number; '[1]' is none"),
        ("test_accuracy == high", "test_accuracy is a number"),
        ("layers != null", "layers is a number"),
        ("layers[1].params == true", "layers[1].params is a number"),
        ("trainable == true", "trainable is a number"),
        ("output == big", "output is a shape, such as [10, 10, 16]"),
        ("layers[2].input == []", "layers[2].input is a shape"),
        ("output == [1.5]", "output is a shape"),
        ("layers[1].type == 3", "layers[1].type is a name"),
        ('answer == " "', "an empty answer is none"),
        ("answer == []", "expected a shape such as [28, 28, 6]"),
        ("answer == [[1]]", "expected a shape such as [28, 28, 6]"),
        ("answer == [28, 0]", "nobody can type 28x0: not understood: type two sizes"),
        ("answer == [28, -6]", "nobody can type 28x-6"),
        ("answer == 1e200", "nobody can type 1e+200"),
        (f"answer == {'9' * 16}", "nobody can type 9999999999999999: not understood: type a whole number"),
        (f"answer == {'9' * 400}", "nobody can type 999999999999999999999999999999...: longer than"),
        ("x" * 600, "expected a field"),
        ("params == " + "[" * 400, "expected a number"),
    ],
)
def test_what_is_no_check_is_refused_in_a_line(text, why):
    with pytest.raises(FieldError) as refused:
        parse(text)
    assert any(part in str(refused.value) for part in why.split("|")), refused.value
    assert "\n" not in str(refused.value)


@given(
    st.integers(-(10**17), 10**17)
    | st.floats()
    | st.lists(st.integers(-1, 10**6), max_size=3)
    | st.text(max_size=60)
    | st.sampled_from([True, False, None])
)
@example(-10)
@example(0.957)
def test_whatever_answer_is_read_can_be_given(value):
    """What somebody types who knows the answer meets the check."""
    try:
        demanded = parse(f"answer == {json.dumps(value)}")
    except FieldError:
        assert not isinstance(value, int) or abs(value) >= 10**15
        return
    typed = demanded.value if demanded.answer is None else show_typed(demanded.answer)
    got = typed if demanded.answer is None else read_answer(typed, demanded.answer)
    assert demanded.holds(list(got) if isinstance(got, tuple) else got)


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
        ("output == 2", [2], True),
        ("output == [2]", [2], True),
        ("layers[1].kernel_size == [3]", 3, True),
        ("output != 2", [2], False),
        ("output == 2", [2, 2], False),
        ("layers[1].type == max_pooling-2d", "MaxPooling2D", True),
        ("answer == drop_out", "Dropout", False),
        ("answer", "  ", False),
        ("answer", "because", True),
        ("answer", None, False),
    ],
)
def test_what_holds(text, got, holds):
    assert parse(text).holds(got) is holds
