"""Terminals without UTF-8: every sign has a counterpart in ASCII of the same width, in the app and the command line."""

import ast
import io
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.tui.driving import GOLDEN
from tests.tui.on_terminal import on_terminal
from tui.ascii_signs import AsciiStream, ascii_only, in_ascii
from tui.output import Column, Output

ROOT = Path(__file__).parents[2]
SUMMARY = [sys.executable, "-m", "tui", "summary", "lecture-7x7-stride-3"]


def signs_of_sources() -> set[str]:
    """What the strings of LayerLab's sources contain."""
    sources = [path for folder in ("core", "tui") for path in (ROOT / folder).rglob("*.py")]
    nodes = (node for path in sources for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {letter for text in texts for letter in text if letter.isprintable()}


def signs_of_screens() -> set[str]:
    return {letter for path in GOLDEN.rglob("*.txt") for letter in path.read_text(encoding="utf-8")}


@pytest.mark.parametrize("signs", [signs_of_sources, signs_of_screens], ids=["sources", "screens"])
def test_every_sign_has_a_counterpart_of_one_cell(signs):
    others = sorted(letter for letter in signs() if not letter.isascii())
    assert len(others) > 30
    for letter in others:
        plain = in_ascii(letter)
        assert plain.isascii(), letter
        assert plain != "?", letter
        assert cell_len(letter) == len(plain) == 1, letter


def test_what_is_drawn_stays_what_it_is():
    assert in_ascii("28×28×6 → 784 ▾ ▸ ✓") == "28x28x6 > 784 v > +"
    assert in_ascii("⌊(14 − 5) / 1⌋ + 1") == "[(14 - 5) / 1] + 1"
    assert in_ascii("╭─ Stack ─╮│╰╯ ▁▄█") == "+- Stack -+|++ __#"
    assert in_ascii("⠀⠉⣀⡇⣿") == " '.::"
    assert in_ascii("28²×6") != "282x6"


def test_letters_stay_where_the_encoding_has_them_and_widths_always():
    assert in_ascii("Größe") == "Gr??e"
    assert in_ascii("Größe", "latin-1") == "Größe"
    assert in_ascii("数字!", "latin-1") == "????!"


def test_another_encoding_or_the_locale_c_make_it_ascii(monkeypatch):
    monkeypatch.delenv("LC_ALL", raising=False)
    for encoding, plain in {"utf-8": False, "UTF8": False, "ascii": True, "iso8859-1": True, "cp437": True}.items():
        assert ascii_only(io.TextIOWrapper(io.BytesIO(), encoding)) == plain
    assert not ascii_only(io.StringIO())
    monkeypatch.setenv("LC_ALL", "C")
    assert not ascii_only(io.StringIO())  # a file


def test_a_table_is_written_in_ascii():
    raw = io.BytesIO()
    out = Output(io.TextIOWrapper(raw, "latin-1", write_through=True))
    out.line("⌊7 − 3⌋ → Größe")
    out.table([Column("×")], [["▁"]])
    assert isinstance(out.stream, AsciiStream)
    assert raw.getvalue().decode("latin-1").splitlines() == ["[7 - 3] > Größe", "x", "_"]


def test_the_command_line_has_signs_on_a_terminal_and_ascii_in_a_pipe():
    with on_terminal(SUMMARY) as terminal:
        seen = terminal.to_the_end()
    assert "7×7×1" in seen
    assert "1·3×3 /3" in seen
    done = subprocess.run(SUMMARY, capture_output=True, text=True, check=True)
    assert "7x7x1" in done.stdout
    assert done.stdout.isascii()


@pytest.mark.parametrize(
    "environ",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0"},
    ],
    ids=" ".join,
)
def test_the_command_line_is_ascii_where_the_terminal_is(environ, monkeypatch):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with on_terminal(SUMMARY) as terminal:
        seen = terminal.to_the_end()
    assert seen.isascii()
    assert "7x7x1" in seen
    assert "?" not in seen


def test_the_app_is_ascii_where_the_terminal_is(monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    with on_terminal([sys.executable, "-m", "tui", "lenet-5"]) as terminal:
        seen = terminal.until(lambda text: "28x28x1" in text and "Stack" in text)
        assert seen.isascii()
        assert "\\u" not in seen
        terminal.type("q")
        assert terminal.to_the_end().isascii()
