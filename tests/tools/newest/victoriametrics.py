"""A real VictoriaMetrics: the single server, filled from a Prometheus."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import requests

from exporter.times import SECOND, format_timestamp
from tests.support.process.commands import BOUND_SECONDS, needed
from tests.support.process.ports import free_port
from tests.support.process.prometheus import served
from tests.tools.synthetic.scrapes import BEGIN, END


@contextlib.contextmanager
def running(folder: Path, *flags: str) -> Iterator[str]:
    """Run a server on data of its own; yield its address."""
    command = [
        needed("victoria-metrics"),
        f"-storageDataPath={folder / 'victoria-metrics'}",
        "-search.latencyOffset=0s",  # what was written a moment ago counts
        *flags,
    ]
    with listening(command, folder / "victoria-metrics.log") as url:
        yield url


@contextlib.contextmanager
def listening(command: list[str], log: Path) -> Iterator[str]:
    """Run a program of VictoriaMetrics's family; yield its address."""
    url = f"http://127.0.0.1:{free_port()}"
    with served([*command, f"-httpListenAddr={url.removeprefix('http://')}"], url, log):
        yield url


def copy_history(prometheus: str, victoriametrics: str) -> None:
    """Copy the thirty days of the synthetic fleet from one address to another."""
    source = {
        "remote-read-src-addr": prometheus,
        "remote-read-filter-time-start": format_timestamp(BEGIN),
        "remote-read-filter-time-end": format_timestamp(END + SECOND),
        "remote-read-step-interval": "day",
        "vm-addr": victoriametrics,
    }
    given = [f"--{name}={value}" for name, value in source.items()]
    command = [needed("vmctl"), "remote-read", "-s", "--disable-progress-bar", *given]
    subprocess.run(command, check=True, capture_output=True)
    requests.get(f"{victoriametrics}/internal/force_flush", timeout=BOUND_SECONDS)
