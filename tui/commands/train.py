"""`layerlab train`: one training, told as it goes."""

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

from msgspec.structs import replace

from core.presets import Preset
from core.readiness import obstacles
from core.summary import summarize
from core.training.events import Ended, Event
from tui.commands.common import DONE, FAILED, load
from tui.commands.listening import attend
from tui.commands.options import planned
from tui.commands.telling import Teller, teller
from tui.output import Output
from tui.plain import one_line
from tui.terminal import guarded

if TYPE_CHECKING:
    from core.training.session import Session

__all__ = ["conducted", "prepared", "run", "trained"]

INTERRUPTED = 130


def run(name: str, given: Mapping[str, object], *, as_json: bool) -> int:
    """Train the preset or file ``name`` by its plan, changed by the ``given`` options."""
    preset = prepared(name, given)
    return conducted(preset, lambda out: trained(preset, teller(preset, out, as_json=as_json))[1], as_json=as_json)


def prepared(name: str, given: Mapping[str, object]) -> Preset:
    """The preset or file ``name``, its plan changed by the ``given`` options. Raises `Misuse`."""
    preset = load(name)
    return replace(preset, plan=planned(preset.plan, given))


def conducted(preset: Preset, work: Callable[[Output], Ended], *, as_json: bool) -> int:
    """Do the ``work`` of training ``preset``, on a terminal that only its output gets to; the exit code.

    A training that was stopped by Ctrl+C or SIGTERM is `DONE`: it tells what it reached. A second Ctrl+C leaves
    at once, with `INTERRUPTED`.
    """
    against = obstacles(preset.architecture, preset.plan, summarize(preset.architecture))
    if against:
        ended = Ended("failed", 0, 0.0, 0.0, None, None, against[0].message)
        teller(preset, Output(), as_json=as_json).tell(ended)
    else:
        with guarded() as streams, redirect_stdout(streams.log), redirect_stderr(streams.log):
            ended = work(Output(streams.out))
    if ended.reason == "failed":
        sys.stdout.flush()
        print(f"layerlab: {one_line(ended.message)}", file=sys.stderr)
        return FAILED
    return DONE


def trained(preset: Preset, told: Teller) -> "tuple[Session, Ended]":
    """Train, telling as it goes; the session, which knows the network, and how it ended."""
    from core.training.session import Session  # noqa: PLC0415  # what trains is imported when a person trains

    sessions: list[Session] = []

    def make(listen: Callable[[Event], None]) -> Session:
        sessions.append(Session(preset.architecture, preset.plan, listen))
        return sessions[0]

    try:
        with told.shown():
            ended = attend(make, told.tell)
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)  # the training thread is in the midst of a step and cannot be waited for
    return sessions[0], ended
