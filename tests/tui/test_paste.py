"""Pastes: text whatever they hold, for the parser, for every kind of field, and through a real terminal."""

import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Key, Paste
from textual.widgets import Input

from core.sanitize import PASTED, pasted_line
from tests.tui.driving import keys, opened, until
from tests.tui.on_terminal import on_terminal
from tests.tui.screens import MAKERS
from tui.paste_parser import BURST, LAPSE, SETTLE, PasteParser

START, END = "\x1b[200~", "\x1b[201~"


class Clock:
    """Time that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def heard(*chunks: str, gaps: float = 0.0, after: float = SETTLE) -> list[object]:
    """Keys by name and pastes by text, of what comes in ``chunks`` with ``gaps`` between, and silence at the end."""
    clock = Clock()
    parser = PasteParser(clock=clock)
    events = []
    for chunk in chunks:
        events += parser.feed(chunk)
        for _ in range(10):
            clock.now += gaps / 10
            events += parser.tick()
    clock.now += after
    events += parser.tick()
    return [event.key if isinstance(event, Key) else (event.text,) for event in events]


PIECES = st.lists(st.sampled_from(["x", " ", "d", "\x1b", "[", "200~", "201~", START, "\r", "\x9b", "\x00", "dddd"]))


@given(PIECES, st.lists(st.integers(0, 60)))
def test_a_paste_is_one_text_however_it_comes_in_pieces(pieces, cuts):
    text = "".join(pieces).replace(END, "")
    sent = START + text + END
    places = sorted({0, *(cut for cut in cuts if cut < len(sent)), len(sent)})
    chunks = [sent[a:b] for a, b in pairwise(places)]
    if END in (text + END)[:-1]:
        return  # the text ends in what makes the end mark come earlier
    assert heard(*chunks) == ([(text,)] if text else [])


@given(PIECES, PIECES)
def test_an_end_mark_that_was_pasted_does_not_end_the_paste(before, after):
    first, second = "".join(before), "".join(after)
    got = heard(START + first + END + second.replace(START, "") + END)
    assert all(isinstance(one, tuple) for one in got)


def test_what_is_pasted_waits_for_its_end_mark_for_a_while():
    assert heard(START + "x\x1b", " dddd", END, gaps=LAPSE * 0.9) == [("x\x1b dddd",)]


def test_without_an_end_mark_the_text_is_handed_on_and_keys_work_again():
    assert heard(START + "x\x1b dddd", "q", "\x1b[A", gaps=LAPSE * 1.1) == [("x\x1b dddd",), "q", "up"]


def test_the_rest_of_a_paste_that_was_held_up_is_no_keys():
    late = "t" * 40
    assert heard(START + "one", late + END, gaps=LAPSE * 1.1) == [("one",), (late,)]
    assert heard(START + "one", "d" + END, "q", gaps=LAPSE * 1.1) == [("one",), ("d",), "q"]


def test_keys_right_after_a_paste_are_keys():
    assert heard(START + "name" + END + "\r") == [("name",), "enter"]
    assert heard(START + "name" + END, "\r") == [("name",), "enter"]
    assert heard(f"a{START}b{END}c{START}d{END}e") == ["a", ("b",), "c", ("d",), "e"]


def test_a_key_held_down_after_a_paste_is_a_key():
    assert heard(START + "name" + END, *"d" * 40, gaps=SETTLE * 0.8) == [("name",), *"d" * 40]


def test_a_long_text_behind_a_pasted_end_mark_is_text():
    text = "d" * (BURST + 1)
    assert heard(START + END + text, text + END) == [(text + text,)]


def test_escape_and_sequences_are_keys_as_ever():
    assert heard("\x1b[", "A") == ["up"]
    assert heard("\x1b[2", "~") == ["insert"]
    assert heard("\x1b[20", "0~x" + END, gaps=LAPSE * 0.5) == [("x",)]


@pytest.mark.parametrize("hostile", ["\x1b[99999999999;1u", "\x1b[99999999;1u", "\x1b[999999990200u"])
def test_a_sequence_that_no_terminal_sends_is_passed_over(hostile):
    assert heard(hostile, "q") == ["q"]


def test_of_a_paste_of_megabytes_the_beginning_is_kept():
    text = "x\x1b dddd" * 1_500_000
    sent = START + text + END
    assert heard(*(sent[at : at + 4096] for at in range(0, len(sent), 4096))) == [(text[:PASTED],)]


@given(st.text(), st.integers(0, 30))
def test_a_pasted_line_is_one_clean_line(text, most):
    line = pasted_line(text, most)
    assert len(line) <= most
    assert len(line.splitlines()) <= 1
    assert not any(character in line for character in "\x1b\r\n\t\x00\u202e")


def test_lines_are_joined_and_control_characters_left_out():
    assert pasted_line("one\r\n  two\n\n\tthree\x1b[31m\x07\u202e", 100) == "one two three[31m"
    assert pasted_line("a  b", 3) == "a  "


FIELDS = [
    kind for kind in MAKERS if kind.__name__ in {"AddLayer", "BrowsePresets", "NameFile", "ExportDialog", "TextPrompt"}
]
LONG = "x\x1b dddd\n" * 15_000


async def test_a_paste_fills_the_field_in_focus_and_no_more(tmp_path):
    async with opened("lenet-5") as (app, pilot):
        before = app.document
        for kind in FIELDS:
            app.push_screen(MAKERS[kind](tmp_path))
            await until(pilot, lambda: isinstance(app.focused, Input))
            field = app.focused
            field.value = ""
            for text in ("x\x1b dddd", LONG):
                app.post_message(Paste(text))
                await until(pilot, lambda field=field: field.value)
                assert field.value.startswith("x dddd"), kind
                assert 100 <= field.max_length <= 10_000, kind
                assert len(field.value) <= field.max_length
            assert len(field.value) == field.max_length, kind
            while len(app.screen_stack) > 1:
                await keys(pilot, "escape")
        assert app.document == before


async def test_a_paste_into_a_form_or_the_filter_of_runs_is_text():
    async with opened("lenet-5") as (app, pilot):
        layers = len(app.preset.architecture.layers)
        await keys(pilot, "down", "enter")
        await until(pilot, lambda: isinstance(app.focused, Input))
        app.post_message(Paste("12\x1b\n"))
        await until(pilot, lambda: app.preset.architecture.layers[0].filters == 12)
        app.post_message(Paste(LONG))
        await until(pilot, lambda: len(app.focused.value) == app.focused.max_length)
        await keys(pilot, "escape", "4", "slash")
        app.post_message(Paste("x\x1b dddd"))
        await until(pilot, lambda: app.runs_pane.filter.value == "x dddd")
        assert len(app.preset.architecture.layers) == layers


async def test_a_paste_does_nothing_where_nothing_is_typed():
    async with opened("lenet-5") as (app, pilot):
        for tab in "1234":
            await keys(pilot, tab)
            before = app.document, app.tabs.current, app.focused, len(app.screen_stack)
            for text in ("dddd", "ttq", LONG):
                app.post_message(Paste(text))
            await pilot.pause()
            assert (app.document, app.tabs.current, app.focused, len(app.screen_stack)) == before
            assert not app.train_pane.busy


async def test_what_was_copied_from_several_lines_is_pasted_as_one():
    async with opened("lenet-5") as (app, pilot):
        app.copy_to_clipboard("one\ntwo")
        await keys(pilot, "p", "ctrl+v")
        assert app.focused.value == "one two"


def test_a_paste_on_a_real_terminal_is_text_in_whatever_pieces_it_comes(home):
    command = [sys.executable, "-m", "tui", "lenet-5"]
    with on_terminal(command, (100, 30)) as terminal:
        terminal.until(lambda seen: "61,706 params" in seen)
        terminal.type(f"{START}x\x1b dddd{END}")  # nothing has the focus that takes text
        terminal.type(f"{START}x\x1b")
        terminal.type(" dddd\x1b[201")
        terminal.type(f"~{START}{END} dddd{END}p")
        terminal.until(lambda seen: "ame of a preset" in seen)
        terminal.type(f"{START}zz\x1b{END}zz{START}-\x1bd{END}")
        terminal.until(lambda seen: "no match" in seen)
        terminal.type("\x1b")
        terminal.until(lambda seen: "61,706 params" in seen.rpartition("no match")[2])
        terminal.type("q")
        seen = terminal.to_the_end()
    assert terminal.process.returncode == 0, seen[-2000:]
    assert "unsaved" not in seen
