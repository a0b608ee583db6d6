"""Records the app in a pseudo-terminal: a preset is opened, a layer edited, the network trained.

What is written is an asciinema cast. Waiting is cut short and training sped up; everything else is as it happened.
"""

import json
import os
import select
import sys
import tempfile
import time
from pathlib import Path

from tests.pictures.animation import animate
from tests.tui.on_terminal import Terminal, on_terminal

SIZE = (100, 30)
FRAME = 0.2
"""Seconds that a picture stands at least: what is drawn meanwhile is one with it."""
IDLE = 1.2
"""Seconds that it stands at most."""
TRAINING_SPEED = 4.0
PATIENCE = 90.0
"""Seconds until something is taken never to be drawn."""
LAST = 3.0
"""Seconds that the last picture stands."""


class Recorder:
    """Types into a terminal and keeps what it shows, with the times."""

    def __init__(self, terminal: Terminal) -> None:
        self.events: list[tuple[float, str]] = []
        self.speed = 1.0
        self._terminal = terminal
        self._clock = 0.0

    def type(self, *keys: str, pause: float = 0.35) -> None:
        """Press ``keys``, each after looking at what the one before has done."""
        for key in keys:
            self._terminal.type(key)
            self.watch(pause)

    def watch(self, seconds: float) -> None:
        """Record for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._take(left)

    def until(self, text: str) -> None:
        """Record until ``text`` has been drawn since this call."""
        start, end = len(self.events), time.monotonic() + PATIENCE
        while text not in "".join(drawn for _, drawn in self.events[start:]):
            self._take(IDLE)
            if time.monotonic() > end:
                raise AssertionError(f"never drawn: {text}")

    def _take(self, seconds: float) -> None:
        """Record what is drawn within ``seconds``, or within the time of a frame once something is."""
        began = time.monotonic()
        drawn = b""
        limit = seconds
        while (left := began + limit - time.monotonic()) > 0 and select.select([self._terminal.leader], [], [], left)[
            0
        ]:
            drawn += self._terminal.read()
            limit = min(seconds, FRAME * self.speed)
        if drawn:
            self.events.append((self._clock, drawn.decode(errors="replace")))
        self._clock += min(time.monotonic() - began, IDLE) / self.speed


def record() -> list[tuple[float, str]]:
    """Drive the app; what it drew, with the times in seconds."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"LAYERLAB_HOME": home, "COLORTERM": "truecolor"}
        with on_terminal([sys.executable, "-m", "tui"], SIZE) as terminal:
            recorder = Recorder(terminal)
            _drive(recorder)
            terminal.type("q")
            return recorder.events


def _drive(recorder: Recorder) -> None:
    recorder.until("Stack")
    recorder.watch(1.2)
    recorder.type("p", pause=0.8)
    recorder.type(*"lenet", pause=0.15)
    recorder.type("\r", pause=1.2)
    recorder.type(*["\x1b[B"] * 3, pause=0.5)
    recorder.type("\r", pause=0.8)
    recorder.type("\x7f", "\x7f", "3", "2", pause=0.5)
    recorder.type("\x1b", pause=0.8)
    recorder.type(*"....", pause=0.3)
    recorder.type("t", pause=0.1)
    recorder.speed = 8.0
    recorder.until("\N{BOX DRAWINGS LIGHT VERTICAL AND LEFT}")  # the axis of a chart
    recorder.speed = TRAINING_SPEED
    recorder.watch(16.0)
    recorder.type("[", pause=10.0)
    recorder.speed = 1.0
    recorder.type("\x1b[D", "\x1b[D", "\x1b[D", pause=0.5)


def take(folder: Path) -> None:
    """Write a recording to ``folder``, as a cast and as a GIF."""
    events = record()
    events.append((events[-1][0] + LAST, ""))
    _write_cast(folder / "recording.cast", events)
    animate(folder / "recording.gif", events, SIZE)


def _write_cast(path: Path, events: list[tuple[float, str]]) -> None:
    """Write ``events`` as an asciinema cast, version 2."""
    width, height = SIZE
    header = {"version": 2, "width": width, "height": height, "env": {"TERM": "xterm-256color"}, "title": "LayerLab"}
    lines = [json.dumps(header), *(json.dumps([round(at, 2), "o", text], ensure_ascii=False) for at, text in events)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
