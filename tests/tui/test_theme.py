"""The colors of the themes can be read, and every theme has every role."""

from itertools import product

import pytest
from textual.color import Color
from textual.theme import Theme

from tests.tui.driving import contrast, opened
from tui.theme import DARK, LIGHT, roles

READABLE = 4.5
"""The least contrast of text with its background, of WCAG 2.2."""


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_color_of_text_can_be_read(theme: Theme) -> None:
    colors = dict(roles(dark=theme.dark)) | {
        name: str(getattr(theme, name)) for name in ("foreground", "accent", "success", "warning", "error")
    }
    grounds = ("background", "surface")
    for (name, color), ground in product(colors.items(), grounds):
        found = contrast(Color.parse(color), Color.parse(str(getattr(theme, ground))))
        assert found >= READABLE, f"{name} on {ground}: {found:.2f}"


def test_both_themes_have_the_same_roles() -> None:
    assert roles(dark=True).keys() == roles(dark=False).keys()


async def test_themes_of_textual_have_the_roles_too() -> None:
    async with opened(None) as (app, pilot):
        for name, dark in (("textual-light", False), ("dracula", True)):
            app.theme = name
            await pilot.pause()
            for role, color in roles(dark=dark).items():
                assert app.theme_variables[role] == color
