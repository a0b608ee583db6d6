"""Text of people and files: what could steer its reader is shown as an escape, in one place, and nothing is endless."""

import json
import re
import sys
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import sanitize
from core.export.escaping import code, inline, markup
from core.strict_json import to_json

ROOT = Path(__file__).parents[2]
UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def test_every_character_that_nobody_sees_is_shown_as_its_escape() -> None:
    assigned = 0x30000
    for number in (*range(assigned), *range(assigned, sys.maxunicode + 1, 0x101), 0xE0001, sys.maxunicode):
        each = chr(number)
        if category(each) in UNSAFE:
            told = sanitize.escaped(f"a{each}b")
            assert told.isascii()
            assert told.encode().decode("unicode_escape") == f"a{each}b"
        elif not each.isspace():
            assert sanitize.escaped(each) == each


@pytest.mark.parametrize(
    "each", ["\u061c", "\u200e", "\u202e", "\u2066", "\xad", "\u200d", "\ufeff", "\U000e0001", "\U000e0041", "\ufff9"]
)
def test_format_characters_are_seen_wherever_text_is_shown(each: str) -> None:
    escape = each.encode("unicode_escape").decode()
    for show in (
        sanitize.escaped,
        sanitize.one_line,
        sanitize.printable_path,
        sanitize.quoted_name,
        sanitize.quoted,
        markup,
        code,
    ):
        assert escape in show(f"a{each}b")
        assert each not in show(f"a{each}b")
    assert inline(f"a{each}b") == f"a\\{escape}b"  # Markdown shows one backslash
    line = to_json({"name": f"a{each}b"})
    assert line.isascii()
    assert json.loads(line) == {"name": f"a{each}b"}


def test_json_escapes_the_control_character_that_it_need_not() -> None:
    assert to_json("a\x7fb") == '"a\\u007fb"'


def test_spaces_of_other_widths_are_no_escapes() -> None:
    assert sanitize.escaped("a\xa0b\u3000c") == "a\xa0b\u3000c"
    assert sanitize.one_line("a\xa0b\u3000c") == "a b c"


@given(st.text(st.characters()))
def test_a_line_is_one_printable_line_that_is_made_so_once(text: str) -> None:
    line = sanitize.one_line(text)
    assert line.isprintable()
    assert sanitize.one_line(line) == line


@pytest.mark.parametrize("huge", ["x" * 3_000_000, " " * 3_000_000 + "x", "\x1b" * 3_000_000, "x " * 1_500_000])
def test_text_of_megabytes_is_cut(huge: str) -> None:
    assert len(sanitize.one_line(huge)) <= len(r"\x1b") * sanitize.LONGEST
    assert len(sanitize.printable_path(huge)) < 4_000
    assert len(sanitize.quoted(huge)) <= 60
    assert len(sanitize.quoted([huge])) <= 60
    assert len(sanitize.quoted_name(huge)) <= 60


def test_a_long_path_keeps_its_end() -> None:
    assert sanitize.printable_path("/home/" + "x" * 5_000 + "/lenet.toml").endswith("/lenet.toml")


def test_nothing_else_decides_what_is_printable() -> None:
    files = [path for room in ("core", "tui") for path in (ROOT / room).rglob("*.py")]
    deciding = re.compile(r"isprintable|unicodedata\.category|import category|REPLACEMENT|unicode_escape")
    assert len(files) > 200
    assert [path.relative_to(ROOT).as_posix() for path in files if deciding.search(path.read_text())] == [
        "core/sanitize.py"
    ]
