"""Waiting for what is written after a training has ended."""

import threading

__all__ = ["wait_until_written"]


def wait_until_written() -> None:
    """Wait until the Keras files of every run that has ended are there."""
    for thread in threading.enumerate():
        if thread.name == "keeping":
            thread.join()
