"""Prometheus scrapes the real daemon by each protocol that it knows, and gets the same by each."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.support.process import reports
from tests.support.process.commands import BOUND_SECONDS
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.prometheus import running
from tests.support.process.waiting import eventually

Json = dict[str, Any]

PROTOCOLS = (
    "OpenMetricsText1.0.0",
    "OpenMetricsText0.0.1",
    "PrometheusText1.0.0",
    "PrometheusText0.0.4",
    "PrometheusProto",
)
"""What the daemon does not know it answers in text, and says so: no fallback is configured."""

JOBS: dict[str, Json] = {
    "default": {},
    **{name: {"scrape_protocols": [name]} for name in PROTOCOLS},
    "uncompressed": {"enable_compression": False},
    "legacy names": {
        "metric_name_validation_scheme": "legacy",
        "metric_name_escaping_scheme": "underscores",
    },
    "classic histograms": {
        "convert_classic_histograms_to_nhcb": True,
        "always_scrape_classic_histograms": True,
    },
}
"""Ways to scrape, by the names of their jobs."""

FEATURES = ("", "native-histograms")
"""With the latter Prometheus asks for its protocol buffers first."""

PATIENCE_SECONDS = 30.0


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with Daemon(tmp_path_factory.mktemp("daemon"), *ANY_PORT) as daemon:
        daemon.upload(reports.documented())
        daemon.upload(reports.documented('nas "1" \\ Größe\n', "weekly"))
        yield daemon


class Scraped:
    """A Prometheus that scrapes one daemon by several jobs."""

    def __init__(self, url: str) -> None:
        self._url = url

    def values(self, expression: str) -> dict[str, str]:
        """Return the value of an expression for each job."""
        return {each["metric"]["job"]: each["value"][1] for each in self._ask(expression)}

    def samples(self, job: str) -> set[tuple[tuple[str, str], ...]]:
        """Return the labels, names among them, of all that a job scraped."""
        found = self._ask(f'{{job="{job}", __name__!~"up|scrape_.*"}}')
        return {_without_job(each["metric"]) for each in found if "histogram" not in each}

    def of_jobs(self, job: str) -> dict[tuple[tuple[str, str], ...], str]:
        """Return the values of what a job scraped of backup jobs."""
        found = self._ask(f'{{job="{job}", __name__=~"duplistatus_backup_.*"}}')
        return {_without_job(each["metric"]): each["value"][1] for each in found}

    def _ask(self, expression: str) -> list[Json]:
        answer = requests.get(
            f"{self._url}/api/v1/query", params={"query": expression}, timeout=BOUND_SECONDS
        ).json()
        assert answer["status"] == "success", answer
        found: list[Json] = answer["data"]["result"]
        return found


def _without_job(labels: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, value) for name, value in labels.items() if name != "job"))


@pytest.fixture(scope="module", params=FEATURES, ids=lambda features: features or "default")
def scraped(
    daemon: Daemon, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scraped]:
    folder = tmp_path_factory.mktemp("prometheus")
    flags = [f"--enable-feature={request.param}"] if request.param else []
    with running(_configuration(daemon.port, folder), folder / "data", *flags) as url:
        scraped = Scraped(url)
        eventually(lambda: scraped.values("up").keys() == JOBS.keys(), "scrapes", PATIENCE_SECONDS)
        yield scraped


def _configuration(port: int, folder: Path) -> Path:
    target = {"targets": [f"localhost:{port}"]}
    common = {"metrics_path": "/api/health", "static_configs": [target]}
    jobs = [{"job_name": name, **common, **settings} for name, settings in JOBS.items()]
    often = {"scrape_interval": "1s", "scrape_timeout": "1s"}
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump({"global": often, "scrape_configs": jobs}), encoding="utf-8")
    return path


def test_the_daemon_is_up_by_each_protocol(scraped: Scraped) -> None:
    assert scraped.values("up") == dict.fromkeys(JOBS, "1")


@pytest.mark.parametrize("job", JOBS)
def test_the_same_is_scraped_by_each_protocol(job: str, scraped: Scraped) -> None:
    assert scraped.samples(job) == scraped.samples("default")
    assert scraped.of_jobs(job) == scraped.of_jobs("default")
    assert len(scraped.of_jobs(job)) > 40
