"""Takes the README's pictures: Build, Train in the midst of a real training, Inspect after it. Takes a minute."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from core import presets
from tui.app import LayerLabApp

FOLDER = Path(__file__).parent
SIZE = (120, 36)


async def take() -> None:
    """Drive the app from view to view and save them."""
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
        await _until(pilot, lambda: "taken&#160;for" in app.export_screenshot())
        await _press(pilot, "down")
        await pilot.pause()
        save(app, "walk")


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


if __name__ == "__main__":
    asyncio.run(take())
