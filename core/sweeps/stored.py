"""A sweep as plain data in its folder: what is written, and what may come back from a file that anyone could edit."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from msgspec.structs import replace

from core import presets
from core.fields.types import FieldError, IntField, quoted
from core.presets import Preset, PresetError
from core.sweeps.addresses import with_field
from core.sweeps.sweep import CHOICES, METRICS, MOST_TRIALS, PRESET, PRUNERS, Sweep, Vary
from core.sweeps.sweep_file import check_addresses, one_of, read_vary, usual_metric

__all__ = ["content", "definition", "read_sweep"]

LONGEST_NAME = 10_000
"""Characters of a name."""
LONGEST_PRESET = 1_000_000
"""Characters of a preset."""
MOST_VARIED = 100
"""How many fields can vary independently."""
T = TypeVar("T")


def definition(sweep: Sweep) -> dict[str, Any]:
    """Everything that the numbers of trials stand for, as plain data: more seeds can be added at any time."""
    return {
        "base": _trained(sweep.base),
        "presets": {name: _trained(preset) for name, preset in sweep.presets},
        "vary": [[list(each.addresses), list(each.values)] for each in sweep.vary],
        "choose": sweep.choose,
        "limit": sweep.limit,
        "pruner": None if sweep.pruner == "none" else sweep.pruner,  # as where it was written before there were any
    }


def content(sweep: Sweep) -> dict[str, Any]:
    """All that is kept of ``sweep``: its definition, and what may change while its trials stay what they are."""
    return {
        "name": sweep.name,
        "base_id": sweep.base_id,
        "repeats": sweep.repeats,
        "metric": sweep.metric,
        **definition(sweep),
    }


def read_sweep(raw: Mapping[str, Any], trained: Iterable[int]) -> Sweep:
    """The sweep that `content` wrote as ``raw``, each of its settings tried once.

    ``trained`` are the numbers of the trials that have ended: how many repeats there are is seen from them if it is not
    written. The presets have no names of their own. Raises `FieldError`.
    """
    base = _preset(raw.get("base"), "base")
    sweep = Sweep(
        name=_text(raw.get("name"), "name"),
        base_id=_text(raw.get("base_id", ""), "base_id"),
        base=base,
        vary=_vary(raw.get("vary")),
        repeats=1,
        choose=_choice(raw.get("choose"), CHOICES, "choose"),
        limit=_limit(raw.get("limit")),
        pruner=_choice(raw.get("pruner") or "none", PRUNERS, "pruner"),
        metric=_choice(raw.get("metric", usual_metric(base.plan)), METRICS, "metric"),
        presets=_presets(raw.get("presets")),
    )
    known = dict(sweep.presets)
    for each in sweep.vary:
        for value in each.values if PRESET in each.addresses else ():
            if not isinstance(value, str) or value not in known:
                raise FieldError(f"{quoted(value)} is missing", ("presets",))
    for setting in sweep.examples:
        sweep.preset(setting)
    return _repeated(sweep, raw.get("repeats"), trained)


def _repeated(sweep: Sweep, raw: object, trained: Iterable[int]) -> Sweep:
    """``sweep`` with the repeats of ``raw``, or of the trials that there are. Raises `FieldError` for too many."""
    if raw is None:
        last = max((number for number in trained if 0 <= number < MOST_TRIALS), default=0)
        repeats = last // sweep.setting_count + 1
    else:
        with FieldError.at("repeats"):
            repeats = IntField(1, MOST_TRIALS).read(raw)
    repeated = replace(sweep, repeats=repeats)
    repeated.check()
    with_field(sweep.base, "plan.seed", sweep.base.plan.seed + repeats - 1)
    return repeated


def _trained(preset: Preset) -> str:
    """What of ``preset`` its results depend on, as TOML."""
    return presets.dumps(Preset("", preset.architecture, preset.plan))


def _preset(raw: object, *path: str) -> Preset:
    if not isinstance(raw, str) or len(raw) > LONGEST_PRESET:
        raise FieldError("expected a preset as TOML", path)
    try:
        return presets.loads(raw, "preset")
    except PresetError as error:
        raise FieldError(str(error), path) from error


def _presets(raw: object) -> tuple[tuple[str, Preset], ...]:
    if not isinstance(raw, Mapping) or len(raw) > MOST_TRIALS:
        raise FieldError("expected presets by their names", ("presets",))
    return tuple((_text(name, "presets"), _preset(text, "presets", quoted(name))) for name, text in raw.items())


def _vary(raw: object) -> tuple[Vary, ...]:
    if not isinstance(raw, list) or len(raw) > MOST_VARIED:
        raise FieldError(f"expected a list of at most {MOST_VARIED}", ("vary",))
    vary = []
    for index, pair in enumerate(raw):
        if not isinstance(pair, list) or len(pair) != 2:
            raise FieldError("expected addresses and values", (f"vary[{index}]",))
        vary.append(read_vary(index, {"fields": pair[0], "values": pair[1]}))
    check_addresses(vary)
    return tuple(vary)


def _limit(raw: object) -> int | None:
    if raw is None:
        return None
    with FieldError.at("limit"):
        return IntField(1, 10**9).read(raw)


def _choice(raw: object, options: tuple[T, ...], key: str) -> T:
    with FieldError.at(key):
        return one_of(options)(raw)


def _text(raw: object, key: str) -> str:
    if not isinstance(raw, str) or len(raw) > LONGEST_NAME:
        raise FieldError(f"expected a text of at most {LONGEST_NAME:,} characters", (key,))
    return raw
