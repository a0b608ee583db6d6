"""`python -m tests.benchmarks.trials FILE`: what each trial of a sweep takes beyond its training, in one process."""

import sys
from pathlib import Path
from time import perf_counter

from core.sweeps import sweep_file
from core.sweeps.messages import TrialBegan
from core.sweeps.places import Place
from core.sweeps.process_pool import ProcessPool
from core.sweeps.runner import Control, SweepEvent, TrialEnded, run_sweep
from core.sweeps.start import folder_for


def main() -> None:
    """From the beginning of each trial to that of the next, less the seconds of its training."""
    sweep = sweep_file.load(Path(sys.argv[1]))
    begun = 0.0

    def hear(event: SweepEvent) -> None:
        nonlocal begun
        match event:
            case TrialBegan():
                begun = perf_counter()
            case TrialEnded(record=record):
                sys.stdout.write(f"{perf_counter() - begun - record.seconds}\n")

    run_sweep(sweep, folder_for(sweep, resume=False), ProcessPool([Place(1)]), hear, Control(), 1)


if __name__ == "__main__":
    main()
