"""An asciinema cast as an animated GIF, drawn cell by cell, so that blocks and Braille join in every browser.

Needs pyte and Pillow, which LayerLab does not, and the font DejaVu Sans Mono.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

CELL = (9, 17)
FONT_SIZE = 15
FONTS = {False: "DejaVuSansMono.ttf", True: "DejaVuSansMono-Bold.ttf"}
COLORS = 128
INK, GROUND = "e4e7ee", "12151c"
MILLISECONDS = 1000
BRAILLE = 0x2800
DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Where the dots of Braille stand, in the order of their bits: the font has none."""


def animate(path: Path, events: list[tuple[float, str]], size: tuple[int, int]) -> None:
    """Write what ``events`` draw on a terminal of ``size`` to ``path``; the last picture stands until its end."""
    pyte = import_module("pyte")
    screen = pyte.Screen(*size)
    stream = pyte.Stream(screen)
    pictures, times = [], []
    for (at, text), (end, _) in zip(events, [*events[1:], events[-1]], strict=True):
        stream.feed(text)
        if end > at:
            pictures.append(_picture(screen))
            times.append(round((end - at) * MILLISECONDS))
    palette = _together(pictures[:: max(1, len(pictures) // 12)]).quantize(COLORS)
    first, *others = [picture.quantize(palette=palette, dither=0) for picture in pictures]
    first.save(path, save_all=True, append_images=others, duration=times, loop=0, optimize=True)


def _together(pictures: list[Any]) -> Any:
    """``pictures`` below one another, from which the colors of all are chosen."""
    width, height = pictures[0].size
    sheet = import_module("PIL.Image").new("RGB", (width, height * len(pictures)))
    for number, picture in enumerate(pictures):
        sheet.paste(picture, (0, number * height))
    return sheet


def _picture(screen: Any) -> Any:
    """The cells of ``screen`` as a picture."""
    drawing, fonts = import_module("PIL.ImageDraw"), import_module("PIL.ImageFont")
    width, height = CELL
    faces = {bold: fonts.truetype(name, FONT_SIZE) for bold, name in FONTS.items()}
    size = (screen.columns * width, screen.lines * height)
    picture = import_module("PIL.Image").new("RGB", size, f"#{GROUND}")
    draw = drawing.Draw(picture)
    cells = [(row, column) for row in range(screen.lines) for column in range(screen.columns)]
    for row, column in cells:  # before the letters, which may reach below their cells
        left, top = column * width, row * height
        draw.rectangle((left, top, left + width - 1, top + height - 1), _colors(screen.buffer[row][column])[1])
    for row, column in cells:
        cell = screen.buffer[row][column]
        _draw_sign(draw, (column * width, row * height), cell, faces[cell.bold])
    return picture


def _draw_sign(draw: Any, place: tuple[int, int], cell: Any, face: Any) -> None:
    (left, top), (width, height), (ink, _) = place, CELL, _colors(cell)
    dots = ord(cell.data[:1] or " ") - BRAILLE
    if 0 <= dots < 256:
        for bit, (across, down) in enumerate(DOTS):
            if dots >> bit & 1:
                x, y = left + 1 + 4 * across, top + 1 + 4 * down
                draw.rectangle((x, y, x + 1, y + 1), ink)
    elif cell.data.strip():
        draw.text(place, cell.data, ink, face)
    if cell.underscore:
        draw.line((left, top + height - 2, left + width - 1, top + height - 2), ink)


def _colors(cell: Any) -> tuple[str, str]:
    """The colors of the sign and of its ground."""
    ink, ground = _color(cell.fg, INK), _color(cell.bg, GROUND)
    return (ground, ink) if cell.reverse else (ink, ground)


def _color(name: str, default: str) -> str:
    return f"#{default if name == 'default' else name}"
