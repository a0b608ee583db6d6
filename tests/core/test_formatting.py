"""Percentages never claim more than is so."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.formatting import (
    show_accuracy,
    show_change,
    show_gap,
    show_percent,
    show_plain_percent,
    show_points,
    show_share,
)


@pytest.mark.parametrize(
    ("share", "digits", "shown"),
    [
        (1.0, 2, "100.00%"),
        (0.9997, 1, "99.97%"),
        (9997 / 10_000, 2, "99.97%"),
        (59_999 / 60_000, 2, "99.998%"),
        (0.999999, 2, ">99.99%"),
        (0.999999, 1, ">99.9%"),
        (0.999, 0, ">99%"),
        (0.0, 2, "0.00%"),
        (1 / 60_000, 2, "0.002%"),
        (1e-9, 2, "<0.001%"),
        (1e-9, 1, "<0.01%"),
        (0.001, 0, "<1%"),
        (0.98714, 2, "98.71%"),
        (float("nan"), 2, "NaN"),
        (None, 2, "-"),
    ],
)
def test_shares_in_percent(share: float | None, digits: int, shown: str) -> None:
    assert show_percent(share, digits) == shown


@given(st.floats(0, 1), st.integers(0, 4))
def test_only_all_is_100_and_only_nothing_is_0(share: float, digits: int) -> None:
    shown = show_percent(share, digits)
    sign, number = re.fullmatch(r"([<>]?)(\d+(?:\.\d+)?)%", shown).groups()  # type: ignore[union-attr]  # it matches
    assert len(shown) <= len(show_percent(1.0, digits)), "no column has to be wider"
    assert (float(number) == 100) == (share == 1)
    assert (float(number) == 0) == (share == 0)
    if sign == "<":
        assert 100 * share < float(number)
    elif sign == ">":
        assert 100 * share > float(number)
    else:
        assert abs(float(number) - 100 * share) <= 0.5 * 10.0**-digits + 1e-9


@given(st.integers(1, 10**6), st.data())
def test_one_mistake_is_never_100_percent(examples: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, examples))
    assert show_accuracy(right / examples).startswith("100") == (right == examples)


@given(st.floats(0, 1), st.integers(1, 6))
def test_as_a_fraction_only_all_is_1_and_only_nothing_is_0(share: float, digits: int) -> None:
    shown = show_share(share, digits)
    assert len(shown) == 2 + digits
    assert (float(shown) == 1) == (share == 1)
    assert (float(shown) == 0) == (share == 0)
    assert abs(float(shown) - share) <= 10.0**-digits


@pytest.mark.parametrize(
    ("gap", "shown"), [(0.0142, "1.42 pp"), (-0.001, "-0.10 pp"), (-1e-9, "0.00 pp"), (0.0, "0.00 pp"), (None, "-")]
)
def test_gaps_are_in_percentage_points(gap: float | None, shown: str) -> None:
    assert show_gap(gap) == shown


def test_a_change_takes_all_away_only_where_nothing_is_left() -> None:
    assert show_change(61_706, 100) == "61,706 -> 100 (>-100%)".replace(">-100%", "-99.8%")
    assert show_change(61_706, 0) == "61,706 -> 0 (-100%)"


def test_points_and_percentages_as_typed() -> None:
    assert [show_plain_percent(share) for share in (0.93, 0.005, 1.0, 0.9449)] == ["93%", "0.5%", "100%", "94.49%"]
    assert [show_points(share) for share in (0.04, 0.01, 0.005)] == ["4 points", "1 point", "0.5 points"]


def test_nobody_formats_a_percentage_by_himself() -> None:
    root = Path(core.__file__).parents[1]
    own = re.compile(r":[+]?(\.\d)?%\}|100 ?\* ?\w|\* ?100\b")
    found = [
        f"{path.relative_to(root)}:{number}: {line.strip()}"
        for folder in ("core", "tui")
        for path in sorted((root / folder).rglob("*.py"))
        if path.name not in ("formatting.py", "script.py")  # a script that is exported has only Python's own
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if own.search(line)
    ]
    assert found == []
