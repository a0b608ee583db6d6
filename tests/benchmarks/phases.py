"""`python -m tests.benchmarks.phases PRESET`: the seconds that each phase of a training takes until its first step."""

import json
import sys
from itertools import pairwise
from time import perf_counter

from core import presets
from core.events import Event, Preparing, Progress, Started
from core.training.session import Session


def main() -> None:
    """Train one step in this process, and print the phases as JSON."""
    preset = presets.load(presets.find(sys.argv[1]))
    marks: list[tuple[str, float]] = []

    def hear(event: Event) -> None:
        match event:
            case Preparing(what=what):
                marks.append((what, perf_counter()))
            case Started():
                marks.append(("first step", perf_counter()))
            case Progress():
                marks.append(("", perf_counter()))
                session.stop(evaluate=False)

    session = Session(preset.architecture, preset.plan, hear)
    session.run()
    phases = {what: end - begun for (what, begun), (_, end) in pairwise(marks) if what}
    sys.stdout.write(json.dumps(phases) + "\n")


if __name__ == "__main__":
    main()
