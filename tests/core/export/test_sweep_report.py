"""The report of a sweep: each setting with its repeats, what can be said of them, and what failed."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.export.chart_svg import Figure, svg
from core.export.document import Block, ChartGroup, Report, Section, Table, Text
from core.export.html import as_html
from core.export.markdown import as_markdown
from core.export.sweep_files import sweep_text, write_sweep
from core.export.sweep_report import SweepSource, sweep_report, sweep_source
from core.sweeps import sweep_file
from core.sweeps.results import results, verdict
from core.sweeps.sweep import Sweep
from tests.core.export.swept import HOSTILE, RATES, TWO, kept, swept
from tests.core.export.test_report_html import Document

ID = "20260102-030405-rates-k3x9a"


def report_of(sweep: Sweep, failed: dict[int, str] | None = None) -> Report:
    return sweep_report(SweepSource(ID, *swept(sweep, failed), 1_767_323_045.0))


def blocks(report: Report) -> list[Block]:
    return [block for section in report.sections for block in section.blocks]


def section(report: Report, title: str) -> Section:
    return next(each for each in report.sections if each.title == title)


def tables(report: Report) -> list[Table]:
    return [block for block in blocks(report) if isinstance(block, Table)]


def figure(report: Report) -> Figure:
    (group,) = (block for block in blocks(report) if isinstance(block, ChartGroup))
    return group.charts[0]


@pytest.mark.parametrize(("sweep", "settings"), [(RATES, 5), (TWO, 9)])
def test_the_chart_has_a_dot_for_each_trial_and_a_bar_for_each_setting(sweep: Sweep, settings: int) -> None:
    drawn = svg(figure(report_of(sweep)))
    assert len(re.findall(r'<circle class="dot"', drawn)) == settings * sweep.repeats
    assert len(re.findall(r'<polyline class="bar"', drawn)) == settings
    assert all(f">{curve.name}<" in drawn for curve in figure(report_of(sweep)).chart.curves)


def test_a_single_seed_has_a_dot_and_no_bar() -> None:
    drawn = svg(figure(report_of(replace(RATES, repeats=1))))
    assert drawn.count('class="dot"') == 5
    assert 'class="bar"' not in drawn


def test_bars_have_the_height_of_two_standard_deviations() -> None:
    report = report_of(RATES)
    chart, drawn = figure(report).chart, svg(figure(report))
    found = results(*swept(RATES)).settings
    heights = []
    for points in re.findall(r'class="bar" points="([^"]+)"', drawn):
        levels = {float(point.split(",")[1]) for point in points.split()}
        heights.append(max(levels) - min(levels))
    share = [2 * each.estimate.std / (chart.y.high - chart.y.low) for each in found]
    assert heights == pytest.approx([220 * each for each in share], abs=0.2)


def test_long_labels_are_turned_and_have_room() -> None:
    names = [f'"{name}"' for name in ("sigmoid", "softplus", "leaky_relu", "hard_sigmoid", "hard_swish", "exponential")]
    text = f'base = "ffnn-500"\n[[vary]]\nfield = "layers[1].activation"\nvalues = [{", ".join(names)}]\n'
    drawn = svg(figure(report_of(sweep_file.loads(text, "x.toml"))), alone=True)
    assert drawn.count("rotate(-40") == 6
    assert "rotate" not in svg(figure(report_of(RATES)))


def test_settings_have_their_numbers_and_the_best_is_marked() -> None:
    report = report_of(RATES)
    table = next(each for each in tables(report) if each.columns[0].title == "Setting" and each.rows[0][0] == "1")
    assert [column.title for column in table.columns[1:]] == [
        "optimizer.learning_rate", "n", "Mean", "Std", "95% interval", "Time",
    ]  # fmt: skip
    assert table.rows[2][:4] == ("3", "0.01", "6", "97.20%")
    assert table.marked == (2,)


def test_every_comparison_has_its_verdict() -> None:
    sweep, records = swept(RATES)
    found = results(sweep, records)
    table = section(report_of(RATES), "What makes a difference").blocks[1]
    assert isinstance(table, Table)
    assert {row[-1] for row in table.rows} == {verdict(sweep, found, each) for each in found.comparisons}
    assert table.rows[0][:2] == ("0.01", "0.001")
    told = section(report_of(RATES), "Validation accuracy of each setting").blocks[0]
    assert isinstance(told, Text)
    assert told.text.startswith("The best mean is that of optimizer.learning_rate = 0.01: 97.20%")
    assert told.text.endswith("any of 4 other settings: it takes at least 9 seeds.")
    enough = section(report_of(replace(RATES, repeats=12)), "Validation accuracy of each setting").blocks[0]
    assert isinstance(enough, Text)
    assert enough.text.endswith("It is better than 4 of 4 other settings by more than the seeds explain.")


def test_two_fields_have_a_table_of_means_with_numbers_in_its_cells() -> None:
    (table,) = (each for each in tables(report_of(TWO)) if each.heat)
    assert table.columns[0].title == "layers[1].units \\ optimizer"
    assert [column.title for column in table.columns[1:]] == ["sgd", "adam", "sgd learning_rate=0.5"]
    assert table.rows[0] == ("8", "96.43%", "96.83%", "97.23%")
    assert table.heat is not None
    assert table.heat[0][2] == max(map(max, table.heat)) == 1.0
    lower = report_of(replace(TWO, metric="val_loss"))
    (table,) = (each for each in tables(lower) if each.heat)
    assert table.heat is not None
    assert table.heat[0][2] == 0.0


def test_a_combination_without_a_trial_is_a_dash() -> None:
    (table,) = (each for each in tables(report_of(replace(TWO, limit=8))) if each.heat)
    assert table.rows[2][3] == "-"


def test_failed_trials_are_told_with_their_reasons() -> None:
    report = report_of(RATES, {0: "the loss became NaN", 7: ""})
    (table,) = section(report, "Failed trials").blocks
    assert isinstance(table, Table)
    assert table.rows == (("0", "0.0001", "1", "the loss became NaN"), ("7", "0.01", "2", "-"))
    assert ("Failed", "2") in report.highlights
    assert ("Trials finished", "28 of 30") in report.highlights


def test_one_that_has_not_begun_or_varies_nothing_is_a_report_too() -> None:
    empty = sweep_report(SweepSource(ID, RATES, {}))
    assert "No trial has finished yet." in as_html(empty)
    alone = sweep_file.loads('base = "ffnn-10"\nrepeats = 4\n', "x.toml")
    text = as_html(report_of(alone))
    assert "Nothing but the seed" in text
    assert text.count('class="dot"') == 4


def test_markup_in_names_values_and_reasons_is_escaped() -> None:
    preset = replace(RATES.base, name="ffnn")
    sweep = sweep_file.Sweep(
        HOSTILE,
        HOSTILE,
        preset,
        (sweep_file.read_vary(0, {"field": "preset", "values": [HOSTILE, "b | `c`"]}),),
        presets=((HOSTILE, preset), ("b | `c`", preset)),
    )
    report = report_of(sweep, {0: HOSTILE})
    text = as_html(report)
    document = Document(text)
    assert {tag for tag, _ in document.elements}.isdisjoint({"script", "img", "iframe"})
    assert HOSTILE in "".join(document.texts)
    files = as_markdown(report, "x")
    assert not any(re.search(r"(?<!\\)<script", content) for content in files.values())


def test_it_is_written_as_html_and_as_markdown_with_its_chart(tmp_path: Path) -> None:
    source = sweep_source(kept(RATES, {3: "NaN"}))
    assert write_sweep(source, "report", tmp_path / "a.html") == (tmp_path / "a.html",)
    assert (tmp_path / "a.html").read_text() == sweep_text(source, "report")
    write_sweep(source, "report", tmp_path / "a.md")
    assert (tmp_path / "a-sweep.svg").read_text().startswith("<svg")
    assert "a-sweep.svg" in (tmp_path / "a.md").read_text()
    with pytest.raises(FileExistsError):
        write_sweep(source, "report", tmp_path / "a.md")
    write_sweep(source, "report", tmp_path / "a.md", force=True)
    assert write_sweep(source, "csv", tmp_path / "t.csv") == (tmp_path / "t.csv", tmp_path / "t-settings.csv")
