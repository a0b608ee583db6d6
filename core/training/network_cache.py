"""The network that was built last, reused so that training it a second time starts at once.

Importing this loads TensorFlow. The slow part, tracing and compiling, depends neither on the seed nor the learning rate
nor the number of epochs. Users often change just these, or nothing, and train again.
"""

from threading import Lock
from weakref import ref

from core.keras_runtime import runtime
from core.training.network import Network, NetworkSpec

__all__ = ["NetworkCache"]


class NetworkCache:
    """Holds one network, used by one owner at a time, and reuses it for the next."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.building = Lock()
        """Held while its network is built or traced: a stop does not wait for that, and the next owner gets what was
        traced."""
        self._network: Network | None = None
        self._owner: ref[object] | None = None

    def acquire(self, spec: NetworkSpec, owner: object) -> Network:
        """A network built to ``spec`` with fresh weights, for as long as ``owner`` lives.

        The last one is reused if it fits and its owner is gone. Raises what `Network` raises.
        """
        with self._lock:
            if self._network is None or not self._fits(self._network, spec):
                self._network = None
                runtime.collect_garbage()  # two networks at once may not fit into memory
                self._network = Network(spec)
            else:
                self._network.reset(spec)
            self._owner = ref(owner)
            return self._network

    def holds(self, spec: NetworkSpec) -> bool:
        """Whether a training by ``spec`` can reuse the network, once its owner is gone."""
        network = self._network
        return network is not None and network.ready and network.spec.cache_key == spec.cache_key

    def _fits(self, network: Network, spec: NetworkSpec) -> bool:
        return network.ready and network.spec.cache_key == spec.cache_key and self._is_unused()

    def _is_unused(self) -> bool:
        if self._owner is not None and self._owner() is not None:
            runtime.collect_garbage()  # its owner may be garbage that refers to itself
        return self._owner is None or self._owner() is None
