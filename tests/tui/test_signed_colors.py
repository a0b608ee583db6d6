"""The colors of signed values in the app's themes."""

import numpy as np
import pytest
from rich.color import Color as RichColor
from textual.color import Color

from core.inspection.signed_pixels import MARKED, SIGNED, ZERO
from tests.tui.driving import opened
from tui.theme import DARK, LIGHT
from tui.widgets.half_blocks import half_blocks
from tui.widgets.signed_colors import legend, palette

MARK = RichColor.from_rgb(1, 2, 3)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
async def test_they_run_from_blue_through_the_background_to_orange(theme):
    async with opened(None) as (app, _):
        app.theme = theme.name
        colors = palette(app, (MARK,))
        assert colors[0] == MARK
        ends = {1: "negative", ZERO: "background", 255: "positive"}
        for level, role in ends.items():
            expected = Color.parse(app.theme_variables[role]).rich_color
            assert colors[SIGNED - 256 + level] == colors[MARKED - 256 + level] == expected
        first, *_, last = legend(app, "-1.5", "1.5")
        assert first[0] == "-1.5 "
        assert last[0].startswith(" 1.5")
        assert "blue negative, orange positive" in last[0]


async def test_values_are_told_apart_without_color():
    async with opened(None) as (app, _):
        picture = np.array([[MARKED + 1, MARKED + 255, SIGNED + 1]] * 2, np.int16)
        (line,) = half_blocks(picture, palette(app, (MARK,)))
        assert line.text[:2] == "-+"
        assert line.text[2] not in "-+"
