"""Where the workers of a cluster are: checks what a person gave. Imports no Dask."""

import re
import shlex
from ipaddress import ip_address
from pathlib import Path

from msgspec import Struct

from core.presets import printable_path
from core.sweeps.record import SweepError

__all__ = ["ClusterAddress", "TlsFiles", "parse_address", "parse_typed"]

MOST_WORKERS = 256
EXPECTED = "expected tcp://HOST:PORT, tls://HOST:PORT, or local:N for N processes of this machine"
TRUST = "--trust-network"
_FILES = {"--tls-ca": "ca", "--tls-cert": "cert", "--tls-key": "key"}
_LOCAL = re.compile(r"local:([0-9]{1,6})")
_REMOTE = re.compile(r"(tcp|tls)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})")


class TlsFiles(Struct, frozen=True):
    """What a connection is encrypted and both ends are known by, as PEM files."""

    ca: Path
    """The certificate of who signed the others."""
    cert: Path
    key: Path


class ClusterAddress(Struct, frozen=True):
    """A Dask scheduler, or processes of this machine to start."""

    text: str
    """As given; of a scheduler, as Dask takes it."""
    processes: int = 0
    """How many to start on this machine; 0 for a scheduler."""
    tls: TlsFiles | None = None


def parse_address(
    text: str,
    *,
    trust_network: bool = False,
    ca: str | None = None,
    cert: str | None = None,
    key: str | None = None,
) -> ClusterAddress:
    """The cluster at ``text``, with the files of the options ``--tls-...``.

    Raises `SweepError`, also for one whose connections anybody in between could read and change, unless
    ``trust_network``.
    """
    given = {"--tls-ca": ca, "--tls-cert": cert, "--tls-key": key}
    remote = _REMOTE.fullmatch(text)
    if not (remote and remote[1] == "tls"):
        for option, value in given.items():
            if value is not None:
                raise SweepError(f"{option}: only a cluster at tls://HOST:PORT has a use for it")
    if local := _LOCAL.fullmatch(text):
        if not 1 <= int(local[1]) <= MOST_WORKERS:
            raise SweepError(f"--cluster {text}: from 1 to {MOST_WORKERS} processes")
        return ClusterAddress(text, processes=int(local[1]))
    if not remote or not 0 < int(remote[3]) < 2**16:
        raise SweepError(f"--cluster {printable_path(text)}: {EXPECTED}")
    if remote[1] == "tls":
        return ClusterAddress(text, tls=_tls_files(text, given))
    if not (trust_network or _is_loopback(remote[2])):
        raise SweepError(
            f"--cluster {text}: whoever reaches a scheduler without encryption can run programs there and here; "
            f"use tls://, an SSH tunnel to 127.0.0.1, or --trust-network if nobody else can reach it"
        )
    return ClusterAddress(text)


def parse_typed(text: str) -> ClusterAddress | None:
    """The cluster in ``text``: its address and then the options of the command line; None if there is no text.

    Raises `SweepError`.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise SweepError(f"{printable_path(text)}: a quotation mark is missing") from error
    if not words:
        return None
    address, *rest = words
    trusts = TRUST in rest
    rest = [word for word in rest if word != TRUST]
    given = dict(zip(rest[::2], rest[1::2], strict=False))
    for option in rest[::2]:
        if option not in _FILES or option not in given:
            expected = f"expected {TRUST}, or {', '.join(_FILES)}, each with a file"
            raise SweepError(f"{printable_path(option)}: {expected}")
    return parse_address(address, trust_network=trusts, **{_FILES[option]: path for option, path in given.items()})


def _tls_files(text: str, given: dict[str, str | None]) -> TlsFiles:
    paths = {}
    for option, value in given.items():
        if value is None:
            raise SweepError(f"--cluster {text}: needs --tls-ca, --tls-cert and --tls-key; there is no {option}")
        path = Path(value).expanduser()
        if not path.is_file():
            raise SweepError(f"{option}: {printable_path(value)}: no such file")
        paths[option] = path
    return TlsFiles(*paths.values())


def _is_loopback(host: str) -> bool:
    """Whether what is sent to ``host`` stays on this machine; a name is not looked up."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
