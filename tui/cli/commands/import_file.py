"""`layerlab import`: a Keras model becomes a preset."""

import os
from pathlib import Path
from shlex import quote

from msgspec.structs import replace

from core import presets
from core.formatting import show_amount
from core.importing import any_file, piped
from core.network.summary import summarize
from core.presets import printable_path
from core.readiness import blockers
from core.strict_json import to_json
from tui.cli.lookup import DONE, UsageError, refused
from tui.output import Output

__all__ = ["run"]


def run(file: str, out: str | None, *, force: bool, as_json: bool) -> int:
    """Read the model in ``file`` and save it as a preset called ``out``, else as the model is called."""
    with refused():
        preset = piped.load(file) if piped.is_piped(file) else any_file.load(Path(file)).preset
        path = _place(out, preset.name)
        if out and path.parent == presets.own_folder():
            preset = replace(preset, name=out)
        if not force:
            _leave_alone(path)
        presets.save(preset, path, replaces=force)
    summary = summarize(preset.architecture)
    name = path.stem if path.parent == presets.own_folder() else str(path)
    layers, params = len(preset.architecture.layers), summary.totals.params
    told = Output()
    if as_json:
        told.json(to_json({"preset": name, "path": str(path), "layers": layers, "params": params}))
        return DONE
    told.line(f"{show_amount(layers, 'layer')}, {show_amount(params, 'param')}: saved as {name}")
    against = blockers(preset.architecture, preset.plan, summary)
    for text in filter(None, (preset.description, against[0].message if against else "")):
        told.line(text)
    told.line(f"`layerlab open {_argument(name, path)}` opens it")
    return DONE


def _argument(name: str, path: Path) -> str:
    """How `layerlab open` is told the preset called ``name``: by its path where the name means something else."""
    taken = name.startswith("-") or Path(name).is_file()
    return quote(str(path) if taken else name)


def _place(out: str | None, name: str) -> Path:
    """Where to save a preset called ``name``: as ``out``, a name or a file, or in that folder. Raises `UsageError`."""
    usual = presets.path_for(f"{name} ")  # with a blank at its end no name is taken for a path
    if out is None:
        return usual
    is_path = "/" in out or os.sep in out  # a plain name is one, whatever folder is called so
    if out.endswith(("/", os.sep)) or (is_path and Path(out).is_dir()):
        return Path(out) / usual.name
    if is_path and not out.endswith(".toml"):
        raise UsageError(f"--out {printable_path(out)}: a preset's file ends in .toml")
    return presets.path_for(out)


def _leave_alone(path: Path) -> None:
    """Raises `UsageError` if there is a file at ``path``, or a shipped preset that it would hide."""
    others = "--out gives it another name, --force saves it all the same"
    if presets.exists(path):
        raise UsageError(f"{printable_path(path)}: exists already; {others}")
    if path.parent == presets.own_folder() and path.stem in {listed.id for listed in presets.listed()}:
        raise UsageError(f"{printable_path(path.stem)}: a preset that comes with LayerLab is called so; {others}")
