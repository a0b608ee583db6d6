"""Where the numbers of an array stand in a table: rows and columns, and pages where there are more than two axes."""

from math import prod

from msgspec import Struct

from core.network.shapes import Shape

__all__ = ["Index", "Layout"]

Index = tuple[int, ...]


class Layout(Struct, frozen=True):
    """The table of an array of ``shape``, with at most ``across`` numbers in a row where a row may be broken.

    A vector is broken into rows; of more than two axes the first two are rows and columns, and every entry of the
    others is a page.
    """

    shape: Shape
    across: int

    @property
    def columns(self) -> int:
        """Columns of a page."""
        return max(1, min(self.shape[0], self.across)) if len(self.shape) == 1 else self.shape[1]

    @property
    def rows(self) -> int:
        """Rows of a page."""
        return -(-self.shape[0] // self.columns) if len(self.shape) == 1 else self.shape[0]

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return prod(self.shape[2:])

    def place(self, index: Index) -> tuple[int, int, int]:
        """Page, row and column of a number."""
        if len(self.shape) == 1:
            return 0, *divmod(index[0], self.columns)
        page = 0
        for size, at in zip(self.shape[2:], index[2:], strict=True):
            page = page * size + at
        return page, index[0], index[1]

    def index(self, page: int, row: int, column: int) -> Index | None:
        """What stands there; None past the end of a vector."""
        if len(self.shape) == 1:
            at = row * self.columns + column
            return (at,) if at < self.shape[0] else None
        return row, column, *self.page_index(page)

    def page_index(self, page: int) -> Index:
        """The entries of the axes that make up the pages."""
        found: list[int] = []
        for size in reversed(self.shape[2:]):
            page, at = divmod(page, size)
            found.append(at)
        return tuple(reversed(found))

    def moved(self, index: Index, down: int, across: int, pages: int = 0) -> Index:
        """The index of the number that far away, no further than the ends."""
        page, row, column = self.place(index)
        page = _within(page + pages, self.pages)
        row, column = _within(row + down, self.rows), _within(column + across, self.columns)
        found = self.index(page, row, column)
        return (self.shape[0] - 1,) if found is None else found


def _within(place: int, count: int) -> int:
    return min(max(0, place), count - 1)
