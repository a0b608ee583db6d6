"""The user's labels of runs: names, notes and tags."""

from core.fields.types import quoted_name
from core.presets import UNTITLED, Preset, printable_path
from core.runs.record import Label, RunError
from core.sanitize import truncated

__all__ = ["clean_label", "default_label", "document_name", "shortened"]

LONGEST_NAME = 100
LONGEST_NOTE = 10_000
LONGEST_TAG = 30
MOST_TAGS = 20


def default_label(preset: Preset) -> Label:
    """The label of a new run of ``preset``: its title."""
    name = " ".join(printable_path(preset.title).split())
    return Label(name[:LONGEST_NAME].rstrip() or UNTITLED)


def document_name(label: str, preset: Preset) -> str:
    """What a document with the network of a run is called: by its ``label``, unless that is its first one.

    The first label may tell what the network is made of, which is wrong as soon as it is edited.
    """
    return preset.name if label == default_label(preset).name else label


def shortened(label: Label) -> Label:
    """``label`` cut to the lengths that `clean_label` allows: other programs may have written more into its file."""
    tags = tuple(truncated(tag, LONGEST_TAG) for tag in label.tags[:MOST_TAGS])
    return Label(truncated(label.name, LONGEST_NAME), truncated(label.note, LONGEST_NOTE), tags)


def clean_label(label: Label) -> Label:
    """``label`` as saved: the name on one line, tags without spaces and #. Raises `RunError`."""
    name, note = " ".join(label.name.split()), label.note.strip()
    joined = ("-".join(tag.replace("#", " ").split()) for tag in label.tags)
    tags = tuple(dict.fromkeys(filter(None, joined)))
    if not name:
        raise RunError("a run needs a name")
    if len(tags) > MOST_TAGS:
        raise RunError(f"{len(tags)} tags are too many: {MOST_TAGS} at most")
    _check_text("name", name, LONGEST_NAME)
    _check_text("note", note, LONGEST_NOTE)
    for tag in tags:
        _check_text("tag", tag, LONGEST_TAG)
    return Label(name, note, tags)


def _check_text(what: str, text: str, most: int) -> None:
    if len(text) > most:
        raise RunError(f"the {what} has {len(text):,} characters: {most:,} at most")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise RunError(f"the {what} {quoted_name(text)} is not text that can be saved") from error
