"""The network that was made last, lent again, so that training it a second time begins at once.

Importing this loads TensorFlow. What takes long, tracing and compiling, depends neither on the seed nor on the
learning rate nor on the epochs. People change just these, or nothing, and train again.
"""

from threading import Lock
from weakref import ref

from core.keras_runtime import runtime
from core.training.network import Network, NetworkSpec

__all__ = ["NetworkCache"]


class NetworkCache:
    """Lends one network at a time to one borrower, and keeps it for the next."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._network: Network | None = None
        self._borrower: ref[object] | None = None

    def acquire(self, blueprint: NetworkSpec, borrower: object) -> Network:
        """A network as ``blueprint`` has it, its weights new, for as long as ``borrower`` lives.

        It is the one of last time if that fits and its borrower is gone. Raises what `Network` raises.
        """
        with self._lock:
            if self._network is None or not self._fits(self._network, blueprint):
                self._network = None
                runtime.collect_garbage()  # two networks at once may be more than the memory holds
                self._network = Network(blueprint)
            else:
                self._network.reset(blueprint)
            self._borrower = ref(borrower)
            return self._network

    def _fits(self, network: Network, blueprint: NetworkSpec) -> bool:
        free = self._borrower is None or self._borrower() is None
        return free and network.ready and network.blueprint.cache_key == blueprint.cache_key
