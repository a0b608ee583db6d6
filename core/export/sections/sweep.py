"""The parts of a sweep's report: its settings over their seeds, the verdicts, and the trials that failed."""

from collections.abc import Iterator, Sequence

from core.export.chart_svg import Figure
from core.export.document import Block, ChartGroup, Column, Section, Table, Text
from core.formatting import NONE, show_amount, show_count, show_duration, show_percent
from core.sweeps.charts import METRIC_NAMES, MOST_PLACES, field_name, spread_chart
from core.sweeps.effects import field_effects
from core.sweeps.means import MeanTable, mean_table
from core.sweeps.record import TrialRecord
from core.sweeps.results import (
    MOST_COMPARED,
    SettingResult,
    SweepResults,
    ranked,
    show_difference,
    show_metric,
    show_setting,
    verdict,
)
from core.sweeps.statistics import Comparison
from core.sweeps.sweep import Setting, Sweep
from core.sweeps.values import show_value

__all__ = ["comparisons", "effects", "failures", "settings"]

MOST_ROWS, MOST_COLUMNS = 40, 12
"""Of a table of means."""
MOST_SETTINGS = 200
"""Rows of the table of settings; the best of more."""
MOST_FAILED = 100


def settings(sweep: Sweep, found: SweepResults) -> Section:
    """The chart, the table of means of two fields, and the table of all settings."""
    title = f"{METRIC_NAMES[sweep.metric].capitalize()} of each setting"
    if not found.settings:
        return Section(title, (Text("No trial has finished yet."),))
    blocks: list[Block] = [Text(_best(sweep, found)), *_chart(sweep, found)]
    if len(sweep.vary) == 2:
        blocks += _means(sweep, mean_table(sweep, found))
    blocks += [_table(sweep, found), Text(ESTIMATES, quiet=True)]
    return Section(title, tuple(blocks))


def effects(sweep: Sweep, found: SweepResults) -> Section:
    """What each of three or more fields does, whatever the others are."""
    rows = []
    for effect in field_effects(sweep, found):
        share = NONE if effect.share is None else show_percent(effect.share, 0)
        for number, group in enumerate(effect.groups):
            first = (effect.field, share) if number == 0 else ("", "")
            rows.append((*first, group.label, show_count(group.settings), show_metric(sweep, group.mean)))
    table = Table(
        f"Means of {METRIC_NAMES[sweep.metric]} for the values of each field, whatever the others are",
        (Column("Field", "code"), Column("Explains"), Column("Value", "text"), Column("Settings"), Column("Mean")),
        tuple(rows),
    )
    return Section("What each field does", (Text(EFFECTS, quiet=True), table))


ESTIMATES = (
    "Std is the sample standard deviation over the seeds, with n - 1 in the denominator. The interval is that of the "
    "mean: a bootstrap, bias-corrected and accelerated. Time is that of an average trial."
)
EFFECTS = (
    "Explains is the share of the variance between settings that a field accounts for by itself (omega squared): not "
    "what it does together with others, nor what is the seeds'. Many numbers are taken together in ranges."
)
TESTS = (
    "Settings are compared seed by seed. One is better than another if a sign-flip permutation test over the seeds "
    "that both have, corrected by Holm's method for all comparisons here, gives p of at most 5%, and the 95% interval "
    "of their difference excludes 0. Otherwise the difference is within the noise of the seeds, or there are too few."
)


def comparisons(sweep: Sweep, found: SweepResults) -> Section:
    """What can be said about each pair of the best settings."""
    title = "What makes a difference"
    if not found.comparisons:
        return Section(title, (Text("There are no two settings to compare."),))
    best = ranked(sweep, found.settings)
    by = "" if len(best[0].values) == 1 else ", by their numbers in the table of settings"
    order = {each.index: rank for rank, each in enumerate(best)}
    told = sorted(found.comparisons, key=lambda each: sorted((order[each.a], order[each.b])))
    table = Table(
        f"Pairs of settings{by}, the better one first, with mean and standard deviation over the seeds that both have",
        (
            Column("Setting", "text"),
            Column("Against", "text"),
            Column("Difference"),
            Column("95% interval"),
            Column("p"),
            Column("Verdict", "text"),
        ),
        tuple(_comparison(sweep, found, each) for each in told),
        marked=tuple(row for row, each in enumerate(told) if each.verdict == "better"),
    )
    blocks: list[Block] = [Text(TESTS, quiet=True), table]
    if len(best) > MOST_COMPARED:
        blocks.append(
            Text(f"Only the best {MOST_COMPARED} of {show_count(len(best))} settings are compared.", quiet=True)
        )
    return Section(title, tuple(blocks))


def failures(sweep: Sweep, found: SweepResults) -> Section:
    """The trials that failed, and why."""
    if not found.failed:
        return Section("Failed trials", (Text("No trial has failed."),))
    table = Table(
        f"{show_amount(len(found.failed), 'trial')} failed and count for no mean",
        (Column("Trial"), Column(_heading(sweep), "text"), Column("Seed"), Column("Reason", "text")),
        tuple(_failure(record) for record in found.failed[:MOST_FAILED]),
    )
    more = len(found.failed) - MOST_FAILED
    return Section(
        "Failed trials", (table, *([Text(f"{show_count(more)} more failed.", quiet=True)] if more > 0 else []))
    )


