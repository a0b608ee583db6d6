"""The report of a sweep: what was varied, each setting over its seeds, and which differences are more than theirs."""

from collections.abc import Iterator, Mapping
from importlib.metadata import version

from msgspec import Struct

from core.datasets import DATASETS
from core.export.document import Block, Column, KeyValues, Report, Section, Table, Text
from core.export.sections import network
from core.export.sections.sweep import comparisons, effects, failures, settings
from core.formatting import NONE, show_amount, show_count, show_duration, show_moment
from core.presets import Preset
from core.sweeps.charts import METRIC_NAMES, field_name
from core.sweeps.effects import has_effects
from core.sweeps.record import SweepFolder, TrialRecord
from core.sweeps.results import SweepResults, ranked, results, show_metric
from core.sweeps.sweep import PRESET, Sweep
from core.sweeps.values import show_value

__all__ = ["SweepSource", "sweep_report", "sweep_source"]

MOST_VALUES = 40
"""Values of a field that are listed."""


class SweepSource(Struct, frozen=True):
    """A sweep with what has come of it."""

    id: str
    """The name of its folder."""
    sweep: Sweep
    records: Mapping[int, TrialRecord]
    begun: float | None = None
    """In seconds since 1970, UTC, if that is known."""

    @property
    def key(self) -> str:
        """The last part of its id, short enough to type."""
        return self.id.rpartition("-")[2]


def sweep_source(folder: SweepFolder) -> SweepSource:
    """What lies in ``folder``. Raises `SweepError`."""
    return SweepSource(folder.path.name, folder.sweep(), folder.records(), folder.begun)


def sweep_report(source: SweepSource) -> Report:
    """The report of a sweep that has finished, or of the trials that have ended so far."""
    sweep, found = source.sweep, results(source.sweep, source.records)
    base = () if _varies_presets(sweep) else (network.architecture(sweep.base), network.plan(sweep.base))
    return Report(
        title=sweep.name,
        lead=_lead(source),
        highlights=tuple(_highlights(source, found)),
        head=(KeyValues(tuple(_facts(source))),),
        sections=(
            _varied(sweep),
            settings(sweep, found),
            *([effects(sweep, found)] if has_effects(sweep) else []),
            comparisons(sweep, found),
            failures(sweep, found),
            *base,
        ),
        foot=f"Made with LayerLab {version('layerlab')} from the sweep {source.id}.",
    )


def _lead(source: SweepSource) -> str:
    sweep = source.sweep
    what = f"{show_amount(sweep.setting_count, 'setting')} of {_base(sweep)}"
    trained = f"each trained on {_datasets(sweep)} with {show_amount(sweep.repeats, 'seed')}"
    begun = f", begun on {show_moment(source.begun)}" if source.begun is not None else ""
    return f"{what}, {trained}{begun}"


def _highlights(source: SweepSource, found: SweepResults) -> Iterator[tuple[str, str]]:
    sweep, records = source.sweep, source.records.values()
    best = ranked(sweep, found.settings)[:1]
    yield f"Best mean {METRIC_NAMES[sweep.metric]}", show_metric(sweep, best[0].estimate.mean) if best else NONE
    yield "Settings", show_count(sweep.setting_count)
    yield "Seeds", show_count(sweep.repeats)
    finished = sum(record.state == "finished" for record in records)
    yield "Trials finished", f"{show_count(finished)} of {show_count(sweep.count)}"
    if found.failed:
        yield "Failed", show_count(len(found.failed))
    if found.pruned:
        yield "Ended early", show_count(len(found.pruned))
    yield "Training time", show_duration(sum(record.seconds for record in records))


def _facts(source: SweepSource) -> Iterator[tuple[str, str]]:
    sweep = source.sweep
    yield "Base", _base(sweep)
    seed = sweep.base.plan.seed
    yield (
        "Seeds",
        str(seed) if sweep.repeats == 1 else f"{seed} to {seed + sweep.repeats - 1}, the same for each setting",
    )
    yield "Epochs", _epochs(sweep)
    better = "higher is better" if sweep.higher_is_better else "lower is better"
    yield "Compared by", f"{METRIC_NAMES[sweep.metric]}{_measured(sweep)}; {better}"
    if sweep.pruner != "none":
        yield (
            "Ended early",
            f"trials that do worse than others after an epoch, by {sweep.pruner}; no others of a setting",
        )
    yield "Sweep", source.id


def _measured(sweep: Sweep) -> str:
    return {
        "val_accuracy": " of the last epoch",
        "val_loss": " of the last epoch",
        "best_val_accuracy": " of all epochs",
        "test_accuracy": " of the final weights",
        "test_loss": " of the final weights",
    }[sweep.metric]


def _varied(sweep: Sweep) -> Section:
    """The fields with their values, and how settings were made of them."""
    if not sweep.vary:
        return Section("What was varied", (Text("Nothing but the seed: this is how much a result owes to it."),))
    table = Table(
        "Fields and the values that they were given",
        (Column("Field", "code"), Column("Values", "text")),
        tuple((field_name(each), _values([show_value(value) for value in each.values])) for each in sweep.vary),
    )
    blocks: list[Block] = [table, Text(_chosen(sweep))]
    return Section("What was varied", tuple(blocks))


def _chosen(sweep: Sweep) -> str:
    number = sweep.setting_count
    trials = f"{show_amount(number, 'setting')}, {show_amount(sweep.count, 'trial')}."
    if number == sweep.combinations:
        return f"All combinations of these values: {trials}"
    if sweep.choose == "random":
        return f"Drawn from {show_count(sweep.combinations)} combinations without putting back: {trials}"
    if sweep.choose == "tpe":
        return (
            f"Chosen from {show_count(sweep.combinations)} combinations, each by what became of those before it "
            f"(TPE): {trials}"
        )
    return f"The first of {show_count(sweep.combinations)} combinations: {trials}"


def _values(values: list[str]) -> str:
    more = len(values) - MOST_VALUES
    return ", ".join(values) if more <= 0 else f"{', '.join(values[:MOST_VALUES])} and {show_count(more)} more"


def _base(sweep: Sweep) -> str:
    if _varies_presets(sweep):
        return show_amount(len(sweep.presets), "preset")
    network_name = sweep.base.title
    return f"{sweep.base_id} ({network_name})" if sweep.base_id else network_name


def _epochs(sweep: Sweep) -> str:
    if any("plan.epochs" in each.addresses for each in sweep.vary):
        return "varied"
    return ", ".join(dict.fromkeys(show_count(preset.plan.epochs) for preset in _presets(sweep)))


def _datasets(sweep: Sweep) -> str:
    return ", ".join(dict.fromkeys(DATASETS[preset.plan.dataset].title for preset in _presets(sweep)))


def _presets(sweep: Sweep) -> list[Preset]:
    return [preset for _, preset in sweep.presets] if _varies_presets(sweep) else [sweep.base]


def _varies_presets(sweep: Sweep) -> bool:
    return any(PRESET in each.addresses for each in sweep.vary)
