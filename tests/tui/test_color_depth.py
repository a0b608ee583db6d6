"""Terminals with few colors: what must be told apart differs there by an attribute, a shape or one of 16 colors."""

from collections.abc import Iterator
from itertools import combinations

import pytest
from rich.color import ColorSystem
from rich.style import Style
from textual.color import Color

from tests.tui.driving import keys, lines_of, opened, until
from tui.app import LayerLabApp
from tui.theme import DARK, LIGHT, depth_of, in_depth, variable_defaults
from tui.widgets.signed_colors import legend

ENVIRONMENTS = {
    "full": {"TERM": "xterm-256color"},
    "sixteen": {"TERM": "xterm"},
    "grey": {"TERM": "xterm-256color", "NO_COLOR": "1"},
}
FEW = ["sixteen", "grey"]
KINDS = ("convolution", "pooling", "dense", "normalization", "reshaping", "recurrent")
TOLD_APART = [
    [f"layer-{kind}" for kind in KINDS],
    ["training", "validation", "best", "error"],
    ["training", "validation", "best", "layer-dense", "error", "foreground", "layer-pooling", "layer-normalization"],
    ["negative", "background", "positive"],
    ["accent", "foreground", "background", "panel"],
    ["text-error", "text-warning", "text-success", "text-muted", "foreground", "background"],
]
"""Roles that stand side by side; the third are the runs that are overlaid."""


@pytest.fixture(params=FEW)
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A terminal with few colors."""
    set_environment(monkeypatch, request.param)
    return str(request.param)


def set_environment(monkeypatch: pytest.MonkeyPatch, depth: str) -> None:
    monkeypatch.delenv("COLORTERM")
    for name, value in ENVIRONMENTS[depth].items():
        monkeypatch.setenv(name, value)


def attributes(app: LayerLabApp, text: str) -> set[str]:
    """The attributes of the first piece of text on the screen that contains ``text``."""
    style = next(style for piece, style in _pieces(app) if text in piece)
    return {name for name in ("bold", "reverse", "underline") if getattr(style, name)}


def _pieces(app: LayerLabApp) -> Iterator[tuple[str, Style]]:
    for strip in app.screen._compositor.render_strips():
        for text, style, _ in strip:
            yield text, style or Style()


@pytest.mark.parametrize("depth", ENVIRONMENTS)
async def test_the_environment_says_how_many_colors_there_are(depth, monkeypatch):
    set_environment(monkeypatch, depth)
    async with opened(None) as (app, _):
        assert depth_of(app) == depth


async def test_the_selected_layer_differs_by_an_attribute(few):
    async with opened("lenet-5") as (app, pilot):
        await keys(pilot, "down", "down", "down")
        assert attributes(app, "Conv2D 16") == {"bold", "reverse"}
        assert attributes(app, "Dense 120") == set()
        await keys(pilot, "enter")
        assert attributes(app, "Conv2D 16") == {"underline"}


async def test_the_focused_pane_differs_by_its_frame(few):
    async with opened("lenet-5") as (app, pilot):
        assert sum(line.count("\N{BOX DRAWINGS DOUBLE DOWN AND RIGHT}") for line in lines_of(app)) == 1
        before = lines_of(app)
        await keys(pilot, "down", "enter")
        await until(pilot, lambda: "-editing" in app.build_pane.classes)
        corners = [line.find("\N{BOX DRAWINGS DOUBLE DOWN AND RIGHT}") for line in (*before, *lines_of(app))]
        assert len({column for column in corners if column >= 0}) == 2


async def test_the_open_tab_is_in_reverse(few):
    async with opened("lenet-5") as (app, pilot):
        assert "reverse" in attributes(app, "1 Build")
        await keys(pilot, "3")
        assert "reverse" in attributes(app, "3 Inspect")
        assert "reverse" not in attributes(app, "1 Build")


async def test_signed_values_are_named_by_the_colors_that_they_have(few):
    async with opened(None) as (app, _):
        expected = {"sixteen": "blue negative, yellow positive", "grey": "dark negative, light positive"}
        assert legend(app, "-1", "1")[-1][0].endswith(expected[few])


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("names", TOLD_APART, ids=lambda names: names[0])
def test_roles_side_by_side_are_different_ones_of_16_colors(theme, names):
    sixteen = in_depth(theme, "sixteen")
    colors = {**sixteen.to_color_system().generate(), **sixteen.variables}
    numbers = {name: _of_16(colors[name]) for name in names}
    for one, other in combinations(names, 2):
        assert numbers[one] != numbers[other], (one, other)


@pytest.mark.parametrize("dark", [True, False])
def test_shades_of_grey_tell_signs_and_curves_apart(dark):
    colors = variable_defaults(dark=dark, depth="grey")
    shades = {name: Color.parse(color).monochrome.r for name, color in colors.items() if color.startswith("#")}
    assert shades["negative"] < shades["zero"] < shades["positive"]
    assert abs(shades["training"] - shades["validation"]) > 64


def _of_16(color: str) -> int | None:
    return Color.parse(color).rich_color.downgrade(ColorSystem.STANDARD).number
