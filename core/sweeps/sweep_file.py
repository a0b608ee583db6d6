"""Reads sweeps: a TOML file, or a preset, which is then trained with several seeds."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from msgspec.structs import replace

from core import presets, toml_text
from core.fields.struct import did_you_mean, read, write
from core.fields.types import FieldError, IntField, quoted
from core.files import PRESET as PRESET_FILE
from core.files import read_bytes
from core.plan.plan import Plan
from core.presets import Preset, PresetError, printable_path
from core.sweeps.addresses import with_field
from core.sweeps.sweep import CHOICES, METRICS, PRESET, PRUNERS, VALIDATED, Metric, Sweep, Vary
from core.sweeps.values import read_values

__all__ = [
    "check_addresses",
    "check_measured",
    "check_settings",
    "find",
    "load",
    "loads",
    "of_preset",
    "one_of",
    "read_vary",
    "shipped",
    "usual_metric",
]

SHIPPED = presets.SHIPPED / "sweeps"
MOST_REPEATS = 1000
_KEYS = ("base", "name", "description", "origin", "repeats", "choose", "pruner", "limit", "metric", "plan", "vary")
_OF_SWEEPS = ("repeats", "choose", "pruner", "limit", "metric", "vary")
"""Keys that no preset has."""
T = TypeVar("T")


def shipped() -> dict[str, Path]:
    """The sweeps that come with LayerLab, by id."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}


def find(name: str) -> Path:
    """The file that ``name`` refers to: an existing file, else a sweep's id, else a preset's. Raises `PresetError`."""
    path = Path(name)
    if presets.exists(path) and path.is_file():
        return path
    own = {listed.id for listed in presets.listed() if listed.own}
    if path.parent == Path() and name in shipped() and name not in own:
        return shipped()[name]
    return presets.find(name)


def load(path: Path, change: Callable[[Sweep], Sweep] = lambda sweep: sweep) -> Sweep:
    """The sweep in the file at ``path``, or of the preset in it, with what ``change`` makes of it.

    Raises `PresetError`.
    """
    try:
        text = read_bytes(path, PRESET_FILE).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise presets.unreadable(path, error) from error
    return loads(text, path.name, path.parent, change)


def loads(
    text: str, source: str, folder: Path = Path(), change: Callable[[Sweep], Sweep] = lambda sweep: sweep
) -> Sweep:
    """The sweep in ``text``, as `load` has it; ``source`` names it in messages, its files are in ``folder``.

    Raises `PresetError`.
    """
    try:
        raw = toml_text.parse(text)
        stem = Path(source).stem
        if "base" in raw or any(key in raw for key in _OF_SWEEPS):
            sweep = _sweep(raw, stem, folder)
        else:
            sweep = of_preset(presets.loads(text, source), stem)
        sweep = change(sweep)
        check_settings(sweep)
    except (toml_text.TomlError, FieldError) as error:
        raise PresetError(f"{printable_path(source)}: {error}") from error
    return sweep


def check_settings(sweep: Sweep) -> None:
    """Raises `FieldError` for a value that a field refuses, or if what trials are compared by is not measured."""
    with_field(sweep.base, "plan.seed", sweep.base.plan.seed + sweep.repeats - 1)
    for setting in sweep.examples:
        check_measured(sweep, sweep.preset(setting).plan)


def check_measured(sweep: Sweep, plan: Plan) -> None:
    """Raises `FieldError` if ``plan`` does not measure what the trials of ``sweep`` are compared by."""
    if plan.validation != "none":
        return
    if sweep.metric in VALIDATED:
        raise FieldError(f"{sweep.metric} is not measured without validation", ("metric",))
    if sweep.pruner != "none":
        raise FieldError(f"{sweep.pruner} compares by {sweep.by_epoch}, which needs validation", ("pruner",))


def of_preset(preset: Preset, id: str, repeats: int = 3) -> Sweep:
    """The sweep that trains ``preset`` with several seeds."""
    return Sweep(preset.title, id, preset, repeats=repeats, metric=usual_metric(preset.plan))


