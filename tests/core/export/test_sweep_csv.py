"""Tables of a sweep, read back with all their digits; nothing in them is computed by a spreadsheet."""

import csv
import json
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.export.escaping import cell
from core.export.sweep_csv import settings_csv, trials_csv
from core.sweeps.record import TrialRecord
from core.sweeps.results import results
from core.sweeps.sweep import METRICS
from tests.core.export.swept import RATES, TWO, records_of, swept


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text), strict=True))


def number(text: str) -> float | None:
    return float(text) if text else None


@given(st.data())
def test_every_trial_is_a_row_that_reads_back_as_it_was(data: st.DataObject) -> None:
    value = st.none() | st.floats(-1e30, 1e30)
    records = records_of(RATES, lambda _: data.draw(value))
    found = rows(trials_csv(RATES, records))
    assert [int(row["trial"]) for row in found] == sorted(records)
    for row in found:
        record = records[int(row["trial"])]
        assert float(row["plan.optimizer.learning_rate"]) == record.values[0][1]
        assert (int(row["seed"]), row["state"]) == (record.seed, record.state)
        assert [number(row[metric]) for metric in METRICS] == [record.value(metric) for metric in METRICS]
        assert float(row["seconds"]) == record.seconds
        assert (row["run"] or None, row["message"]) == (record.run, record.message)


def test_every_setting_is_a_row_with_its_estimate() -> None:
    sweep, records = swept(TWO)
    found = results(sweep, records)
    table = rows(settings_csv(sweep, found))
    assert list(table[0]) == ["layers[1].units", "plan.optimizer", "n", "mean", "std", "low", "high", "seconds"]
    assert len(table) == len(found.settings)
    for row, each in zip(table, found.settings, strict=True):
        of = each.estimate
        assert (int(row["n"]), float(row["mean"]), number(row["std"])) == (of.n, of.mean, of.std)
        assert (number(row["low"]), number(row["high"]), float(row["seconds"])) == (of.low, of.high, each.seconds)
        assert int(row["layers[1].units"]) == each.values[0][1]
    assert json.loads(table[2]["plan.optimizer"]) == {"name": "sgd", "learning_rate": 0.5}


def test_without_a_trial_there_are_only_the_headings() -> None:
    assert rows(trials_csv(RATES, {})) == []
    assert settings_csv(RATES, results(RATES, {})).count("\n") == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r\n=", " =", "\N{FULLWIDTH EQUALS SIGN}"])
def test_no_text_is_a_formula(start: str) -> None:
    text = f'{start}HYPERLINK("http://x","y")'
    values = (("plan.optimizer.learning_rate", text),)
    record = TrialRecord(0, values, 1, "failed", message=text, run=text)
    (row,) = rows(trials_csv(RATES, {0: record}))
    assert row["plan.optimizer.learning_rate"][0] == row["message"][0] == row["run"][0] == "'"


@given(st.text())
def test_a_cell_is_one_line_that_can_be_encoded_and_starts_no_formula(text: str) -> None:
    found = cell(text)
    assert found.isprintable()
    found.encode()
    assert not found.startswith(("=", "+", "-", "@"))
