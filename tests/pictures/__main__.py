"""Takes the README's pictures: the first screen, Build, a real training, Inspect after it, Runs. Takes minutes.

`python -m tests.pictures recording` records the app in a terminal instead; that needs pyte and Pillow.
"""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from msgspec.structs import replace
from textual.pilot import Pilot

from core import presets
from core.runs.recorder import wait_until_written
from core.runs.sessions import new_session
from core.runs.store import Store
from tests.pictures import recording
from tui.app import LayerLabApp
from tui.by_numbers.page import ByNumbers
from tui.inspect.views.walk.stepper import Stepper

FOLDER = Path(__file__).parent
SIZE = (120, 36)
OTHERS = ("ffnn-10", "ffnn-500", "mlp-600-100-bn-dropout")


async def take() -> None:
    """Drive the app from view to view and save them."""
    app = LayerLabApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        save(app, "start")
    path = presets.find("lenet-5")
    app = LayerLabApp(presets.load(path), path)
    async with app.run_test(size=SIZE) as pilot:
        await _press(pilot, "down", "down", "down")
        save(app, "build")
        await _press(pilot, "t")
        await _until(pilot, lambda: len(app.train_pane.history.epochs) >= 3)
        await _press(pilot, "left_square_bracket")
        await _until(pilot, lambda: app.train_pane.history.x > 5.6)
        save(app, "train")
        await app.train_pane.stop_and_wait()
        await _press(pilot, "3")
        await _until(pilot, lambda: app.inspect_pane.results is not None)
        await pilot.pause()
        save(app, "results")
        await _press(pilot, "w")
        await _until(pilot, lambda: "predicted" in app.export_screenshot())
        await _press(pilot, "down")
        await pilot.pause()
        save(app, "walk")
        await _press(pilot, "up", "enter")
        await _until(pilot, lambda: isinstance(app.screen, Stepper) and app.screen.input_pixels.drawn is not None)
        await _press(pilot, *["down"] * 9, *["right"] * 10)
        save(app, "stepper")
        await _press(pilot, "escape", "N")
        await _until(pilot, lambda: isinstance(app.screen, ByNumbers) and app.screen.worked)
        await _press(pilot, *["down"] * 8)
        save(app, "numbers")
        await _press(pilot, "escape", "4")
        await _until(pilot, lambda: len(app.runs_pane.table.runs) > len(OTHERS))
        await _press(pilot, "space", "space", "space")
        await _until(pilot, lambda: not app.runs_pane.detail.busy)
        await pilot.pause()
        save(app, "runs")


def train_others() -> None:
    """Have some runs on disk."""
    for name in OTHERS:
        preset = presets.load(presets.find(name))
        new_session(Store(), replace(preset, plan=replace(preset.plan, epochs=6)), lambda _: None).run()
    wait_until_written()


def save(app: LayerLabApp, name: str) -> None:
    """Write the screen as SVG, with the reader's own monospaced font instead of one from the network."""
    svg = re.sub(r"@font-face\s*\{.*?\}\s*", "", app.export_screenshot(), flags=re.DOTALL)
    svg = svg.replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas")
    (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")


async def _press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)


async def _until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    while not condition():
        await pilot.pause(0.05)


def main() -> None:
    """Take what the command line asks for."""
    if sys.argv[1:] == ["recording"]:
        recording.take(FOLDER)
        return
    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, LAYERLAB_HOME=home, COLORTERM="truecolor"):
        train_others()
        asyncio.run(take())


if __name__ == "__main__":
    main()
