"""The violins of a lab report: of every layer, before and after training, with the figures that they show."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.export.chart_svg import Figure, svg
from core.export.document import ChartGroup, Section, Table, Text
from core.export.format import RunSource
from core.export.formats.report import write_report
from core.export.html import as_html
from core.export.lab_report import lab_report
from core.export.markdown import as_markdown
from core.export.sections.weights import MOST, SIDE_BY_SIDE, weights
from core.formatting import show_weight
from core.inspection.violin import violin
from core.inspection.violin_pairs import InitialViolin, ViolinPair, value_axis
from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten
from core.plan.plan import Plan
from core.presets import Preset
from core.runs import checkpoint_file, initial_weights
from core.runs.folder import INITIAL_WEIGHTS
from core.runs.sessions import new_session
from core.runs.store import Store
from core.training.checkpoint import Checkpoint, TrainingState
from tests.benchmarks.many_runs import fill
from tests.core.export.reported import told
from tests.core.export.test_report_curves import SVG, frame, places
from tests.core.export.test_report_html import Document

TITLE = "Weights before and after training"


def pair(row: int, name: str = "kernel", label: str = "Dense 16 tanh") -> ViolinPair:
    draw = np.random.default_rng(row)
    after = draw.standard_t(2, 900) * row / 10
    before = np.zeros(9) if name == "bias" else draw.uniform(-0.5, 0.5, 900)
    return ViolinPair(row, label, name, violin(before), violin(after))


def layers(number: int) -> list[ViolinPair]:
    return [pair(row, name) for row in range(1, number + 1) for name in ("kernel", "bias")]


def figures(section: Section) -> list[Figure]:
    return [chart for block in section.blocks if isinstance(block, ChartGroup) for chart in block.charts]


def tables(section: Section) -> list[Table]:
    return [block for block in section.blocks if isinstance(block, Table)]


@pytest.mark.parametrize("number", [1, SIDE_BY_SIDE, SIDE_BY_SIDE + 1, MOST])
def test_every_layer_has_a_violin_over_one_axis_for_each_kind(number: int) -> None:
    pairs = layers(number)
    section = weights(pairs)
    for kind, name in (("weights", "kernel"), ("biases", "bias")):
        drawn = [figure for figure in figures(section) if figure.name.startswith(f"violins-{kind}")]
        of_kind = [one for one in pairs if one.name == name]
        assert [label for figure in drawn for _, label in figure.chart.x.labels] == [
            f"{one.row} Dense" for one in of_kind
        ]
        assert {figure.chart.y for figure in drawn} == {value_axis(of_kind)}
        sizes = [len(figure.chart.x.labels) for figure in drawn]
        assert max(sizes) <= SIDE_BY_SIDE
        assert max(sizes) - min(sizes) <= 1


def test_of_thousands_of_layers_some_are_shown_and_it_is_said() -> None:
    section = weights([pair(1 + row % 7, label=f"Dense {row + 1}") for row in range(3000)])
    shown = [row[0] for row in tables(section)[0].rows if row[0]]
    assert len(shown) == MOST
    assert (shown[0].split()[-1], shown[-1].split()[-1]) == ("1", "3000")
    assert any("48 of 3,000 layers" in block.text for block in section.blocks if isinstance(block, Text))


def test_the_table_has_the_figures_of_the_violins() -> None:
    one = pair(3)
    (table,) = tables(weights([one]))
    for row, when, drawn in zip(table.rows, ("before", "after"), one.both, strict=True):
        assert drawn.quartiles is not None
        expected = map(show_weight, (drawn.low, *drawn.quartiles, drawn.high))
        assert row == ("3 Dense 16 tanh" if when == "before" else "", "kernel", when, "900", *expected)


def test_what_is_constant_or_not_finite_is_said() -> None:
    odd = ViolinPair(2, "Dense 2", "kernel", violin(np.zeros(4)), violin(np.full(4, np.nan)))
    section = weights([odd])
    (figure,) = figures(section)
    assert "before training all 0, after training without a finite value" in figure.description
    assert tables(section)[0].rows[1][-1] == "4"
    assert "NaN" in svg(figure)


def test_that_quartiles_are_of_a_sample_is_said() -> None:
    many = ViolinPair(
        2, "Dense 2", "kernel", violin(np.zeros(4)), violin(np.random.default_rng(1).normal(size=200_000))
    )
    assert "131,072 values drawn" in tables(weights([many]))[0].caption


@pytest.mark.parametrize("number", [1, SIDE_BY_SIDE])
def test_a_chart_stays_in_its_frame_and_its_sides_apart(number: int) -> None:
    odd = ViolinPair(9, "Bidirectional 2", "recurrent_kernel", violin(np.zeros(4)), violin(np.full(4, np.nan)))
    for figure in figures(weights([*(pair(row) for row in range(1, number + 1)), odd])):
        picture = ET.fromstring(svg(figure))  # noqa: S314  # what we wrote ourselves
        left, top, right, bottom = frame(picture)
        assert all(left <= x <= right and top <= y <= bottom for x, y in places(picture))
        sides = [
            across(group)
            for group in picture.iter(f"{SVG}g")
            if group.find(f"{SVG}polygon[@class='violin']") is not None
        ]
        assert len(sides) == sum(len(half.outline) > 1 for half in figure.chart.violins)
        assert all(max(one) < min(other) for one, other in pairwise(sides))


def across(group: ET.Element) -> list[float]:
    """How far from the left the corners of a violin are."""
    return [float(point.split(",")[0]) for polygon in group for point in polygon.attrib.get("points", "").split()]


def test_it_is_in_the_report_and_its_ids_are_unique() -> None:
    report = lab_report(told(), None, violins=layers(8))
    document = Document(as_html(report))
    ids = list(document.values("id"))
    assert len(ids) == len(set(ids))
    assert "Violins of 1 Dense kernel: before training median" in "".join(document.texts)
    files = as_markdown(report, "lab")
    assert {"lab-violins-weights-a.svg", "lab-violins-weights-b.svg", "lab-violins-biases-a.svg"} <= files.keys()


@pytest.mark.parametrize(
    ("epochs", "violins", "said"),
    [(3, None, "without --quick computes it"), (0, None, "ended in its first epoch"), (3, (), "No layer has weights")],
)
def test_why_there_is_nothing_is_said(epochs: int, violins: tuple[ViolinPair, ...] | None, said: str) -> None:
    report = lab_report(told(epochs=epochs), None, violins=violins)
    (section,) = (section for section in report.sections if section.title == TITLE)
    assert said in str(section.blocks)


def test_a_report_of_what_is_in_the_run_needs_no_tensorflow(home: Path, tmp_path: Path) -> None:
    fill(home, 1)
    store = Store(home)
    folder = store.path(store.find("00000").id)
    kernel = np.random.default_rng(1).normal(size=(4, 4))
    checkpoint_file.write(folder, Checkpoint(TrainingState(10), (kernel,), (kernel,)), durably=False)
    initial_weights.write(folder, (InitialViolin(2, "kernel", 0, violin(kernel)),))
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from core.export.format import RunSource\n"
        "from core.export.formats.report import write_report\n"
        "from core.runs.folder import read\n"
        f"folder = Path({str(folder)!r})\n"
        f"write_report(Path({str(tmp_path / 'x.html')!r}), RunSource(read(folder), folder), evaluate=False)\n"
        "print('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
    assert "violins-weights-title" in (tmp_path / "x.html").read_text(encoding="utf-8")


@pytest.mark.keras
def test_of_a_run_that_has_none_they_are_computed_from_its_seed(home: Path, tmp_path: Path) -> None:
    store = Store(home)
    architecture = Architecture((28, 28), (Flatten(), Dense(4, "relu"), Dense(10, "softmax")))
    new_session(store, Preset("small", architecture, Plan(epochs=1, batch_size=500)), lambda _: None).run()
    run = store.find("last")
    source = RunSource(store.details(run.id), store.path(run.id))
    write_report(tmp_path / "kept.html", source)
    (source.folder / INITIAL_WEIGHTS).unlink()
    write_report(tmp_path / "computed.html", source)
    kept = (tmp_path / "kept.html").read_text(encoding="utf-8")
    assert "violins-biases-title" in kept
    assert (tmp_path / "computed.html").read_text(encoding="utf-8") == kept
    write_report(tmp_path / "quick.html", source, evaluate=False)
    assert "without --quick computes it" in (tmp_path / "quick.html").read_text(encoding="utf-8")
