"""While one is to find out what is wrong with a broken network, the diagnosis does not tell it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.app import LayerLabApp

__all__ = ["SILENT", "SilenceController"]

SILENT = "The diagnosis is silent until you have said what is wrong: 5 opens Learn."


class SilenceController:
    """Keeps `silenced` of the app: the ids of the lessons whose networks are not diagnosed yet."""

    def __init__(self, app: "LayerLabApp") -> None:
        self.app = app
        self._ids: frozenset[str] = frozenset()

    def follow(self) -> None:
        """Look at what is open, trained and inspected, if that is of other lessons than before."""
        app = self.app
        networks = (app.document.present, app.train_pane.controller.run, app.inspect_pane.run)
        ids = frozenset(network.lesson for network in networks if network is not None and network.lesson)
        if ids != self._ids:
            self._ids = ids
            self.look()

    def look(self) -> None:
        """Look at what is answered."""
        if not self._ids:
            self.app.silenced = frozenset()
            return
        from core.lessons.silence import silent  # noqa: PLC0415  # start-up does without the lessons

        self.app.silenced = silent(self._ids, self.app.learn_pane.progress)
