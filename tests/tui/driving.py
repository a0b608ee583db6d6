"""Driving the app in tests: opening it, reading the screen, waiting for conditions."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from textual.app import App
from textual.color import Color
from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.theme import Theme

from core import presets
from tests.tui.scripted import ScriptedSession
from tests.tui.scripted_trials import ScriptedTrials
from tui.app import LayerLabApp
from tui.theme import variable_defaults


class Themed(App[None]):
    """An app with the colors of LayerLab's roles, for widgets alone."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(dark=self.current_theme.dark)


SIZES = [(80, 24), (120, 36)]
sessions: list[ScriptedSession] = []
"""The scripted sessions that the app in hand has made, the newest last."""

TURN = 0.01
"""Seconds between two looks at a condition."""
PATIENCE = 120.0
"""Seconds until one is taken never to hold."""

GOLDEN = Path(__file__).parent / "golden"


@asynccontextmanager
async def opened(
    name: str | None = "lenet-5", size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[LayerLabApp, Pilot[None]]]:
    """The app with a preset open, at ``size``, on a scripted session."""
    path = presets.find(name) if name else None
    app = LayerLabApp(presets.load(path) if path else None, path)
    sessions.clear()
    app.runs.session_factory = _remembered
    app.sweeps.run_sweep = ScriptedTrials().run
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Let the app run until ``condition`` holds, and until it has come to rest then."""
    end = monotonic() + PATIENCE
    while monotonic() < end:
        if condition():
            await pilot.pause()
            return
        # Not the pilot's own pause, which has every widget answer: turn after turn that takes a core from a training.
        await asyncio.sleep(TURN)
    raise AssertionError(f"the condition never held; focus {pilot.app.focused}, screen:\n{screen_of(pilot.app)}")


async def keys(pilot: Pilot[None], *names: str) -> None:
    """Press ``names`` one after the other, letting the app take each in; words after ``text:`` are typed in a burst."""
    for name in names:
        if name.startswith("text:"):
            await burst(pilot.app, pilot, *name[5:])
        else:
            await pilot.press(name)
    await pilot.pause()


async def burst(app: App[None], pilot: Pilot[None], *names: str) -> None:
    """Press ``names`` faster than the app takes them in, as key repeat over a slow line does."""
    for name in names:
        app.post_message(Key(_character_to_key(name), name) if len(name) == 1 else Key(name, None))
    await pilot.pause()
    await pilot.pause()


def lines_of(app: LayerLabApp) -> list[str]:
    """The screen as lines of plain text, as a terminal shows it."""
    # Textual's own screenshots come from here; there is no public way to the characters alone.
    return ["".join(segment.text for segment in strip).rstrip() for strip in app.screen._compositor.render_strips()]


def screen_of(app: LayerLabApp) -> str:
    """The screen as plain text."""
    return "\n".join(lines_of(app)) + "\n"


def faint_texts(app: LayerLabApp, least: float) -> list[tuple[float, str]]:
    """Words whose contrast with their ground is below ``least`` (WCAG's ratio), with that ratio.

    Of a dialog only what stands in it counts: what lies behind is faint on purpose.
    """
    faint = []
    box = app.screen.children[0].region if app.screen.is_modal else app.screen.region
    for strip in app.screen._compositor.render_strips()[box.y : box.bottom]:
        for segment in strip.crop(box.x, box.right):
            style, text = segment.style, segment.text.strip()
            if not any(letter.isalnum() for letter in text) or style is None or not (style.color and style.bgcolor):
                continue
            ink, ground = (Color.from_rich_color(color) for color in (style.color, style.bgcolor))
            ratio = contrast(*((ground, ink) if style.reverse else (ink, ground)))
            if ratio < least:
                faint.append((round(ratio, 2), text))
    return faint


def contrast(one: Color, other: Color) -> float:
    """The contrast of two colors, 1 to 21, as WCAG 2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def themes_in_turn(app: LayerLabApp, *themes: Theme) -> list[Theme]:
    """``themes``, the one that is on first: to put one on takes long."""
    return sorted(themes, key=lambda theme: theme.name != app.theme)


async def until_golden(pilot: Pilot[None], app: LayerLabApp, name: str, *, update: bool) -> None:
    """As `check_golden`, of a screen that comes to rest as the golden file has it."""
    path = GOLDEN / f"{name}.txt"
    if not update:
        await until(pilot, lambda: screen_of(app).splitlines() == path.read_text(encoding="utf-8").splitlines())
    check_golden(app, name, update=update)


def check_golden(app: LayerLabApp, name: str, *, update: bool) -> None:
    """Compare the screen's text with the golden file ``name``; ``update`` writes it anew."""
    path = GOLDEN / f"{name}.txt"
    if update:
        path.parent.mkdir(exist_ok=True)
        path.write_text(screen_of(app), encoding="utf-8")
    assert screen_of(app).splitlines() == path.read_text(encoding="utf-8").splitlines()


def _remembered(*plan: Any) -> ScriptedSession:
    sessions.append(ScriptedSession(*plan))
    return sessions[-1]


def _luminance(color: Color) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [channel / 255 for channel in (color.r, color.g, color.b)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
