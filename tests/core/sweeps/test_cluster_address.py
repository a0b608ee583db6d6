"""What may be said of a cluster, and what is refused."""

from pathlib import Path

import pytest

from core.sweeps.cluster_address import ClusterAddress, TlsFiles, parse_address
from core.sweeps.cluster_versions import difference
from core.sweeps.record import SweepError

HERE = {"layerlab": "0.1.0", "tensorflow": "2.21.0", "keras": "3.15.0"}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    paths = {name: tmp_path / f"{name}.pem" for name in ("ca", "cert", "key")}
    for path in paths.values():
        path.write_text("")
    return {name: str(path) for name, path in paths.items()}


def test_processes_of_this_machine() -> None:
    assert parse_address("local:3") == ClusterAddress("local:3", processes=3)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.8.9.1"])
def test_a_scheduler_behind_loopback(host: str) -> None:
    assert parse_address(f"tcp://{host}:8786") == ClusterAddress(f"tcp://{host}:8786")


def test_a_scheduler_with_certificates(files: dict[str, str]) -> None:
    tls = TlsFiles(*(Path(files[name]) for name in ("ca", "cert", "key")))
    assert parse_address("tls://cluster.example:8786", **files) == ClusterAddress("tls://cluster.example:8786", tls=tls)


@pytest.mark.parametrize("host", ["10.0.0.7", "cluster.example", "8.8.8.8", "[fe80::1]", "localhost.example"])
def test_one_over_a_network_without_encryption_needs_trust(host: str) -> None:
    with pytest.raises(SweepError, match=r"can run programs there and here; use tls://, .*--trust-network"):
        parse_address(f"tcp://{host}:8786")
    assert parse_address(f"tcp://{host}:8786", trust_network=True).text == f"tcp://{host}:8786"


@pytest.mark.parametrize(
    "text",
    [
        *("", "host", "host:8786", "tcp://host", "tcp://:1", "udp://host:1", "tcp://a b:1", "tcp://host:99999"),
        *("tcp://host:0", "tcp://user@host:1", "tcp://host:1/path", "tcp://host:1\n"),
        *("local:", "local:x", "local:-1", "inproc://1"),
    ],
)
def test_anything_else_is_told_what_is_expected(text: str) -> None:
    with pytest.raises(SweepError, match="expected tcp://HOST:PORT") as refused:
        parse_address(text, trust_network=True)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["local:0", "local:257"])
def test_a_number_of_processes_that_makes_no_sense(text: str) -> None:
    with pytest.raises(SweepError, match="from 1 to 256 processes"):
        parse_address(text)


def test_certificates_are_complete_there_and_of_use(files: dict[str, str]) -> None:
    with pytest.raises(SweepError, match="there is no --tls-key"):
        parse_address("tls://host:1", ca=files["ca"], cert=files["cert"])
    with pytest.raises(SweepError, match=r"--tls-ca: .*nothing.pem: no such file"):
        parse_address("tls://host:1", **{**files, "ca": "nothing.pem"})
    for text in ("tcp://127.0.0.1:1", "local:2"):
        with pytest.raises(SweepError, match="--tls-ca: only a cluster at tls://HOST:PORT has a use for it"):
            parse_address(text, ca=files["ca"])


def test_the_same_versions_differ_in_nothing() -> None:
    assert difference("tcp://10.0.0.7:4000", dict(HERE), HERE) == ""


@pytest.mark.parametrize(
    ("package", "there", "why"),
    [
        ("layerlab", "0.0.9", "has LayerLab 0.0.9, here it is 0.1.0"),
        ("tensorflow", "2.20.0", "has TensorFlow 2.20.0, here it is 2.21.0"),
        ("keras", "", "has no Keras, here it is 3.15.0"),
        ("keras", "3\x1b[2J\n", r"has Keras 3\\x1b[2J, here it is 3.15.0"),
    ],
)
def test_another_version_is_told_with_both(package: str, there: str, why: str) -> None:
    told = difference("tcp://10.0.0.7:4000", {**HERE, package: there}, HERE)
    assert told == f"the worker tcp://10.0.0.7:4000 {why}; install the same there".replace("\\\\", "\\")
