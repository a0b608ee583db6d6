"""What somebody types for a number: decimals as they are written, and nothing that is none."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.learn.prediction import LONGEST, Unclear
from core.learn.typed_answer import TypedAnswer, check_typeable, read_answer, show_typed

numbers = st.decimals(-(10**9), 10**9, places=6)


@given(numbers, st.sampled_from(".,"), st.sampled_from(["-", "\N{MINUS SIGN}"]))
def test_a_decimal_is_read_with_a_point_or_a_comma(number: Decimal, point: str, minus: str) -> None:
    text = f"{number:f}".replace(".", point).replace("-", minus)
    assert read_answer(text, 0.5) == float(number)


@given(numbers)
def test_a_percentage_is_exactly_its_share(number: Decimal) -> None:
    assert read_answer(f"{number:f}%", 0.5, percent=True) == float(number / 100)
    with pytest.raises(Unclear, match=r"not understood: type a number, such as 0\.25$"):
        read_answer(f"{number:f}%", 0.5)


@given(st.floats(-1e99, 1e99).filter(lambda number: not number or abs(number) > 1e-99))
def test_every_number_that_python_shows_is_read_back(number: float) -> None:
    assert read_answer(repr(number), 0.5) == number
    check_typeable(number, 0.5)


@given(st.text(max_size=LONGEST + 20) | st.text("0123456789.,-+eE%_ naif", max_size=20))
def test_whatever_is_typed_is_a_finite_number_or_asked_about(text: str) -> None:
    try:
        found = read_answer(text, 0.5, percent=True)
    except Unclear as error:
        assert ": type a number" in str(error)  # noqa: PT017  # either is well
        return
    assert isinstance(found, float)
    assert abs(found) < float("inf")
    assert float(text.strip().rstrip("% ").replace(",", ".").replace("\N{MINUS SIGN}", "-")) == pytest.approx(
        found * (100 if "%" in text else 1)
    )


@pytest.mark.parametrize(("text", "either"), [("1,234", "1.234 or 1234"), ("-61,706", "-61.706 or -61706")])
def test_a_comma_that_may_be_one_of_thousands_is_asked_about(text: str, either: str) -> None:
    with pytest.raises(Unclear, match=f"not clear, {either}: type a number with a point"):
        read_answer(text, 0.5)


@pytest.mark.parametrize(("answer", "like"), [(0.5, 3), ((2, 3), (2, 3, 4)), (float("inf"), 0.5), ((0, 1), (0, 1))])
def test_an_answer_that_is_not_asked_for_like_this_cannot_be_typed(answer: TypedAnswer, like: TypedAnswer) -> None:
    with pytest.raises(Unclear, match=f"^nobody can type {show_typed(answer)}: "):
        check_typeable(answer, like)
