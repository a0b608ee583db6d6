"""What the monkey does, from a seed: the same seed, the same events, on every machine.

Keys at random seldom get anywhere. Most of what is made here are short phrases that people type (open a dialog and
write in it, train and look inside), cut off, mixed and continued by chance, many of them in one burst: faster than the
app takes them in, as a slow line hands them on.
"""

from collections.abc import Callable, Iterator, Sequence
from random import Random

from msgspec import Struct

__all__ = ["Click", "Event", "Keys", "Paste", "Resize", "Rest", "Steps", "cost", "events"]


class Keys(Struct, frozen=True, tag=True):
    """Keys by Textual's names, one after the other; ``burst``: all of them before the app has taken in the first."""

    names: tuple[str, ...]
    burst: bool = True


class Paste(Struct, frozen=True, tag=True):
    """Text from the clipboard."""

    text: str


class Click(Struct, frozen=True, tag=True):
    """A click, or drag where it ends elsewhere, or turn of the wheel; places are shares of the screen."""

    x: float
    y: float
    to: tuple[float, float] | None = None
    times: int = 1
    wheel: int = 0


class Resize(Struct, frozen=True, tag=True):
    """The terminal has another size."""

    columns: int
    lines: int


class Steps(Struct, frozen=True, tag=True):
    """Training goes on by so many steps, if there is one; ``fails``: it is the last, for this reason."""

    count: int
    fails: str = ""


class Rest(Struct, frozen=True, tag=True):
    """A person looks at what has come of it: whatever was begun comes to its end."""


Event = Keys | Paste | Click | Resize | Steps | Rest

_MOVES = ("up", "down", "left", "right", "pageup", "pagedown", "home", "end", "tab", "shift+tab")
_OTHERS = ("enter", "escape", "space", "backspace", "delete", "shift+up", "shift+down", "ctrl+left", "ctrl+right")
_CONTROL = tuple(f"ctrl+{letter}" for letter in "abefhknoprstuwxy")
_LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")
_CAPITALS = tuple("ABDEGIJKLNSXZ")
_SIGNS = (
    *("slash", "question_mark", "full_stop", "comma", "plus", "minus", "number_sign", "left_square_bracket"),
    *("right_square_bracket", "equals_sign", "greater_than_sign", "colon", "semicolon", "backslash"),
)
_DIGITS = tuple("0123456789")
_ANY = (*_MOVES, *_OTHERS, *_CONTROL, *_LETTERS, *_CAPITALS, *_SIGNS, *_DIGITS, "f1", "f2", "f3", "f4", "f5", "insert")

_OPENERS = ("question_mark", "p", "m", "a", "E", "S", "ctrl+s", "ctrl+o", "ctrl+n", "ctrl+p", "ctrl+p")
_WORDS = (
    *(
        "dense",
        "conv",
        "relu",
        "lenet",
        "open",
        "add",
        "train",
        "walk",
        "0",
        "-1",
        "1e9",
        "128",
        "0.5",
        "3,3",
        "#night",
    ),
    *(
        "best>0.9",
        "params<1k",
        "gradients",
        "undo",
        "x",
        "no/such/file",
        "mine",
        "~",
        "..",
        "\u00e9\u4e2d",
        "[b]",
        "none",
    ),
)
_SIZES = ((80, 24), (120, 36), (60, 18), (59, 17), (200, 60), (100, 24), (1, 1), (110, 19), (150, 20), (20, 50))
_PASTES = (
    "adam",
    "two\nlines\r\nand\ttabs",
    "x\x1b dddd",
    "\x1b[A\x1b[B\x1b[200~ddd\x1b[201~",
    "\x00\x01\x7f\x9b31m\u202e\u061c",
    "\u4e2d\u6587 \U0001f469\u200d\U0001f4bb e\u0301",
    "9" * 400,
    "conv \x1b" * 2_000,
    "",
    "[bold]no markup[/]",
    "/dev/zero",
)

Phrase = Callable[[Random], list[Event]]


def _tap(*names: str) -> Phrase:
    return lambda chance: [Keys(tuple(names), chance.random() < 0.7)]


def _some(names: Sequence[str], most: int) -> Phrase:
    """Up to ``most`` of ``names``, in any order."""
    return lambda chance: [Keys(tuple(chance.choices(names, k=chance.randint(1, most))), chance.random() < 0.7)]


def _typed(chance: Random) -> list[Event]:
    return [Keys(tuple(chance.choice(_WORDS)))]


def _in_dialog(chance: Random) -> list[Event]:
    """Something is opened, used, and mostly left again, in the way of people in a hurry."""
    names = [chance.choice(_OPENERS)]
    for _ in range(chance.randint(0, 3)):
        names += chance.choice(
            [tuple(chance.choice(_WORDS)), chance.choices((*_MOVES, *_MOVES, "enter", "space"), k=3)]
        )
    names += chance.choice([["enter"], ["enter", "enter"], ["escape"], ["escape", "escape"], []])
    return [Keys(tuple(names), chance.random() < 0.6)]


def _in_form(chance: Random) -> list[Event]:
    """A field is gone to and changed, on the Build or the Train tab."""
    names = [chance.choice(["1", "2"]), *chance.choices(["down", "up", "j"], k=chance.randint(0, 4)), "e"]
    for _ in range(chance.randint(1, 4)):
        names += chance.choices(["down", "up", "tab", "shift+tab"], k=chance.randint(0, 4))
        names += chance.choice([["right"], ["left", "space"], ["t"], ["backspace", *chance.choice(_WORDS)], ["ctrl+a"]])
        names += chance.choice([[], ["f2"], ["space", "down", "enter"], ["s", "enter"], ["space", "escape"]])
    names.append(chance.choice(["enter", "escape", "ctrl+r", "2", "tab"]))
    return [Keys(tuple(names), chance.random() < 0.6)]


