"""One term of the glossary, and how the files in ``terms/`` spell it.

A file is a group of terms; its tables are the entries, listed in alphabetical order. ``definition`` has at most two
sentences and no figures: a number is written as its name in braces, and computed by `core.glossary.numbers`.
Where there is a curve, its formula stands in the module that computes it, not here.
"""

from msgspec import Struct

__all__ = ["GROUPS", "Entry"]

GROUPS = {
    "layers": "Layers",
    "activations": "Activations",
    "initializers": "Initializers",
    "optimizers": "Optimizers",
    "losses": "Losses",
    "schedules": "Schedules",
    "regularizers": "Regularizers",
    "network": "Networks",
    "training": "Training",
    "data": "Data and results",
}
"""The files with their headings, in the order in which they are listed."""
CONCEPTS = ("network", "training", "data")
"""Groups of what has no class or function in Keras."""


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """A term. ``group`` and ``key`` are its file and its table; together they are its id."""

    group: str
    key: str
    """Keras's own name, where it is one."""
    definition: str
    title: str = ""
    """What it is called, if not by its key."""
    aliases: tuple[str, ...] = ()
    """Other names that it is found by."""
    formula: str = ""
    """Line by line, in ASCII."""
    see: tuple[str, ...] = ()
    """Keys of other entries, with the group in front where several have the key: ``layers/ELU``."""
    fields: tuple[str, ...] = ()
    """Fields of forms that it explains: ``strides``, or with the class or family in front, ``Dropout.rate``."""
    curve: str = ""
    """A curve of `core.glossary.concept_curves`."""
    here: str = ""
    """Where it is in a network, by a function of `core.glossary.network_facts`."""

    @property
    def id(self) -> str:
        """``losses/huber``."""
        return f"{self.group}/{self.key}"

    @property
    def name(self) -> str:
        """What it is called. Underscores stay in Keras's names alone."""
        return self.title or (self.key.replace("_", " ") if self.group in CONCEPTS else self.key)
