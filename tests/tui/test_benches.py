"""The benches in the app: chosen by a key, found in the palette, worked by keys and by typing."""

import pytest
from textual.events import Paste
from textual.widgets import OptionList

from tests.tui.driving import SIZES, burst, check_golden, faint_texts, keys, opened, screen_of, themes_in_turn, until
from tui.benches import BENCHES
from tui.benches.chooser import PickBench
from tui.benches.convolution import ConvolutionScreen
from tui.benches.field import BenchField
from tui.benches.neuron import NeuronScreen
from tui.benches.softmax import SoftmaxScreen
from tui.screens.palette import Palette
from tui.theme import DARK, LIGHT

LEAST = 3.0
"""WCAG's least contrast for large text and for parts of a control."""


async def on_bench(app, pilot, name):
    app.pages.bench(name)
    await until(pilot, lambda: app.screen.is_modal and app.screen.is_mounted)
    return app.screen


async def typed(app, pilot, name, text):
    """Replace the text of a field."""
    field = next(field for field in app.screen.query(BenchField) if field.name == name)
    field.control.focus()
    field.control.value = ""
    await keys(pilot, f"text:{text}")
    assert field.control.value == text


def body(app):
    return str(app.screen.body.text.content)


def lead(app):
    return str(app.screen.lead_line.content)