def _sweep(raw: Mapping[str, Any], id: str, folder: Path) -> Sweep:
    for key in raw:
        if key not in _KEYS:
            raise FieldError(f"a sweep has no such key{did_you_mean(key, _KEYS)}", (key,))
    if "base" not in raw:
        raise FieldError("is missing: a preset's id or file", ("base",))
    plan = _given(raw, "plan", {}, _table)
    base = _over(_preset(_given(raw, "base", "", _text), folder, "base"), plan)
    vary = tuple(read_vary(index, table) for index, table in enumerate(_given(raw, "vary", [], _list)))
    limit = _given(raw, "limit", None, IntField(1, 10**9).read)
    choose = _given(raw, "choose", "grid", one_of(CHOICES))
    check_addresses(vary)
    names = [_preset_name(value) for each in vary if PRESET in each.addresses for value in each.values]
    return Sweep(
        name=_given(raw, "name", id, _text),
        base_id=raw["base"],
        base=base,
        vary=vary,
        repeats=_given(raw, "repeats", 3, IntField(1, MOST_REPEATS).read),
        choose=choose,
        limit=limit,
        pruner=_given(raw, "pruner", "none", one_of(PRUNERS)),
        metric=_given(raw, "metric", usual_metric(base.plan), one_of(METRICS)),
        presets=tuple((name, _over(_preset(name, folder, PRESET), plan)) for name in names),
        description=_given(raw, "description", "", _text),
        origin=_given(raw, "origin", "", _text),
    )


def usual_metric(plan: Plan) -> Metric:
    """What settings are compared by unless something else is asked for."""
    return "test_accuracy" if plan.validation == "none" else "val_accuracy"


def _given(raw: Mapping[str, Any], key: str, default: Any, check: Callable[[Any], T]) -> T:
    """What ``check`` makes of the value of ``key``, or of its default where there is one."""
    if key not in raw:
        return default  # type: ignore[no-any-return]  # of the type that check gives
    with FieldError.at(key):
        return check(raw[key])


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise FieldError(f"expected text, not {quoted(raw)}")
    return raw


def _table(raw: object) -> Mapping[str, object]:
    if not isinstance(raw, Mapping):
        raise FieldError("expected a table")
    return raw


def _list(raw: object) -> list[object]:
    if not isinstance(raw, list):
        raise FieldError("expected [[vary]] tables")
    return raw


def _preset_name(value: object) -> str:
    with FieldError.at(PRESET):
        return _text(value)


def one_of(options: tuple[T, ...]) -> Callable[[object], T]:
    """Reads the one of ``options`` that a text is; raises `FieldError` with the nearest for another."""

    def check(raw: object) -> T:
        text = _text(raw)
        for option in options:
            if option == text:
                return option
        raise FieldError(f"{quoted(text)} is not one of them{did_you_mean(text, [str(each) for each in options])}")

    return check


def _preset(name: str, folder: Path, key: str) -> Preset:
    """The preset ``name``: a file beside the sweep's, or an id."""
    beside = folder / name
    try:
        return presets.load(beside if name.endswith(".toml") and presets.exists(beside) else presets.find(name))
    except PresetError as error:
        raise FieldError(str(error), (key,)) from error


def _over(preset: Preset, plan: Mapping[str, object]) -> Preset:
    """``preset`` with the fields of its plan that ``plan`` gives."""
    with FieldError.at("plan"):
        before = write(preset.plan, every=True)
        return replace(
            preset, plan=read(Plan, {**before, **{key: _merged(before.get(key), plan[key]) for key in plan}})
        )


def _merged(before: object, table: object) -> object:
    """``table`` over the one ``before``, which may be a name alone, unless it names another member."""
    if not isinstance(table, Mapping) or "name" in table:
        return table
    if isinstance(before, str):
        return {"name": before, **table}
    return {**before, **table} if isinstance(before, Mapping) else table


def read_vary(index: int, raw: object) -> Vary:
    """The ``[[vary]]`` table with this ``index``. Raises `FieldError`."""
    with FieldError.at(f"vary[{index}]"):
        table = _table(raw)
        for key in table:
            if key not in ("field", "fields", "values"):
                raise FieldError(f"has no such key{did_you_mean(key, ('field', 'fields', 'values'))}", (key,))
        if ("field" in table) == ("fields" in table):
            raise FieldError("needs field, or fields that all get the same value")
        fields = table["fields"] if "fields" in table else [table["field"]]
        if not isinstance(fields, list) or not fields:
            raise FieldError("expected a list of addresses", ("fields",))
        if "values" not in table:
            raise FieldError("is missing: a list or a range", ("values",))
        with FieldError.at("values"):
            values = read_values(table["values"])
        return Vary(tuple(map(_text, fields)), values)


def check_addresses(vary: Sequence[Vary]) -> None:
    """Raises `FieldError` if an address is varied twice, or is that of the seed."""
    seen: set[str] = set()
    for each in vary:
        for address in each.addresses:
            if address in seen:
                raise FieldError(f"{address} is varied twice", ("vary",))
            if address == "plan.seed":
                raise FieldError("every setting is trained with the same seeds: set repeats", (address,))
            seen.add(address)
