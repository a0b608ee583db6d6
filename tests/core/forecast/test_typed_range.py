"""An accuracy with a range as it is typed: understood, or asked about; never taken for another one."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.forecast.forecast import AccuracyRange
from core.forecast.typed_range import LONGEST, Unclear, read_range, remark, show_range

PERCENTS = st.decimals(0, 100, places=2)


@pytest.mark.parametrize(
    "text",
    [
        *("93-97", "93 - 97", "93..97", "93...97", "93 to 97", "93%-97%", "93-97%", "97-93", "93.0-97.00"),
        *(
            "95 +- 2",
            "95+-2",
            "95 +/- 2",
            "95 \N{PLUS-MINUS SIGN} 2",
            "95% +- 2%",
            "95 +- 2%",
            "95%\N{PLUS-MINUS SIGN}2",
        ),
        *("0.93-0.97", "0.93..0.97", ".93-.97", "0,93 - 0,97", "0.95 +- 0.02", ".95+-.02", "93,0 - 97,0"),
        *("93\N{EN DASH}97", "93\N{MINUS SIGN}97", "93\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}97", "93 TO 97"),
    ],
)
def test_the_usual_ways_to_write_it_are_understood(text):
    assert read_range(text) == AccuracyRange(0.93, 0.97)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0-100", 0, 1),
        ("99 +- 2", 0.97, 1),
        ("1 - 5", 0.01, 0.05),
        ("0.5-1%", 0.005, 0.01),
        ("94,5 +- 0,5", 0.94, 0.95),
    ],
)
def test_ends_are_within_0_and_100(text, low, high):
    assert read_range(text) == AccuracyRange(low, high)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("95", "a single number says nothing of how sure you are"),
        ("93,97", "a single number"),
        ("0.95", "a single number"),
        ("0.93-97", "may be a share or percent"),
        ("0.93-97%", "may be a share or percent"),
        ("0-1", "percent or shares"),
        ("0.95 +- 2", "percent or shares"),
        ("0.95 +- 2%", "percent or shares"),
        ("1 +- 0.02", "percent or shares"),
        ("95 +- 0.02", "points, or 0.02 as a share?"),
        ("95 +- 0", "a range has a width"),
        ("95-95", "a range has a width"),
        ("93-107", "at most 100%"),
        ("107 +- 2", "at most 100%"),
        ("93 97", "not understood"),
        ("-5-10", "not understood"),
        ("about 95", "not understood"),
        ("93--97", "not understood"),
        ("1e1-20", "not understood"),
        ("", "not understood"),
        ("9" * (LONGEST + 1), "longer than"),
    ],
)
def test_what_may_be_two_things_is_asked_about(text, why):
    with pytest.raises(Unclear) as told:
        read_range(text)
    assert why in str(told.value)
    assert "\n" not in str(told.value)


@given(PERCENTS, PERCENTS)
def test_what_is_shown_is_read_as_the_same(one, other):
    if one != other:
        low, high = sorted([one, other])
        found = read_range(f"{low}%-{high}%")
        assert found == AccuracyRange(float(low / 100), float(high / 100))
        assert read_range(show_range(found)) == found


@given(st.text("0123456789.,%+-/ to\N{PLUS-MINUS SIGN}", max_size=20) | st.text(max_size=80))
def test_any_text_is_a_range_or_a_line(text):
    with suppress(Unclear):
        found = read_range(text)
        assert 0 <= found.low < found.high <= 1


def test_a_range_that_says_nothing_is_told_so():
    assert remark(AccuracyRange(0.0, 1.0)) == "100 points wide, which says nothing: whatever comes lies within"
    assert remark(AccuracyRange(0.5, 0.95)).startswith("45 points wide, which says little")
    assert remark(AccuracyRange(0.93, 0.97)) == "4 points wide"
    assert remark(AccuracyRange(0.94, 0.95)) == "1 point wide"
