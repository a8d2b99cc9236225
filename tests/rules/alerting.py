"""A real Prometheus with the rules and a real Alertmanager with its example, made quick."""

import contextlib
import functools
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import requests
import yaml

from tests.rules.rule_files import ALERTMANAGER, PROMETHEUS, RULE_FILES, load
from tests.support.process.commands import BOUND_SECONDS, needed
from tests.support.process.ports import free_port
from tests.support.process.prometheus import running, served

_OFTEN = "200ms"


class Told(NamedTuple):
    """What a receiver was told of an alert."""

    receiver: str
    alert: str
    status: str


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, told: list[Told], *connection: Any) -> None:  # noqa: ANN401 - the library's
        self._told = told
        super().__init__(*connection)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        receiver = self.path.removeprefix("/")
        for alert in body["alerts"]:
            self._told.append(Told(receiver, alert["labels"]["alertname"], alert["status"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


class Receiver:
    """Takes what Alertmanager posts, for all receivers of its example."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        handler = functools.partial(_Handler, self.told)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextlib.contextmanager
    def serving(self) -> Iterator["Receiver"]:
        """Listen for as long as it is needed."""
        thread = threading.Thread(target=self._server.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


class Alertmanager:
    """A running Alertmanager."""

    def __init__(self, url: str) -> None:
        self._url = url

    def is_inhibited(self, alert: str) -> bool:
        """Tell whether an alert is there and another one silences it."""
        answer = requests.get(
            f"{self._url}/api/v2/alerts",
            params={"filter": f"alertname={alert}"},
            timeout=BOUND_SECONDS,
        ).json()
        return bool(answer) and all(each["status"]["inhibitedBy"] for each in answer)


@contextlib.contextmanager
def alerting(exporter: int, receiver: str, folder: Path) -> Iterator[Alertmanager]:
    """Run both: alerts on an exporter's port reach a receiver at once."""
    with alertmanager(receiver, folder) as url:
        config = quick_configuration(exporter, url, folder)
        with running(config, folder / "prometheus"):
            yield Alertmanager(url)


@contextlib.contextmanager
def alertmanager(receiver: str, folder: Path) -> Iterator[str]:
    """Run an Alertmanager whose receivers are all at one address; yield its own."""
    config = folder / "alertmanager.yml"
    config.write_text(yaml.safe_dump(_quick_example(receiver)), encoding="utf-8")
    url = f"http://127.0.0.1:{free_port()}"
    command = [
        needed("prometheus-alertmanager"),
        f"--config.file={config}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address={url.removeprefix('http://')}",
        "--cluster.listen-address=",
    ]
    with served(command, url, folder / "alertmanager.log"):
        yield url


def _quick_example(receiver: str) -> dict[str, Any]:
    """Return the example with every receiver at one address, told at once."""
    example = load(ALERTMANAGER)
    example["route"] |= {"group_wait": "0s", "group_interval": _OFTEN}
    example["receivers"] = [
        {"name": each["name"], "webhook_configs": [{"url": f"{receiver}/{each['name']}"}]}
        for each in example["receivers"]
    ]
    return example


def quick_configuration(exporter: int, alertmanager_url: str, folder: Path) -> Path:
    """Write the documented configuration and its rules, with moments in place of minutes.

    Those of DuplistatusMetricsAbsent stay: at the start nothing has been scraped yet.
    """
    quick = load(PROMETHEUS / "prometheus.yml")
    quick["global"] = {"evaluation_interval": _OFTEN}
    quick["scrape_configs"][0]["scrape_interval"] = _OFTEN
    quick["scrape_configs"][0]["static_configs"][0]["targets"] = [f"localhost:{exporter}"]
    quick["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [
        alertmanager_url.removeprefix("http://")
    ]
    (folder / "rules").mkdir()
    for path in RULE_FILES:
        rules = re.sub(r" for: (5m|15m)", " for: 0s", path.read_text(encoding="utf-8"))
        (folder / "rules" / path.name).write_text(rules.replace("[10m]", "[1s]"), encoding="utf-8")
    config = folder / "prometheus.yml"
    config.write_text(yaml.safe_dump(quick), encoding="utf-8")
    return config
