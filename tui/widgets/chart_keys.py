"""The keys of charts: smoothing, scale, zoom and crosshair, the same in every tab that shows curves."""

from collections.abc import Sequence

from textual import on
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widget import Widget

from core.charts import next_place, next_weight
from core.run_charts import Look
from core.settings import ChartSettings
from tui.remembered import SettingsChanged
from tui.widgets.chart import ChartWidget

__all__ = ["CHART_ACTIONS", "ChartKeys", "chart_bindings"]

MOST_ZOOM = 10
"""How often a chart can be zoomed in."""

CHART_ACTIONS = frozenset({"log", "smooth", "zoom", "cross", "uncross"})
"""Actions on charts."""


def chart_bindings(tab: str) -> list[BindingType]:
    """The keys of the charts of ``tab``, which begins their ids."""
    return [
        Binding("l", "log", "Log", id=f"{tab}.log", tooltip="Show the loss on a logarithmic scale, or a linear one"),
        Binding("s", "smooth", "Smooth", id=f"{tab}.smooth", tooltip="Smooth the training curve more, or not at all"),
        Binding(
            "greater_than_sign",
            "zoom(1)",
            "Zoom in",
            key_display=">",
            id=f"{tab}.zoom_in",
            tooltip="Show the newest half of the epochs, or those around the crosshair",
            show=False,
        ),
        Binding(
            "less_than_sign",
            "zoom(-1)",
            "Zoom out",
            key_display="<",
            id=f"{tab}.zoom_out",
            tooltip="Show twice as many epochs",
            show=False,
        ),
        Binding("left", "cross(-1)", "Read left", id=f"{tab}.left", tooltip="Read values an epoch earlier", show=False),
        Binding("right", "cross(1)", "Read right", id=f"{tab}.right", tooltip="Read values an epoch later", show=False),
        Binding("escape", "uncross", "No crosshair", id=f"{tab}.uncross", tooltip="Hide the crosshair", show=False),
    ]


class ChartKeys(Widget):
    """Has charts that it shows as ``settings``, ``zoom`` and ``center`` say, with one crosshair for all."""

    settings: reactive[ChartSettings] = reactive(ChartSettings(), init=False, repaint=False)
    """Smoothing and scale."""
    zoom: reactive[int] = reactive(0, init=False, repaint=False)
    """How often the epochs shown have been halved."""
    cross: reactive[float | None] = reactive[float | None](None, init=False, repaint=False)
    """The epoch of the crosshair; None for none."""

    center: float | None = None
    """The epoch that was zoomed in on; None for the newest."""

    @property
    def charts(self) -> Sequence[ChartWidget]:
        """The charts."""
        raise NotImplementedError

    def show_look(self) -> None:
        """Draw the charts again, as `look` says now."""
        raise NotImplementedError

    @property
    def look(self) -> Look:
        """How the charts are shown."""
        return Look(self.settings.smoothing, self.settings.log, self.zoom, self.center)

    def watch_settings(self) -> None:
        if self.is_mounted:
            self.show_look()

    def watch_zoom(self) -> None:
        if self.is_mounted:
            self.show_look()

    def watch_cross(self) -> None:
        for chart in self.charts:
            chart.cross = self.cross

    @on(ChartWidget.Pointed)
    def _pointed(self, event: ChartWidget.Pointed) -> None:
        event.stop()
        self.cross = event.epoch

    def forget_place(self) -> None:
        """Show all epochs, without a crosshair: what is shown is another run."""
        self.center, self.zoom, self.cross = None, 0, None

    def action_log(self) -> None:
        """Switch between a logarithmic and a linear scale of losses."""
        self._show_as(ChartSettings(self.settings.smoothing, not self.settings.log))

    def action_smooth(self) -> None:
        """Smooth with the next weight; after the largest, not at all."""
        self._show_as(ChartSettings(next_weight(self.settings.smoothing), self.settings.log))

    def action_zoom(self, times: int) -> None:
        """Zoom in or out."""
        zoom = min(max(self.zoom + times, 0), MOST_ZOOM)
        self.center = (self.cross if times > 0 else self.center) if zoom else None
        self.zoom = zoom

    def action_cross(self, direction: int) -> None:
        """Move the crosshair left or right."""
        chart = next((widget.chart for widget in self.charts if widget.chart), None)
        if chart is not None:
            self.cross = next_place(chart, self.cross, direction)

    def action_uncross(self) -> None:
        """Hide the crosshair."""
        self.cross = None

    def _show_as(self, settings: ChartSettings) -> None:
        self.settings = settings
        self.post_message(SettingsChanged(settings))
