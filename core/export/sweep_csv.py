"""A sweep as comma-separated values: a row for each trial, or for each setting, with all digits of every number."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

from core.export.escaping import cell
from core.sweeps.record import TrialRecord
from core.sweeps.results import SweepResults
from core.sweeps.sweep import METRICS, Setting, Sweep
from core.sweeps.values import Value

__all__ = ["settings_csv", "trials_csv"]


def trials_csv(sweep: Sweep, records: Mapping[int, TrialRecord]) -> str:
    """A row for each trial that has ended, in their order: its values, its seed, and what it came to.

    Accuracies are shares, losses means over examples, times in seconds; what was not measured is an empty cell.
    """
    addresses = _addresses(sweep)
    head = ("trial", *addresses, "seed", "state", *METRICS, "seconds", "run", "message")
    rows = (
        (
            record.number,
            *_values(addresses, record.values),
            record.seed,
            record.state,
            *(record.value(metric) for metric in METRICS),
            record.seconds,
            record.run,
            record.message,
        )
        for _, record in sorted(records.items())
    )
    return _table(head, rows)


def settings_csv(sweep: Sweep, found: SweepResults) -> str:
    """A row for each setting of which a trial has finished, in the order of the sweep.

    ``mean``, ``std`` and the ends of the 95% interval are in the unit of the sweep's metric; ``seconds`` are those of
    an average trial.
    """
    addresses = _addresses(sweep)
    rows = (
        (
            *_values(addresses, each.values),
            each.estimate.n,
            each.estimate.mean,
            each.estimate.std,
            each.estimate.low,
            each.estimate.high,
            each.seconds,
        )
        for each in found.settings
    )
    return _table((*addresses, "n", "mean", "std", "low", "high", "seconds"), rows)


def _addresses(sweep: Sweep) -> tuple[str, ...]:
    return tuple(address for each in sweep.vary for address in each.addresses)


def _values(addresses: Sequence[str], setting: Setting) -> tuple[Value | None, ...]:
    known = dict(setting)
    return tuple(known.get(address) for address in addresses)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(cell, head))
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    """Numbers with all their digits, whole tables as JSON, texts so that a spreadsheet computes nothing."""
    if isinstance(value, bool | dict):
        return cell(json.dumps(value))
    return cell(value) if isinstance(value, str) else value
