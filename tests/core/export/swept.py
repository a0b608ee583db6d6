"""Sweeps as they may have gone, without training one."""

from collections.abc import Callable

from core.runs.record import Metrics
from core.sweeps import sweep_file
from core.sweeps.record import SweepFolder, TrialRecord
from core.sweeps.runner import new_id
from core.sweeps.sweep import Sweep, Trial

HOSTILE = "<script>alert(1)</script>"
RATES = sweep_file.loads(
    """
    base = "ffnn-10"
    name = "Rates"
    repeats = 6
    [[vary]]
    field = "plan.optimizer.learning_rate"
    values = { from = 1e-4, to = 1.0, count = 5, scale = "log" }
    """,
    "rates.toml",
)
TWO = sweep_file.loads(
    """
    base = "ffnn-10"
    name = "Two"
    repeats = 3
    [[vary]]
    field = "layers[1].units"
    values = [8, 16, 24]
    [[vary]]
    field = "plan.optimizer"
    values = ["sgd", "adam", { name = "sgd", learning_rate = 0.5 }]
    """,
    "two.toml",
)


def accuracy(trial: Trial) -> float:
    """An accuracy to which both the setting and the seed contribute."""
    return 0.97 - 0.004 * abs(trial.setting - 2) + 0.001 * (trial.seed * 7 % 5)


def records_of(sweep: Sweep, measure: Callable[[Trial], float | None] = accuracy) -> dict[int, TrialRecord]:
    """Every trial finished, with all its metrics after what ``measure`` says."""
    records = {}
    for trial in sweep.trials():
        value = measure(trial)
        metrics = Metrics(
            best_val_accuracy=value, last_val_accuracy=value, last_val_loss=value, test_accuracy=value, test_loss=value
        )
        run = f"20260102-030405-run-{trial.number:05}"
        records[trial.number] = TrialRecord(
            trial.number, trial.values, trial.seed, "finished", run=run, metrics=metrics, seconds=9.5
        )
    return records


def swept(sweep: Sweep, failed: dict[int, str] | None = None) -> tuple[Sweep, dict[int, TrialRecord]]:
    """``sweep`` with its records, of which the trials ``failed`` have, for these reasons."""
    records = records_of(sweep)
    for number, why in (failed or {}).items():
        before = records[number]
        records[number] = TrialRecord(number, before.values, before.seed, "failed", message=why)
    return sweep, records


def kept(sweep: Sweep, failed: dict[int, str] | None = None) -> SweepFolder:
    """A folder with that."""
    folder = SweepFolder.create(sweep, new_id(sweep))
    for record in swept(sweep, failed)[1].values():
        folder.write(record)
    return folder
