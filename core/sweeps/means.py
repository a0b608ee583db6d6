"""The means of a sweep of two fields as a table: a row for each value of the one, a column for each of the other."""

from msgspec import Struct

from core.sweeps.charts import field_name
from core.sweeps.results import SettingResult, SweepResults, rank_key, ranked
from core.sweeps.sweep import Setting, Sweep, Vary
from core.sweeps.values import show_value, value_key

__all__ = ["MeanTable", "is_grid", "mean_table"]


class MeanTable(Struct, frozen=True):
    """Means by the values of two fields, as rows of columns."""

    row_field: str
    column_field: str
    rows: tuple[str, ...]
    """The values of the field that goes down, as text."""
    columns: tuple[str, ...]
    means: tuple[tuple[float | None, ...], ...]
    """None where no trial has finished."""
    shades: tuple[tuple[float, ...], ...]
    """By rank, from 0 for the worst to 1 for the best, and equal for equal ones."""
    best: tuple[int, int] | None
    """The row and the column of the best mean."""


def is_grid(sweep: Sweep) -> bool:
    """Whether all values of one field are trained with all of another."""
    return len(sweep.vary) == 2 and sweep.choose == "grid"


def mean_table(sweep: Sweep, found: SweepResults) -> MeanTable:
    """The means of ``sweep``, which varies two fields; the one with fewer values goes across."""
    rows, columns = sorted(sweep.vary, key=lambda each: -len(each.values))
    order = ranked(sweep, found.settings)
    places = [_keys(each.values, rows, columns) for each in order]
    means = dict(zip(places, (each.estimate.mean for each in order), strict=True))
    shades = dict(zip(places, _shades(sweep, order), strict=True))
    row_keys, column_keys = ([value_key(value) for value in each.values] for each in (rows, columns))
    return MeanTable(
        field_name(rows),
        field_name(columns),
        tuple(map(show_value, rows.values)),
        tuple(map(show_value, columns.values)),
        tuple(tuple(means.get((row, column)) for column in column_keys) for row in row_keys),
        tuple(tuple(shades.get((row, column), 0.0) for column in column_keys) for row in row_keys),
        (row_keys.index(places[0][0]), column_keys.index(places[0][1])) if places else None,
    )


def _shades(sweep: Sweep, order: list[SettingResult]) -> list[float]:
    """Shades of settings that come best first."""
    keys = [rank_key(sweep, each) for each in order]
    levels = {key: level for level, key in enumerate(sorted(set(keys), reverse=True))}
    return [levels[key] / max(1, len(levels) - 1) for key in keys]


def _keys(setting: Setting, rows: Vary, columns: Vary) -> tuple[str, str]:
    values = dict(setting)
    return value_key(values[rows.addresses[0]]), value_key(values[columns.addresses[0]])
