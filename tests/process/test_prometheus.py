import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as parse_text

from tests.exporter.config.test_web_config import USERS
from tests.exporter.test_web_users import PASSWORD
from tests.support.process import reports
from tests.support.process.commands import BOUND_SECONDS, needed
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.prometheus import CONFIG, Prometheus, scraping

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"

DAILY = (("backup", "daily-backup"), ("server", "server-01"), ("server_id", "1"))
WEEKLY = (("backup", "weekly"), ("server", 'nas "1" \\ Größe\n'), ("server_id", "2"))


def post_some(daemon: Daemon) -> None:
    """Of one job a success and now an error; of another, just now, a warning; and a bad report."""
    daemon.upload(reports.documented())
    daemon.upload(
        reports.documented(
            status="error",
            startTime="2024-01-16T02:00:00Z",
            endTime="2024-01-16T02:01:00Z",
            duration=60,
            files=7,
        )
    )
    times = {"startTime": reports.ago(minutes=2), "endTime": reports.ago(minutes=1)}
    name = dict(WEEKLY)["server"]
    fields = {"status": "warning", "duration": 60, "size": 2**62, **times}
    daemon.upload(reports.documented(name, "weekly", **fields))
    assert daemon.post(b"no report").status_code == 400


def test_prometheus_yml_scrapes_as_documented() -> None:
    assert yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["scrape_configs"] == [
        {
            "job_name": "duplistatus",
            "static_configs": [{"targets": ["localhost:9666"]}],
            "metrics_path": "/api/health",
            "scrape_interval": "30s",
        }
    ]


@pytest.fixture(scope="module")
def filled_daemon(shared_daemon: Daemon) -> Daemon:
    post_some(shared_daemon)
    return shared_daemon


@pytest.fixture(scope="module")
def prometheus(
    filled_daemon: Daemon, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prometheus]:
    """A Prometheus that has scraped the filled daemon; it takes five seconds to find a target."""
    with scraping(filled_daemon.port, tmp_path_factory.mktemp("prometheus")) as prometheus:
        prometheus.wait_for('up{job="duplistatus"} == 1')
        yield prometheus


def test_prometheus_scrapes_what_was_posted(prometheus: Prometheus) -> None:
    query, value = prometheus.query, prometheus.value
    assert value("duplistatus_backup_success_rate") == pytest.approx(2 / 3)
    assert value("duplistatus_overdue_backups") == 1
    assert value("duplistatus_failing_backups") == 1
    assert value("duplistatus_servers") == value("duplistatus_backup_jobs") == 2
    assert query("duplistatus_backup_overdue") == {DAILY: 1, WEEKLY: 0}
    assert query("duplistatus_backup_last_status_code") == {DAILY: 2, WEEKLY: 1}
    assert query("duplistatus_backup_last_duration_seconds") == {DAILY: 60, WEEKLY: 60}
    assert query("duplistatus_backup_source_files") == {DAILY: 7, WEEKLY: 1250}
    assert query("duplistatus_backup_source_bytes") == {DAILY: 1073741824, WEEKLY: 2**62}
    assert query("duplistatus_backup_consecutive_failures") == {DAILY: 1, WEEKLY: 0}
    started = query("duplistatus_backup_last_start_timestamp_seconds")
    assert started[DAILY] == 1705370400
    runs = query("sum by (server_id, server, backup) (duplistatus_backup_runs_total)")
    assert runs == {DAILY: 2, WEEKLY: 1}
    by_status = query('sum by (status) (duplistatus_backup_runs_total{server_id="1"})')
    assert {labels[0][1]: count for labels, count in by_status.items()} == {
        "success": 1,
        "warning": 0,
        "error": 1,
        "fatal": 0,
        "unknown": 0,
        "interrupted": 0,
    }
    uploads = query('duplistatus_uploads_total{outcome!="duplicate"}')
    assert {labels[0][1]: count for labels, count in uploads.items()} == {
        "recorded": 3,
        "rejected": 1,
        "limited": 0,
        "failed": 0,
    }


def test_prometheus_stores_each_sample_once(filled_daemon: Daemon, prometheus: Prometheus) -> None:
    stored = prometheus.value("count({job='duplistatus', __name__!~'up|scrape_.*'})")
    assert stored == prometheus.value("scrape_samples_scraped")
    for accept in ("text/plain", "application/openmetrics-text"):
        exposed = filled_daemon.get("/api/health", Accept=accept).text
        samples = [line for line in exposed.splitlines() if line and not line.startswith("#")]
        assert len(samples) == stored


def test_what_comes_later_shows_in_a_later_scrape(
    filled_daemon: Daemon, prometheus: Prometheus
) -> None:
    """A repeated report: it leaves what the other tests look at."""
    before = prometheus.value('duplistatus_uploads_total{outcome="duplicate"}')
    assert before is not None
    filled_daemon.upload(reports.documented())
    prometheus.wait_for(f'duplistatus_uploads_total{{outcome="duplicate"}} == {before + 1}')


def test_prometheus_scrapes_with_the_password_of_a_user(tmp_path: Path) -> None:
    (tmp_path / "web.yml").write_text(USERS)
    with Daemon(tmp_path, *ANY_PORT, "--web.config.file", "web.yml") as daemon:
        assert daemon.get("/api/health").status_code == 401
        assert daemon.get("/", Accept="text/html").status_code == 401
        user = {"basic_auth": {"username": "prometheus", "password": PASSWORD}}
        with scraping(daemon.port, tmp_path, user) as prometheus:
            prometheus.wait_for('up{job="duplistatus"} == 1')


def test_promtool_finds_nothing_to_say(daemon: Daemon) -> None:
    post_some(daemon)
    for body in reports.payloads():
        daemon.upload(body)
    done = subprocess.run(
        [needed("promtool"), "check", "metrics"],
        input=daemon.get("/api/health").content,
        capture_output=True,
        timeout=BOUND_SECONDS,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 0)


@pytest.mark.parametrize(
    ("accept", "content_type", "parse"),
    [
        ("text/plain", TEXT, parse_text),
        ("application/openmetrics-text; version=1.0.0", OPENMETRICS, parse_openmetrics),
        ("application/openmetrics-text;q=0.5, text/plain;q=0.4", OPENMETRICS, parse_openmetrics),
        ("application/openmetrics-text;q=0.4, text/plain;q=0.5", TEXT, parse_text),
        ("text/html, */*;q=0.8", TEXT, parse_text),
    ],
)
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_the_client_librarys_parsers_read_both_formats(
    filled_daemon: Daemon,
    accept: str,
    content_type: str,
    parse: Callable[[str], Iterable[Metric]],
    coding: str,
) -> None:
    headers = {"Accept": accept, "Accept-Encoding": coding}
    answer = filled_daemon.get("/api/health", **headers)
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers.get("Content-Encoding", "identity") == coding
    families = list(parse(answer.content.decode()))
    names = [family.name for family in families]
    assert len(names) == len(set(names))
    samples = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }
    assert samples["duplistatus_backup_success_rate", ()] == pytest.approx(2 / 3)
    assert samples["duplistatus_backup_overdue", DAILY] == 1
    assert samples["duplistatus_backup_source_bytes", WEEKLY] == 2**62
    assert samples["duplistatus_backup_runs_total", (*DAILY, ("status", "error"))] == 1