def _in_view(chance: Random) -> list[Event]:
    """A view of the Inspect tab, and its own keys."""
    view = chance.choice("rmdwvgf")
    own = {
        "r": ("c", "n", "enter"),
        "m": ("a", "A", "b", "B", "x", "enter"),
        "d": ("space", "e", "c", "i", "n", "x", "enter", "u", "ctrl+r"),
        "w": ("n", "space", "s", "enter", "full_stop", "comma", "plus", "minus"),
        "v": ("i", "space", "full_stop", "comma"),
        "g": ("g", "enter", "escape"),
        "f": ("enter", "up", "down"),
    }[view]
    return [
        Keys(("3", view), chance.random() < 0.5),
        *([Rest()] if chance.random() < 0.7 else []),
        Keys(tuple(chance.choices((*own, *_MOVES), k=chance.randint(1, 8))), chance.random() < 0.6),
    ]


def _in_runs(chance: Random) -> list[Event]:
    """The Runs tab: finding, marking, looking into, going on with, naming and deleting runs."""
    own = (
        "space",
        "s",
        "R",
        "c",
        "d",
        "z",
        "x",
        "i",
        "I",
        "r",
        "plus",
        "n",
        "N",
        "number_sign",
        "enter",
        "A",
        "o",
        "P",
        "X",
    )
    opened: list[Event] = [Keys(("4",)), Rest()] if chance.random() < 0.5 else []
    names: list[str] = ["4"]
    if chance.random() < 0.3:
        names += ["slash", *chance.choice(_WORDS), chance.choice(["enter", "escape", "down"])]
    names += chance.choices((*own, *_MOVES), k=chance.randint(1, 8))
    if chance.random() < 0.3:
        names += [
            chance.choice(["n", "N", "number_sign", "x"]),
            *chance.choice(_WORDS),
            chance.choice(["enter", "escape"]),
        ]
    return [*opened, Keys(tuple(names), chance.random() < 0.6)]


def _sweeping(chance: Random) -> list[Event]:
    """A sweep is asked for, typed and begun or given up, and looked at."""
    field, values = chance.choice(["learning", "batch_size", "layers", ""]), chance.choice(["0.1 0.01", "1 2", "", "x"])
    names = ["w", *field, "tab", *values, chance.choice(["enter", "escape"])]
    own = ("c", "P", "X", "r", "enter", "d", "escape", "x", "w", "escape")
    return [Keys(tuple(names), chance.random() < 0.5), Rest(), Keys(tuple(chance.choices((*own, *_MOVES), k=4)))]


def _training(chance: Random) -> list[Event]:
    """A training is begun, commanded, goes on for a while, and other things are opened meanwhile."""
    own = ("space", "n", "x", "plus", "left_square_bracket", "right_square_bracket", "g", "e", "t", "1", "3", "2")
    happened: list[Event] = [Keys((chance.choice(["t", "2", "n"]), "t"), chance.random() < 0.5)]
    for _ in range(chance.randint(1, 4)):
        happened.append(Keys(tuple(chance.choices((*own, *_OPENERS[:4], "escape"), k=chance.randint(1, 4)))))
        fails = chance.choice(["the training loss became NaN", "out of memory"]) if chance.random() < 0.05 else ""
        happened.append(Steps(chance.choice([1, 3, 40, 200, 2_000]), fails))
    return happened


def _clicked(chance: Random) -> list[Event]:
    place = chance.random(), chance.random()
    if chance.random() < 0.2:  # the tabs
        place = chance.random(), 0.0
    to = (chance.random(), chance.random()) if chance.random() < 0.2 else None
    wheel = chance.choice([-3, 3]) if chance.random() < 0.2 else 0
    return [Click(*place, to, chance.choice([1, 1, 2, 3]), wheel)]


def _resized(chance: Random) -> list[Event]:
    odd = chance.randint(1, 180), chance.randint(1, 60)
    size = chance.choice([*_SIZES, odd])
    back = [Resize(*chance.choice(_SIZES[:2]))] if chance.random() < 0.7 else []
    return [Resize(*size), *back]


_PHRASES: tuple[tuple[int, Phrase], ...] = (
    (10, _some(_ANY, 6)),
    (4, _some(("1", "2", "3", "4"), 5)),
    (10, _in_dialog),
    (2, _tap("ctrl+p", "down", "enter", "enter")),
    (2, _tap("ctrl+p", "g", "pageup", "pagedown")),
    (1, _tap("q", "enter", "escape")),
    (1, _tap("q", "right", "enter", "enter")),
    (8, _in_form),
    (8, _some(("a", "d", "D", "J", "K", "f", "u", "ctrl+r", "full_stop", "comma", "up", "down", "g", "G"), 8)),
    (10, _in_view),
    (9, _in_runs),
    (8, _training),
    (4, _sweeping),
    (6, _clicked),
    (3, lambda chance: [Paste(chance.choice(_PASTES))]),
    (2, _resized),
    (3, _typed),
    (6, _tap("escape", "escape")),
)


def cost(event: Event) -> int:
    """How many events ``event`` counts for: every key is one."""
    return len(event.names) if isinstance(event, Keys) else 1


def events(seed: int, count: int) -> Iterator[Event]:
    """At least ``count`` events, the same for the same ``seed``."""
    chance = Random(seed)  # noqa: S311  # nothing is kept secret
    weights, phrases = zip(*_PHRASES, strict=True)
    done = 0
    while done < count:
        for event in chance.choices(phrases, weights)[0](chance):
            done += cost(event)
            yield event
