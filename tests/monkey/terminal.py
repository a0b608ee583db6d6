"""The monkey at the app in a process of its own, on a pseudo-terminal: bytes in, bytes out."""

import json
import os
import select
import signal
import sys
import termios
import traceback
from collections import Counter, deque
from pathlib import Path
from time import monotonic

from tests.monkey.driver import LAST, SIZE, Outcome
from tests.monkey.events import Click, Event, Keys, Paste, Resize, Rest, Steps, cost, events
from tests.tui.on_terminal import Terminal, on_terminal

__all__ = ["run_on_terminal"]

QUIET = 0.05
"""Seconds without output after which the app is taken to have drawn what it was sent."""
PATIENCE = 60.0
REPORT = "monkey.json"

_NAMED = {
    **dict(zip(("up", "down", "right", "left", "home", "end"), (f"\x1b[{letter}" for letter in "ABCDHF"), strict=True)),
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "insert": "\x1b[2~",
    "delete": "\x1b[3~",
    "f1": "\x1bOP",
    "f5": "\x1b[15~",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "enter": "\r",
    "escape": "\x1b",
    "space": " ",
    "backspace": "\x7f",
    "shift+up": "\x1b[1;2A",
    "shift+down": "\x1b[1;2B",
    "slash": "/",
    "question_mark": "?",
    "ctrl+left": "\x1b[1;5D",
    "ctrl+right": "\x1b[1;5C",
    "full_stop": ".",
    "comma": ",",
    "plus": "+",
    "minus": "-",
    "number_sign": "#",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "equals_sign": "=",
    "colon": ":",
    "greater_than_sign": ">",
    "semicolon": ";",
    "backslash": "\\",
}


LONGEST = 1.0
"""Seconds after which output that does not end is an animation."""


def run_on_terminal(folder: Path, seed: int, count: int) -> Outcome:
    """Let ``count`` events of ``seed`` loose on the app, staged in ``folder``, an empty one."""
    outcome = Outcome(seed, actions=Counter(), screens=Counter())
    last: deque[Event] = deque(maxlen=LAST)
    stream = events(seed, count)
    begun = monotonic()
    try:
        while outcome.done < count:
            outcome.starts += 1
            place = folder / str(outcome.starts)
            place.mkdir()
            command = [sys.executable, "-m", "tests.monkey.terminal", str(place)]
            with on_terminal(command, SIZE) as terminal:
                _drained(terminal, PATIENCE, "\x1b[?1049h")
                _drained(terminal)
                for event in stream:
                    last.append(event)
                    outcome.done += cost(event)
                    _do(terminal, event)
                    if terminal.process.poll() is not None:
                        break
                _leave(terminal)
            report = json.loads((place / REPORT).read_text())
            outcome.actions += Counter(report["actions"])
            outcome.fault = outcome.fault or report["fault"]
            if terminal.process.returncode or outcome.fault:
                code = terminal.process.returncode
                outcome.fault = outcome.fault or f"exit code {code}: {terminal.seen[-2000:]!r}"
                break
    except (AssertionError, OSError) as error:
        outcome.fault = "".join(traceback.format_exception(error))
    outcome.last, outcome.seconds = tuple(last), monotonic() - begun
    return outcome


def _do(terminal: Terminal, event: Event) -> None:
    match event:
        case Keys(names=names, burst=True):
            _send(terminal, "".join(map(_bytes, names)))
        case Keys(names=names):
            for name in names:
                _send(terminal, _bytes(name))
        case Paste(text=text):
            _send(terminal, f"\x1b[200~{text}\x1b[201~")
        case Click(x=x, y=y, to=to, times=times, wheel=wheel):
            column, line = int(x * 80) + 1, int(y * 24) + 1
            end = (int(to[0] * 80) + 1, int(to[1] * 24) + 1) if to else (column, line)
            button = 65 if wheel > 0 else 64 if wheel else 0
            press, release = f"\x1b[<{button};{column};{line}M", f"\x1b[<0;{end[0]};{end[1]}m"
            _send(terminal, press * abs(wheel) if wheel else (press + release) * times)
        case Resize(columns=columns, lines=lines):
            termios.tcsetwinsize(terminal.leader, (lines, columns))
            os.kill(terminal.process.pid, signal.SIGWINCH)
            _drained(terminal)
        case Steps() | Rest():
            _drained(terminal, 0.2)


def _bytes(name: str) -> str:
    if name.startswith("ctrl+") and name not in _NAMED:
        return chr(ord(name[-1]) & 0x1F)
    return _NAMED.get(name, name)


def _send(terminal: Terminal, text: str) -> None:
    """Write ``text`` and read what comes of it: a terminal that is not read holds the app up."""
    left = text.encode(errors="surrogatepass")
    while left and terminal.process.poll() is None:
        _, ready, _ = select.select([], [terminal.leader], [], QUIET)
        if ready:
            left = left[os.write(terminal.leader, left[:512]) :]
        _drained(terminal, 0.0)
    _drained(terminal)


def _drained(terminal: Terminal, patience: float = QUIET, until: str = "") -> None:
    """Read until nothing has come for ``patience`` seconds, or ``until`` has been shown; an animation never rests."""
    begun = monotonic()
    while (until or monotonic() < begun + LONGEST) and select.select([terminal.leader], [], [], patience)[0]:
        if not terminal.read() or (until and until.encode() in terminal.seen):
            return
        terminal.seen = terminal.seen[-100_000:]


def _leave(terminal: Terminal) -> None:
    """Leave the app, whatever is open and unsaved, as a person would."""
    if terminal.process.poll() is None:
        _do(terminal, Resize(*SIZE))
    begun = monotonic()
    while terminal.process.poll() is None:
        if monotonic() > begun + PATIENCE:
            raise AssertionError(f"the app does not answer: {terminal.seen[-3000:].decode(errors='replace')}")
        for _ in range(3):
            _send(terminal, "\x1b")
            _drained(terminal, 0.2)
        for text in ("q", "\x1b[D", "\r", "\x1b[D", "\r"):  # to the answer before "Back": leave without saving
            _send(terminal, text)
            _drained(terminal, 0.2)
    terminal.process.wait()


def main(folder: Path) -> int:
    """Run the app on this terminal; what it came to goes into `REPORT` in ``folder``."""
    from tests.monkey.stage import Stage, furnish
    from tui.terminal import guarded

    furnish(folder)
    app = Stage()
    app.lively = True
    with guarded():
        app.run()
    error = app._exception
    log = Path(os.environ["LAYERLAB_HOME"]) / "layerlab.log"
    fault = "".join(traceback.format_exception(error)) if error else log.read_text() if log.is_file() else ""
    (folder / REPORT).write_text(json.dumps({"actions": app.actions, "fault": fault}))
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