def _best(sweep: Sweep, found: SweepResults) -> str:
    best = ranked(sweep, found.settings)[0]
    of = best.estimate
    spread = "" if of.std is None else f" \N{PLUS-MINUS SIGN} {show_difference(sweep, of.std)}"
    named = f" of {_named(sweep, best.values)}" if sweep.vary else ""
    text = f"The best mean is that{named}: {show_metric(sweep, of.mean)}{spread} over {show_amount(of.n, 'seed')}."
    if not sweep.vary:
        text = f"The mean is {show_metric(sweep, of.mean)}{spread} over {show_amount(of.n, 'seed')}."
    return f"{text} {_against(best, found)}".rstrip()


def _against(best: SettingResult, found: SweepResults) -> str:
    """Whether the best setting is better than those that it is compared with, in a sentence."""
    against = [each for each in found.comparisons if best.index in (each.a, each.b)]
    if not against:
        return ""
    others = show_amount(len(against), "other setting")
    if all(each.verdict == "too few seeds" for each in against):
        fewest = show_amount(against[0].fewest, "seed")
        return f"There are too few seeds to say whether it is better than any of {others}: it takes at least {fewest}."
    better = sum(each.verdict == "better" and each.a == best.index for each in against)
    return f"It is better than {show_count(better) if better else 'none'} of {others} by more than the seeds explain."


def _chart(sweep: Sweep, found: SweepResults) -> Iterator[Block]:
    chart = spread_chart(sweep, found)
    if chart is None:
        return
    shown = min(len(found.settings), len(chart.spreads))
    means = "; ".join(
        f"{show_setting(each.values)}: {show_metric(sweep, each.estimate.mean)}"
        for each in ranked(sweep, found.settings)[:MOST_COMPARED]
    )
    description = f"The {chart.title} of {show_amount(shown, 'setting')}, the best first: {means}."
    yield ChartGroup((Figure("sweep", description, chart),))
    text = (
        "A dot is a trial, from left to right by seed; the mark is their mean, and the bar reaches a standard "
        "deviation to either side."
    )
    if shown < len(found.settings):
        text += f" Only the best {MOST_PLACES} settings are shown."
    yield Text(text, quiet=True)


def _means(sweep: Sweep, table: MeanTable) -> Iterator[Block]:
    """The means of two fields: a row for each value of the one, a column for each of the other."""
    if len(table.rows) > MOST_ROWS or len(table.columns) > MOST_COLUMNS:
        return
    yield Table(
        f"Mean {METRIC_NAMES[sweep.metric]}: a row for each {table.row_field}, a column for each "
        f"{table.column_field}; shaded by rank, the best the strongest",
        (Column(f"{table.row_field} \\ {table.column_field}"), *map(Column, table.columns)),
        tuple(
            (value, *(show_metric(sweep, mean) for mean in row))
            for value, row in zip(table.rows, table.means, strict=True)
        ),
        heat=table.shades,
    )


def _table(sweep: Sweep, found: SweepResults) -> Table:
    best = ranked(sweep, found.settings)
    shown: Sequence[SettingResult] = found.settings
    caption = "Settings over their seeds; the best mean is highlighted"
    if len(shown) > MOST_SETTINGS:
        shown = best[:MOST_SETTINGS]
        caption = f"The best {show_count(MOST_SETTINGS)} of {show_count(len(best))} settings over their seeds"
    return Table(
        caption,
        (
            Column("Setting"),
            *(Column(field_name(each), "text") for each in sweep.vary),
            Column("n"),
            Column("Mean"),
            Column("Std"),
            Column("95% interval"),
            Column("Time"),
        ),
        tuple(_row(sweep, each) for each in shown),
        marked=tuple(row for row, each in enumerate(shown) if each is best[0]),
    )


def _row(sweep: Sweep, result: SettingResult) -> tuple[str, ...]:
    of, values = result.estimate, dict(result.values)
    return (
        str(result.index + 1),
        *(show_value(values[each.addresses[0]]) for each in sweep.vary),
        show_count(of.n),
        show_metric(sweep, of.mean),
        NONE if of.std is None else show_difference(sweep, of.std),
        NONE if of.low is None or of.high is None else f"{show_metric(sweep, of.low)} to {show_metric(sweep, of.high)}",
        show_duration(result.seconds),
    )


def _comparison(sweep: Sweep, found: SweepResults, of: Comparison) -> tuple[str, ...]:
    interval = NONE
    if of.low is not None and of.high is not None:
        interval = f"{show_difference(sweep, of.low)} to {show_difference(sweep, of.high)}"
    return (
        _short(found.setting(of.a)),
        _short(found.setting(of.b)),
        show_difference(sweep, of.difference),
        interval,
        NONE if of.p is None else f"{of.p:.2g}",
        verdict(sweep, found, of),
    )


def _short(result: SettingResult) -> str:
    """Its only value, or where there are several its number in the table of settings."""
    return show_setting(result.values) if len(result.values) == 1 else str(result.index + 1)


def _failure(record: TrialRecord) -> tuple[str, ...]:
    return str(record.number), show_setting(record.values), str(record.seed), record.message or NONE


def _heading(sweep: Sweep) -> str:
    return field_name(sweep.vary[0]) if len(sweep.vary) == 1 and len(sweep.vary[0].addresses) == 1 else "Setting"


def _named(sweep: Sweep, setting: Setting) -> str:
    shown = show_setting(setting)
    return f"{field_name(sweep.vary[0])} = {shown}" if len(setting) == 1 else shown
