"""`layerlab train`: one training, told as it goes."""

import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout

from msgspec.structs import replace

from core.presets import Preset
from core.readiness import obstacles
from core.summary import summarize
from core.training.events import Ended
from tui.commands.common import DONE, FAILED, load
from tui.commands.listening import attend
from tui.commands.options import planned
from tui.commands.telling import Teller, teller
from tui.output import Output
from tui.plain import one_line
from tui.terminal import guarded

__all__ = ["run"]

INTERRUPTED = 130


def run(name: str, given: Mapping[str, object], *, as_json: bool) -> int:
    """Train the preset or file ``name`` by its plan, changed by the ``given`` options.

    A training that was stopped by Ctrl+C or SIGTERM is `DONE`: it tells what it reached. A second Ctrl+C leaves
    at once, with `INTERRUPTED`.
    """
    preset = load(name)
    preset = replace(preset, plan=planned(preset.plan, given))
    against = obstacles(preset.architecture, preset.plan, summarize(preset.architecture))
    if against:
        ended = Ended("failed", 0, 0.0, 0.0, None, None, against[0].message)
        teller(preset, Output(), as_json=as_json).tell(ended)
    else:
        with guarded() as streams, redirect_stdout(streams.log), redirect_stderr(streams.log):
            ended = _train(preset, teller(preset, Output(streams.out), as_json=as_json))
    if ended.reason == "failed":
        sys.stdout.flush()
        print(f"layerlab: {one_line(ended.message)}", file=sys.stderr)
        return FAILED
    return DONE


def _train(preset: Preset, told: Teller) -> Ended:
    from core.training.session import Session  # noqa: PLC0415  # what trains is imported when a person trains

    try:
        with told.shown():
            return attend(lambda listen: Session(preset.architecture, preset.plan, listen), told.tell)
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)  # the training thread is in the midst of a step and cannot be waited for
