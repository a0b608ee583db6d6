"""What students type: understood as they mean it, or not at all."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.learn.exercise import Answer
from core.learn.prediction import LONGEST, Unclear, check, read_prediction, spellings
from core.learn.sheet import sheet

SHAPE = (28, 28, 6)
sizes = st.integers(1, 10**6)
answers: st.SearchStrategy[Answer] = (
    st.integers(1, 10**9) | st.tuples(sizes) | st.tuples(sizes, sizes) | st.tuples(sizes, sizes, sizes)
)
TYPED = st.text("0123456789 x×X*,.;()[]eE_'None\u00a0\t\n-+", max_size=30) | st.text(max_size=LONGEST + 20)


@pytest.mark.parametrize(
    "text",
    [
        *("28×28×6", "28x28x6", "28,28,6", "(28, 28, 6)", "28 28 6", " 28 X 28 x 6 ", "[28,28,6]", "28*28*6"),
        *("28; 28; 6", "(None, 28, 28, 6)", "None x 28 x 28 x 6", "28\u00a0×\u00a028\u00a0×\u00a06", "(28x28x6)"),
    ],
)
def test_a_shape_in_every_usual_spelling(text: str) -> None:
    assert read_prediction(text, SHAPE) == SHAPE


@pytest.mark.parametrize(
    "text",
    ["61706", "61,706", "61.706", "61 706", "61\u202f706", "61'706", "61_706", " 61706\n", "6.1706e4", "617060e-1"],
)
def test_a_count_in_every_usual_spelling(text: str) -> None:
    if "-" in text:
        with pytest.raises(Unclear):
            read_prediction(text, 1)
    else:
        assert read_prediction(text, 1) == 61706


@pytest.mark.parametrize(
    ("text", "number"),
    [("6e4", 60_000), ("6E+4", 60_000), ("1.5e3", 1_500), ("1.048.576", 1_048_576), ("0", 0), ("1,000", 1_000)],
)
def test_other_counts(text: str, number: int) -> None:
    assert read_prediction(text, 1) == number


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "61.70",
            "61.7060",
            "0.706",
            "61,706.5",
            "1.234,567",
            "61.706e3",
            "1.5e0",
            "6e99",
            "-6",
            "+6",
            "007",
        ),
        *("61k", "5*5*3", "about 61706", "1,23", "٦١", "²", "6" * 16, "28x28x6", "nan", "inf", "1e", "e3", "(", "()"),
    ],
)
def test_no_count_is_guessed(text: str) -> None:
    with pytest.raises(Unclear, match="type a whole number, such as 61706"):
        read_prediction(text, 61706)


@given(st.integers(-(10**12), 10**12), st.sampled_from(["-", "\N{MINUS SIGN}"]), st.sampled_from(["", ",", " "]))
def test_where_it_need_not_be_a_count_a_number_may_be_negative(number: int, minus: str, separator: str) -> None:
    text = f"{number:,}".replace(",", separator).replace("-", minus)
    assert read_prediction(text, 1, signed=True) == number
    if number < 0:
        with pytest.raises(Unclear, match="type a whole number"):
            read_prediction(text, 1)


@pytest.mark.parametrize("text", ["--1", "-", "1-", "- 1", "-007", "\N{EN DASH}1", "-1.5"])
def test_no_negative_number_is_guessed(text: str) -> None:
    with pytest.raises(Unclear, match="type a whole number"):
        read_prediction(text, 1, signed=True)


@pytest.mark.parametrize(
    "text",
    [
        *("28x28", "28x28x6x1", "784", "28,28x6", "28, 28 6", "28x28x", "x28x28x6", "1,024,6", "28.28.6", "28x28x0"),
        *("(28, 28, 6", "28-28-6", "", "None", "(None)", "a x b x c", "28x28x²", "28x28x06", "28,,28,6"),
    ],
)
def test_no_shape_is_guessed(text: str) -> None:
    with pytest.raises(Unclear, match="type height, width and channels, such as 28x28x6"):
        read_prediction(text, SHAPE)


@pytest.mark.parametrize("text", ["1024", "1,024", "(1024,)", "(1024)", "[1024]", "(None, 1024)"])
def test_a_flat_shape_is_typed_as_a_number(text: str) -> None:
    assert read_prediction(text, (1,)) == (1024,)


@given(answers)
def test_every_spelling_that_a_quiz_accepts_is_read_back(answer: Answer) -> None:
    found = spellings(answer)
    assert len(set(found)) == len(found)
    assert {read_prediction(text, answer) for text in found} == {answer}


@given(st.integers(0, 10**12), st.sampled_from(",. '_"))
def test_a_number_with_separators_is_itself(number: int, separator: str) -> None:
    assert read_prediction(f"{number:,}".replace(",", separator), 1) == number


@given(TYPED, answers)
@example("9" * LONGEST, 1)
@example("(" * LONGEST, (1, 2, 3))
@example("1e99", 1)
@example("\x00", 1)
def test_whatever_is_typed_has_an_answer_or_a_question(text: str, like: Answer) -> None:
    try:
        found = read_prediction(text, like)
    except Unclear:
        with pytest.raises(Unclear, match=": type "):
            read_prediction(text, like)
        return
    assert isinstance(found, int) == isinstance(like, int)
    digits = "".join(character for character in text if character.isdigit())
    shown = str(found) if isinstance(found, int) else "".join(map(str, found))
    assert digits == shown or "e" in text.lower(), "no digit is lost, made up or moved"


def test_a_long_text_is_not_read() -> None:
    with pytest.raises(Unclear, match="longer than 100 characters"):
        read_prediction(" " * 10**6 + "1", 1)


@settings(max_examples=10)
@given(st.integers(0, 1_000), st.integers(0, 20))
def test_a_verdict(seed: int, number: int) -> None:
    exercise = sheet(21, seed)[number]
    for text in spellings(exercise.answer):
        assert check(exercise, text).outcome == "right"
    for known in exercise.misconceptions:
        for text in spellings(known.answer):
            verdict = check(exercise, text)
            assert (verdict.outcome, verdict.message) == ("misconception", known.feedback)


def test_a_wrong_answer_is_met_with_the_steps() -> None:
    exercise = sheet(1, 7)[0]
    verdict = check(exercise, "1x2x3")
    assert verdict.outcome == "wrong"
    assert verdict.message == "1x2x3 is not the answer."
    assert verdict.steps == exercise.steps
    assert check(exercise, "8.8.10").outcome == "unclear"


@given(TYPED)
def test_any_text_has_a_verdict(text: str) -> None:
    for exercise in sheet(2, 7):
        assert check(exercise, text).outcome in ("right", "misconception", "wrong", "unclear")
