"""Dialogs with the user: one at a time, each in a worker that awaits the answers."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from textual.app import App

__all__ = ["conversation", "talking"]


class InApp(Protocol):
    """A widget, a controller of the app, or the app."""

    @property
    def app(self) -> App[Any]: ...


Speaker = TypeVar("Speaker", bound=InApp)
Arguments = ParamSpec("Arguments")


def talking(app: App[Any]) -> bool:
    """Whether a conversation is under way."""
    return any(worker.group == "conversation" and not worker.is_finished for worker in app.workers)


def conversation(
    talk: Callable[Concatenate[Speaker, Arguments], Coroutine[Any, Any, None]],
) -> Callable[Concatenate[Speaker, Arguments], None]:
    """Run ``talk`` in a worker, unless a conversation is already running: a key pressed twice asks once."""

    @wraps(talk)
    def begin(speaker: Speaker, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        if talking(speaker.app):
            speaker.app.bell()
        else:
            speaker.app.run_worker(talk(speaker, *args, **kwargs), name=talk.__name__, group="conversation")

    return begin