async def test_they_are_chosen_from_a_list_and_found_in_the_palette():
    async with opened() as (app, pilot):
        await keys(pilot, "H")
        await until(pilot, lambda: isinstance(app.screen, PickBench))
        assert app.screen.query_one(OptionList).option_count == len(BENCHES)
        await keys(pilot, "down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ConvolutionScreen))
        await keys(pilot, "escape")
        for entry in BENCHES.values():
            await keys(pilot, "ctrl+p", f"text:{entry.title.lower()}")
            await until(pilot, lambda: isinstance(app.screen, Palette))
            await until(pilot, lambda entry=entry: entry.tooltip in screen_of(app))
            await keys(pilot, "enter")
            await until(pilot, lambda entry=entry: getattr(app.screen, "HEADING", "") == entry.title)
            await keys(pilot, "escape")
            await until(pilot, lambda: len(app.screen_stack) == 1)
        await keys(pilot, "H", "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_a_neuron_finds_and_or_and_nand_but_not_xor():
    async with opened(size=(80, 24)) as (app, pilot):
        await on_bench(app, pilot, "neuron")
        assert isinstance(app.screen, NeuronScreen)
        assert "This is x1: it copies x1. For AND" in " ".join(body(app).split())
        assert "1  0       2      +1 [+] [-] !" in body(app)
        await keys(pilot, "down", "down", "down", "shift+down")  # b, which has the focus
        assert app.screen.bench.neuron.b == -13.1
        await until(pilot, lambda: "This is AND: found. Still to find: OR and NAND." in " ".join(body(app).split()))
        assert "[x] AND" in body(app)
        await keys(pilot, "f3", "shift+up", "tab", "tab")
        await keys(pilot, "enter")  # from the last field to the first
        assert app.focused.parent.name == "b"
        await typed(app, pilot, "w2", "13,5")
        assert lead(app) == "! w2: expected one number, not 2"
        await typed(app, pilot, "w2", "13.5")
        assert lead(app).startswith("z = -13 + 12 x1 + 13.5 x2")
        assert "This is x2: it copies x2." in body(app)
        await typed(app, pilot, "w1", "14")
        assert "This is OR: found. Still to find: NAND." in " ".join(body(app).split())
        await keys(pilot, "f2", "f2")
        assert "sigmoid(z)" in lead(app)
        assert "0.9999" in body(app)
        await keys(pilot, "f4")
        assert "No line has XOR" in body(app)
        assert "h1" in "".join(segment.text for line in app.screen.plane.draw() for segment in line)
        await keys(pilot, "pagedown")
        await until(pilot, lambda: app.screen.body.scroll_y > 0)
        await keys(pilot, "pageup")
        await until(pilot, lambda: app.screen.body.scroll_y == 0)
        await keys(pilot, "up")  # what is changed is seen
        assert "This is" in body(app)
        assert not app.screen.plane.names


async def test_a_window_slides_and_the_output_fills():
    async with opened(size=(80, 24)) as (app, pilot):
        screen = await on_bench(app, pilot, "convolution")
        assert isinstance(screen, ConvolutionScreen)
        assert "0*0 + 1*1 + 3*2 + 4*3 = 19" in body(app)
        assert "[19] ?" in body(app)
        await burst(app, pilot, "right", "down", "left", "up")
        await until(pilot, lambda: screen.bench.filled)
        assert "[19]25" in body(app)
        await keys(pilot, "home")
        assert "[19] ?" in body(app)
        await keys(pilot, "end")
        assert "37[43]" in body(app)
        assert "stop 4 of 4: row 2, column 2" in screen_of(app)
        await keys(pilot, "f2")
        assert "23[29]" in body(app)
        assert "37[43]" in body(app), "both results are shown"
        await keys(pilot, "f2")
        await typed(app, pilot, "filter", "1 1 / 1 1 1")
        assert lead(app) == "! filter: row 2 has 3 numbers, row 1 has 2"
        await typed(app, pilot, "filter", "1 0 1 / 0 1 0 / 1 0 1 / 0 0 0")
        assert lead(app) == "! the filter, 4\u00d73, is larger than the input, 3\u00d73"
        await typed(app, pilot, "padding", "1")
        await typed(app, pilot, "stride", "2")
        await typed(app, pilot, "bias", "-1")
        assert lead(app).startswith("output 1\u00d72: rows \u230a(3 + 2\u00d71 \u2212 4) / 2\u230b + 1 = 1, columns")
        assert "The stride does not divide evenly: the last row is never covered." in body(app)
        assert "pad" in body(app)
        await keys(pilot, "enter", "right")
        assert screen.bench.stop == 1
        await typed(app, pilot, "image", "")
        app.post_message(Paste("1, 2\n3, 4\n\n5, 6\n"))
        await until(pilot, lambda: screen.bench.image == ((1, 2), (3, 4), (5, 6)))


async def test_logits_become_probabilities_and_a_loss():
    async with opened(size=(80, 24)) as (app, pilot):
        screen = await on_bench(app, pilot, "softmax")
        assert isinstance(screen, SoftmaxScreen)
        assert "loss = -log p  -log 0.6590 = 0.4170" in body(app)
        assert "-0.3410" in body(app)
        await keys(pilot, "down", "enter", "right", "right", "left")
        assert (screen.bench.right, screen.bench.logits) == (1, (2.0, 1.5, 0.1))
        await until(pilot, lambda: [field.control.value for field in screen.query(BenchField)] == ["2 1.5 0.1", "1"])
        await typed(app, pilot, "logits", "1000 -1000")
        assert "infinity / infinity is no number" in " ".join(body(app).split())
        assert "log(1) - (-2000) = 2000" in " ".join(body(app).split())
        await typed(app, pilot, "right", "2")
        assert lead(app) == "! right class: expected a whole number from 0 to 1, not '2'"
        await keys(pilot, "down", "down", "down")
        assert lead(app) == "! right class: expected a whole number from 0 to 1, not '-1'"
        assert screen.bench.right == 0, "what could be read last"
        await keys(pilot, "up", "shift+up", "up")
        assert lead(app).startswith("exp = ")
        assert screen.bench.right == 1


async def test_they_look_as_they_were_last_looked_at(update):
    async with opened("lenet-5", SIZES[0]) as (app, pilot):
        for name, pressed in {"neuron": [], "convolution": ["right", "f2"], "softmax": ["down"]}.items():
            await on_bench(app, pilot, name)
            await keys(pilot, *pressed)
            for theme in themes_in_turn(app, LIGHT, DARK):
                app.theme = theme.name
                await pilot.pause()
                assert not faint_texts(app, LEAST), (name, theme.name)
            check_golden(app, f"bench-{name}-80x24", update=update)
            await keys(pilot, "escape")


@pytest.mark.parametrize("name", BENCHES)
def test_a_bench_is_named_as_in_the_list(name):
    assert BENCHES[name].title == BENCHES[name].make().HEADING
