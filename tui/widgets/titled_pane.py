"""Panes whose titles change while they are in sight: painting one anew leaves what is within alone."""

from typing import Self

from textual.containers import Vertical
from textual.geometry import Region
from textual.widget import Widget

from tui.widgets.text import update_border_title

__all__ = ["Titled", "TitledPane"]


class Titled(Widget):
    """A widget with a border, the first line of which holds the title.

    As a base class it comes last: Textual takes styles from the first alone.
    """

    _showing_title = False

    def show_title(self, title: str) -> None:
        """Show ``title``, which is no markup."""
        self._showing_title = True
        try:
            update_border_title(self, title)
        finally:
            self._showing_title = False

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        if self._showing_title:
            regions = (Region(0, 0, self.outer_size.width, 1).translate(-self.content_offset),)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class TitledPane(Vertical, Titled):
    """A column with a title."""
