"""Fields with sizes along several axes: windows, shapes, paddings."""

from core.fields.types.base import FieldError, FieldType, quoted
from core.fields.types.numbers import MOST, IntField, typed_integer, typed_integers

__all__ = ["AxesField", "MarginsField", "PaddingField", "PairField", "ShapeField"]


class PairField(FieldType):
    """Two integers, height and width; a single number sets both."""

    def __init__(self, least: int = 1, most: int | None = None) -> None:
        self.number = IntField(least, most)

    @property
    def takes(self) -> str:
        return f"height and width, each {self.number.takes}; a single number sets both"

    def initial(self) -> tuple[int, int]:
        return self.number.initial(), self.number.initial()

    def read(self, raw: object) -> tuple[int, int]:
        if isinstance(raw, list | tuple):
            if len(raw) != 2:
                raise FieldError(f"expected one number or two, not {quoted(raw)}")
            return self.number.read(raw[0]), self.number.read(raw[1])
        number = self.number.read(raw)
        return number, number

    def write(self, value: tuple[int, int]) -> object:
        return list(value)

    def show(self, value: tuple[int, int]) -> str:
        return f"{value[0]} x {value[1]}"

    def parse(self, text: str) -> tuple[int, int]:
        numbers = typed_integers(text, "one number or two, such as 3 or 3 x 5")
        return self.read(numbers if len(numbers) != 1 else numbers[0])


class ShapeField(FieldType):
    """Sizes without the batch axis; with ``free`` one of them may be -1, to be inferred."""

    def __init__(self, *, free: bool = False, most: int = 3) -> None:
        self.free = free
        self.most = most

    @property
    def takes(self) -> str:
        return f"1 to {self.most} sizes, such as 28 x 28 x 1{'; one may be -1' if self.free else ''}"

    def initial(self) -> tuple[int, ...]:
        return (-1 if self.free else 1,)

    def read(self, raw: object) -> tuple[int, ...]:
        if not isinstance(raw, list | tuple) or not 1 <= len(raw) <= self.most:
            raise FieldError(f"expected 1 to {self.most} sizes, not {quoted(raw)}")
        for size in raw:
            if self.free and isinstance(size, int) and size == -1 and list(raw).count(-1) == 1:
                continue
            IntField(1, MOST).read(size)
        return tuple(raw)

    def write(self, value: tuple[int, ...]) -> object:
        return list(value)

    def show(self, value: tuple[int, ...]) -> str:
        return " x ".join(str(size) for size in value)

    def parse(self, text: str) -> tuple[int, ...]:
        return self.read(typed_integers(text, f"1 to {self.most} sizes, such as 28 x 28 x 1"))


class AxesField(FieldType):
    """Axes numbered as in Keras: 1 is the first after the batch, -1 the last."""

    def initial(self) -> tuple[int, ...]:
        return (-1,)

    def read(self, raw: object) -> tuple[int, ...]:
        axes = tuple(IntField().read(axis) for axis in (raw if isinstance(raw, list | tuple) else (raw,)))
        if not axes or 0 in axes or len(set(axes)) != len(axes):
            raise FieldError(f"expected axes such as -1 or [1, 2] (0 is the batch), not {quoted(raw)}")
        return axes

    def write(self, value: tuple[int, ...]) -> object:
        return value[0] if len(value) == 1 else list(value)

    def show(self, value: tuple[int, ...]) -> str:
        return ", ".join(str(axis) for axis in value)

    def parse(self, text: str) -> tuple[int, ...]:
        return self.read(typed_integers(text, "axes, such as -1 or 1, 2"))


class PaddingField(FieldType):
    """A padding word as in Keras, or the number of zero pixels on every side as in lectures."""

    def __init__(self, *words: str) -> None:
        self.words = words or ("valid", "same")

    @property
    def takes(self) -> str:
        return "one of the options, or a number of pixels for every side"

    @property
    def options(self) -> tuple[str, ...]:
        return self.words

    def initial(self) -> str:
        return self.words[0]

    def read(self, raw: object) -> str | int:
        if isinstance(raw, str) and raw.lower() in self.words:
            return raw.lower()
        if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= MOST:
            return raw
        raise FieldError(f"expected {', '.join(self.words)} or a number of pixels, not {quoted(raw)}")

    def parse(self, text: str) -> str | int:
        word = text.strip()
        try:
            return self.read(typed_integer(word, self))
        except FieldError:
            return self.read(word)


class MarginsField(FieldType):
    """Zero padding of an image, ((top, bottom), (left, right)): one number, height and width, or all four."""

    def initial(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return (0, 0), (0, 0)

    def read(self, raw: object) -> tuple[tuple[int, int], tuple[int, int]]:
        if isinstance(raw, list | tuple) and len(raw) == 2:
            rows, columns = (PairField(0, MOST).read(part) for part in raw)
        else:
            rows = columns = PairField(0, MOST).read(raw)
        return rows, columns

    def write(self, value: tuple[tuple[int, int], tuple[int, int]]) -> object:
        return [list(side) for side in value]

    def show(self, value: tuple[tuple[int, int], tuple[int, int]]) -> str:
        (top, bottom), (left, right) = value
        if top == bottom and left == right:
            return str(top) if top == left else f"{top}, {left}"
        return f"{top}, {bottom}, {left}, {right}"

    def parse(self, text: str) -> tuple[tuple[int, int], tuple[int, int]]:
        expected = "1, 2 or 4 numbers: all sides; height, width; top, bottom, left, right"
        numbers = typed_integers(text, expected)
        if len(numbers) == 4:
            return self.read([numbers[:2], numbers[2:]])
        if len(numbers) > 2:
            raise FieldError(f"expected {expected}, not {text.strip()!r}")
        return self.read(numbers if len(numbers) == 2 else numbers[0])
