"""Opens the pages above the tabs: the digits, predictions, benches. Each is loaded when it is opened."""

from functools import partial
from typing import TYPE_CHECKING

from core.fields.types import FieldError
from tui.conversation import conversation
from tui.header import TABS

if TYPE_CHECKING:
    from core.lessons.lesson import Place
    from tui.app import LayerLabApp

__all__ = ["PageOpener"]


class PageOpener:
    """Opens pages about the app's document."""

    def __init__(self, app: "LayerLabApp") -> None:
        self.app = app

    def look(self, place: "Place") -> None:
        """Go to ``place``: a tab, a page, or the bench of that name."""
        pages = {
            "data": self.data,
            "predict": self.predict,
            "numbers": self.numbers,
            "forecast": self.forecast,
            "glossary": self.app.action_glossary,
        }
        if place in TABS:
            self.app.action_show(place)
        elif place in pages:
            pages[place]()
        else:
            self.bench(place)

    def data(self) -> None:
        """Look at the digits of the dataset."""
        from tui.screens.data import DataPage  # noqa: PLC0415  # imports numpy, which start-up does without

        self.app.push_screen(DataPage(self.app.preset.plan.dataset))

    def predict(self) -> None:
        """Predict the shapes and parameters of the network, if it has any."""
        from core.learn.own_network import start  # noqa: PLC0415  # start-up does without the exercises
        from tui.screens.predict import Predict  # noqa: PLC0415

        try:
            self.app.push_screen(Predict(start(self.app.preset)))
        except FieldError as error:
            self.app.refuse("Nothing to predict", error)

    def numbers(self) -> None:
        """Work an example through the open network by numbers, as a training of it would begin."""
        from tui.by_numbers.beginnings import first_numbers  # noqa: PLC0415  # imports numpy, as above
        from tui.by_numbers.page import ByNumbers  # noqa: PLC0415

        preset, loader = self.app.preset, self.app.loader
        self.app.push_screen(ByNumbers(preset.title, partial(first_numbers, preset, loader), loader))

    def forecast(self) -> None:
        """Say what the training of the network will come to, then train."""
        self.app.action_show("train")
        self.app.train_pane.action_forecast()

    @conversation
    async def by_hand(self) -> None:
        """Choose a bench, and open it."""
        from tui.benches.chooser import PickBench  # noqa: PLC0415  # start-up does without the benches

        name = await self.app.push_screen_wait(PickBench())
        if name is not None:
            self.bench(name)

    def bench(self, name: str) -> None:
        """Open the bench ``name``."""
        from tui.benches import BENCHES  # noqa: PLC0415  # as above

        self.app.push_screen(BENCHES[name].make())
