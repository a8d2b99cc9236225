"""A real Prometheus with the documented configuration, asked through its query API."""

import contextlib
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import requests
import yaml

from tests.support.process.commands import BOUND_SECONDS, needed
from tests.support.process.ports import free_port
from tests.support.process.waiting import eventually

CONFIG = Path(__file__).parents[3] / "deploy" / "prometheus" / "prometheus.yml"
NOTHING: Mapping[str, object] = MappingProxyType({})
_START_SECONDS = 20.0


class Prometheus:
    """A running Prometheus."""

    def __init__(self, url: str) -> None:
        self._url = url

    def query(self, expression: str) -> dict[tuple[tuple[str, str], ...], float]:
        """Return a value for each set of labels; those that Prometheus adds are left out."""
        answer = requests.get(
            f"{self._url}/api/v1/query", params={"query": expression}, timeout=BOUND_SECONDS
        ).json()
        assert answer["status"] == "success", answer
        return {
            tuple(
                (name, value)
                for name, value in sorted(found["metric"].items())
                if name not in ("__name__", "instance", "job")
            ): float(found["value"][1])
            for found in answer["data"]["result"]
        }

    def value(self, expression: str) -> float | None:
        """Return the value of an expression that has one, else None."""
        found = self.query(expression)
        assert len(found) <= 1, found
        return next(iter(found.values()), None)

    def wait_for(self, expression: str) -> None:
        """Wait until an expression is true."""
        eventually(lambda: self.query(expression), f"{expression} in Prometheus", _START_SECONDS)


@contextlib.contextmanager
def scraping(port: int, folder: Path, more: Mapping[str, object] = NOTHING) -> Iterator[Prometheus]:
    """Run a Prometheus that scrapes a port, as often as tests need; with more settings of that."""
    documented = CONFIG.read_text(encoding="utf-8")
    often = documented.replace("localhost:9666", f"localhost:{port}").replace("30s", "500ms")
    content = yaml.safe_load(often)
    content["scrape_configs"][0].update(more)
    config = folder / "prometheus.yml"
    config.write_text(yaml.safe_dump(content))
    with running(config, folder / "prometheus") as url:
        yield Prometheus(url)


@contextlib.contextmanager
def running(config: Path, data: Path, *flags: str) -> Iterator[str]:
    """Run a Prometheus on data of its own, its log beside them; yield its address."""
    url = f"http://127.0.0.1:{free_port()}"
    command = [
        needed("prometheus"),
        f"--config.file={config}",
        f"--storage.tsdb.path={data}",
        f"--web.listen-address={url.removeprefix('http://')}",
        "--log.level=warn",
        *flags,
    ]
    with served(command, url, data.with_name(f"{data.name}.log")):
        yield url


@contextlib.contextmanager
def served(command: list[str], url: str, log: Path) -> Iterator[None]:
    """Run a program of Prometheus's family from when it is ready until it is not needed."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        eventually(lambda: _ready(url, process, log), f"{command[0]} ready", _START_SECONDS)
        yield
    finally:
        process.kill()
        process.wait(BOUND_SECONDS)


def _ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> bool:
    assert process.poll() is None, log.read_text(encoding="utf-8")
    with contextlib.suppress(requests.ConnectionError):
        return requests.get(f"{url}/-/ready", timeout=BOUND_SECONDS).status_code == 200
    return False
