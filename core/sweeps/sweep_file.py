"""Reads sweeps: a TOML file, or a preset, which is then trained with several seeds."""

from collections.abc import Callable, Mapping
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
from core.sweeps.sweep import CHOICES, METRICS, PRESET, Sweep, Vary
from core.sweeps.values import read_values

__all__ = ["checked", "find", "load", "loads", "of_preset", "shipped"]

SHIPPED = presets.SHIPPED / "sweeps"
MOST_REPEATS = 1000
_KEYS = ("base", "name", "description", "origin", "repeats", "choose", "limit", "metric", "plan", "vary")
T = TypeVar("T")


def shipped() -> dict[str, Path]:
    """The sweeps that come with LayerLab, by id."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}


def find(name: str) -> Path:
    """The file that ``name`` refers to: an existing file, else a sweep's id, else a preset's. Raises `PresetError`."""
    path = Path(name)
    if presets.exists(path) and path.is_file():
        return path
    if path.parent == Path() and name in shipped():
        return shipped()[name]
    return presets.find(name)


def load(path: Path) -> Sweep:
    """The sweep in the file at ``path``, or of the preset in it. Raises `PresetError`."""
    try:
        text = read_bytes(path, PRESET_FILE).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise presets.unreadable(path, error) from error
    return loads(text, path.name, path.parent)


def loads(text: str, source: str, folder: Path = Path()) -> Sweep:
    """The sweep in ``text``; ``source`` names it in messages, files that it names are in ``folder``.

    Raises `PresetError`.
    """
    try:
        raw = toml_text.parse(text)
        if "base" not in raw:
            return of_preset(presets.loads(text, source), Path(source).stem)
        sweep = _sweep(raw, Path(source).stem, folder)
    except (toml_text.TomlError, FieldError) as error:
        raise PresetError(f"{printable_path(source)}: {error}") from error
    return checked(sweep, source)


def checked(sweep: Sweep, source: str) -> Sweep:
    """``sweep``, of which all trials can be made. Raises `PresetError`."""
    try:
        for _ in sweep.trials():  # every value is read once
            pass
    except FieldError as error:
        raise PresetError(f"{printable_path(source)}: {error}") from error
    return sweep


def of_preset(preset: Preset, id: str, repeats: int = 3) -> Sweep:
    """The sweep that trains ``preset`` with several seeds."""
    return Sweep(preset.title, id, preset, repeats=repeats, metric=_usual_metric(preset.plan))


def _sweep(raw: Mapping[str, Any], id: str, folder: Path) -> Sweep:
    for key in raw:
        if key not in _KEYS:
            raise FieldError(f"a sweep has no such key{did_you_mean(key, _KEYS)}", (key,))
    plan = _given(raw, "plan", {}, _table)
    base = _over(_preset(_given(raw, "base", "", _text), folder, "base"), plan)
    vary = tuple(_vary(index, table) for index, table in enumerate(_given(raw, "vary", [], _list)))
    limit = _given(raw, "limit", None, IntField(1, 10**9).read)
    choose = _given(raw, "choose", "grid", _one_of(CHOICES))
    if choose == "random" and limit is None:
        raise FieldError("is missing: how many settings to draw", ("limit",))
    _check_addresses(vary)
    names = [str(value) for each in vary if PRESET in each.addresses for value in each.values]
    return Sweep(
        name=_given(raw, "name", id, _text),
        base_id=raw["base"],
        base=base,
        vary=vary,
        repeats=_given(raw, "repeats", 3, IntField(1, MOST_REPEATS).read),
        choose=choose,
        limit=limit,
        metric=_given(raw, "metric", _usual_metric(base.plan), _one_of(METRICS)),
        presets=tuple((name, _over(_preset(name, folder, PRESET), plan)) for name in names),
        description=_given(raw, "description", "", _text),
        origin=_given(raw, "origin", "", _text),
    )


def _usual_metric(plan: Plan) -> Any:
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


def _one_of(options: tuple[T, ...]) -> Callable[[object], T]:
    def check(raw: object) -> T:
        for option in options:
            if option == raw:
                return option
        raise FieldError(f"{quoted(raw)} is not one of them{did_you_mean(str(raw), [str(each) for each in options])}")

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
        return replace(preset, plan=read(Plan, {**write(preset.plan, every=True), **plan}))


def _vary(index: int, raw: object) -> Vary:
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


def _check_addresses(vary: tuple[Vary, ...]) -> None:
    seen: set[str] = set()
    for each in vary:
        for address in each.addresses:
            if address in seen:
                raise FieldError(f"{address} is varied twice", ("vary",))
            if address == "plan.seed":
                raise FieldError("every setting is trained with the same seeds: set repeats", (address,))
            seen.add(address)
