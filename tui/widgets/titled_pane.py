"""A pane whose title changes while it is in sight: painting it anew leaves what is within alone."""

from typing import Self

from textual.containers import Vertical
from textual.geometry import Region

from tui.widgets.text import update_border_title

__all__ = ["TitledPane"]


class TitledPane(Vertical):
    """A column with a border, the first line of which holds the title."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._entitling = False

    def show_title(self, title: str) -> None:
        """Show ``title``, which is no markup."""
        self._entitling = True
        try:
            update_border_title(self, title)
        finally:
            self._entitling = False

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        if self._entitling:
            regions = (Region(0, 0, self.outer_size.width, 1).translate(-self.content_offset),)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
