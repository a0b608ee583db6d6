"""The workers of a cluster: who is there, who has the same versions, and with how many threads each trains."""

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from core.sweeps import cluster_versions, cluster_worker
from core.sweeps.cluster_worker import Cores

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["Roster"]


class Roster:
    """What was last seen of the workers of ``client``."""

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._ours = cluster_versions.ours()
        self._cores: dict[str, Cores] = {}
        """Of those that have the same versions."""
        self.present: frozenset[str] = frozenset()
        """All that are there."""
        self.threads: dict[str, int] = {}
        """The threads that a worker has, for those that may train."""
        self.refused: dict[str, str] = {}
        """Why the others may not."""

    def look(self) -> None:
        """See who has come and who has left. Blocks. Raises OSError if the scheduler does not answer."""
        present = frozenset(self._client.nthreads())
        new = sorted(present - self._cores.keys() - self.refused.keys())
        if new:
            self._meet(new)
        self._cores = {worker: cores for worker, cores in self._cores.items() if worker in present}
        self.refused = {worker: why for worker, why in self.refused.items() if worker in present}
        self.threads = _shared(self._cores)
        self.present = present

    def _meet(self, new: list[str]) -> None:
        versions = cluster_versions.theirs(self._client, new)
        differing = {worker: cluster_versions.difference(worker, versions[worker], self._ours) for worker in new}
        self.refused |= {worker: why for worker, why in differing.items() if why}
        same = [worker for worker in new if not differing[worker]]
        if not same:
            return
        for worker, answer in self._client.run(cluster_worker.cores, workers=same, on_error="return").items():
            try:
                self._cores[worker] = msgspec.json.decode(answer, type=Cores)
            except (msgspec.MsgspecError, TypeError):
                self.refused[worker] = f"the worker {worker} has another LayerLab; install the same there"


def _shared(cores: dict[str, Cores]) -> dict[str, int]:
    """How many threads each has, if those with the same cores share them."""
    together = Counter(cores.values())
    return {worker: max(1, len(each.numbers) // together[each]) for worker, each in cores.items()}
