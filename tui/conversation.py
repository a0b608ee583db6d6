"""Dialogs with the user: one at a time, each in a worker that awaits the answers."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from textual.dom import DOMNode

__all__ = ["conversation"]

Node = TypeVar("Node", bound=DOMNode)
Arguments = ParamSpec("Arguments")


def conversation(
    talk: Callable[Concatenate[Node, Arguments], Coroutine[Any, Any, None]],
) -> Callable[Concatenate[Node, Arguments], None]:
    """Run ``talk`` in a worker, unless a conversation is already running: a key pressed twice asks once."""

    @wraps(talk)
    def begin(node: Node, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        under_way = (worker.group == "conversation" and not worker.is_finished for worker in node.workers)
        if any(under_way):
            node.app.bell()
        else:
            node.run_worker(talk(node, *args, **kwargs), name=talk.__name__, group="conversation")

    return begin
