"""Sorts and searches runs. Pure functions of the runs as listed."""

import re
from collections.abc import Callable, Iterable, Mapping
from operator import ge, gt, le, lt

from core.fields.struct import did_you_mean
from core.fields.types import FieldError, FloatField
from core.presets import printable_path
from core.runs.record import Run, RunError

__all__ = ["COLUMNS", "Searchable", "ignored_comparison_warning", "matching", "ordered"]

Value = float | str | None
Test = Callable[["_Entry"], bool]

COLUMNS: Mapping[str, Callable[[Run], Value]] = {
    "name": lambda run: run.name,
    "architecture": lambda run: run.architecture,
    "params": lambda run: run.metrics.params,
    "epochs": lambda run: run.metrics.epochs,
    "best": lambda run: run.metrics.best_val_accuracy,
    "last": lambda run: run.metrics.last_val_accuracy,
    "test": lambda run: run.metrics.test_accuracy,
    "train": lambda run: run.metrics.final_train_accuracy,
    "gap": lambda run: run.metrics.generalization_gap,
    "time": lambda run: run.metrics.seconds,
    "device": lambda run: run.device,
    "state": lambda run: run.state,
    "begun": lambda run: run.begun,
    "note": lambda run: run.label.note,
}
"""What runs can be sorted by: numbers and texts; empty texts and missing numbers come last."""

SHARES, POINTS, COUNTS = {"%": 0.01}, {"%": 0.01, "pp": 0.01}, {"k": 1e3, "m": 1e6, "g": 1e9}
COMPARED: Mapping[str, Mapping[str, float]] = {
    "params": COUNTS,
    "epochs": COUNTS,
    "best": SHARES,
    "last": SHARES,
    "test": SHARES,
    "train": SHARES,
    "gap": POINTS,
    "time": {"s": 1, "m": 60, "h": 3600},
}
"""The columns that can be compared with a number, each with its units."""

COMPARISON = re.compile(rf"({'|'.join(COMPARED)})(<=|>=|<|>|=)(?:(-?[\d.,]+)(pp|[a-z%]?))?")
COMPARE: Mapping[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


def ordered(runs: Iterable[Run], column: str, descending: bool = False) -> tuple[Run, ...]:
    """``runs`` sorted by a column; the sort is stable, and runs without a value come last.

    Raises `RunError` for a column that is not in `COLUMNS`.
    """
    if column not in COLUMNS:
        raise RunError(f"{printable_path(column)}: no such column{did_you_mean(column, COLUMNS)}")
    keyed = [(_sort_key(_value(run, column)), run) for run in runs]
    present = [(key, run) for key, run in keyed if key]
    present.sort(key=lambda pair: pair[0], reverse=descending)
    return (*(run for _, run in present), *(run for key, run in keyed if not key))


def matching(runs: Iterable[Run], query: str) -> tuple[Run, ...]:
    """The runs that match ``query``; see `Searchable`."""
    return Searchable(runs).matching(query)


def ignored_comparison_warning(query: str) -> str:
    """Why a word of ``query`` that looks like a comparison is searched as text; empty if there is none."""
    for word in _words(query):
        match = COMPARISON.fullmatch(word)
        if set(word) & set("<>=") and not (match and _comparison(*match.groups())):
            return f"{printable_path(word)}: a number can be compared with {', '.join(COMPARED)}"
    return ""


class Searchable:
    """Runs prepared for searching at every key press."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self._entries = tuple(_Entry(run) for run in runs)

    def matching(self, query: str) -> tuple[Run, ...]:
        """The runs that match every word of ``query``.

        A word is a comparison such as ``best>0.98``, ``test>=97%``, ``gap>0.02`` (or ``gap>2pp``), ``params<100k`` or
        ``epochs=10``, or ``#`` and part of a tag, or part of a name, note or other text of the run.
        """
        entries: Iterable[_Entry] = self._entries
        for word in _words(query):
            entries = list(filter(_test(word), entries))
        return tuple(entry.run for entry in entries)


def _words(query: str) -> list[str]:
    return re.sub(r"\s*(<=|>=|<|>|=)\s*", r"\1", query.casefold()).split()


class _Entry:
    """A run with its searchable texts."""

    __slots__ = ("run", "tags", "text")

    def __init__(self, run: Run) -> None:
        # Words of a query have no line breaks, so none matches across two texts.
        self.tags = "\n".join(f"#{tag}" for tag in run.label.tags).casefold()
        texts = (run.name, run.architecture, run.label.note, *run.label.tags, run.state, run.device, run.key)
        self.text = "\n".join(texts).casefold()
        self.run = run


def _test(word: str) -> Test:
    if word.startswith("#"):
        return lambda entry: word in entry.tags
    match = COMPARISON.fullmatch(word)
    return (_comparison(*match.groups()) if match else None) or (lambda entry: word in entry.text)


def _comparison(column: str, sign: str, number: str | None, unit: str) -> Test | None:
    """The test for ``params<100k``; for ``params<`` one that every run passes; None if it is not a comparison."""
    if number is None:
        return lambda _: True  # the number is still being typed
    units = COMPARED[column]
    try:
        bound = FloatField().parse(number)
    except FieldError:
        return None
    if unit and unit not in units:
        return None
    # 97 can only be percent; a gap of 1 is one percentage point, as a gap of 100 does not occur.
    percent = (units is SHARES and bound > 1) or (units is POINTS and abs(bound) >= 1)
    scale = units[unit] if unit else 0.01 if percent else 1.0
    fits = _predicate(sign, round(bound * scale, 9), _margin(number, bound) * scale)

    def test(entry: _Entry) -> bool:
        value = _value(entry.run, column)
        return isinstance(value, int | float) and fits(value)

    return test


def _predicate(sign: str, bound: float, margin: float) -> Callable[[float], bool]:
    if sign == "=":
        return lambda value: bound - margin <= value < bound + margin
    compare = COMPARE[sign]
    return lambda value: compare(value, bound)


def _margin(number: str, value: float) -> float:
    """Half a unit in the last digit of ``number``, which is ``value``: values this close are displayed the same."""
    decimals = re.search(r"[.,](\d*)$", number) if value < 1000 else None
    return 0.5 * 10.0 ** -len(decimals[1] if decimals else "")


def _value(run: Run, column: str) -> Value:
    """The value of ``run`` in a column; for an unreadable run hardly any is known."""
    if not run.readable and column not in ("name", "state"):
        return None
    value = COLUMNS[column](run)
    return None if value != value else value  # noqa: PLR0124  # NaN cannot be sorted


def _sort_key(value: Value) -> tuple[float | str, ...]:
    """Sorts numbers within texts naturally: lenet-5 before lenet-10. Empty for a missing value."""
    if isinstance(value, str):
        parts = re.split(r"(\d{1,18})", value.casefold()) if value else []
        return tuple(int(part) if index % 2 else part for index, part in enumerate(parts))
    return () if value is None else (value,)
