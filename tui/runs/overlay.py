"""The curves of several runs in one chart."""

from tui.runs.series_styles import ROLES
from tui.widgets.chart import ChartWidget

__all__ = ["Overlay"]


class Overlay(ChartWidget):
    """A chart with a color for each of several runs."""

    COMPONENT_CLASSES = (
        ChartWidget.COMPONENT_CLASSES | {f"chart--{role}" for role in ROLES} | {f"chart--band-{role}" for role in ROLES}
    )
