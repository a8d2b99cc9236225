"""No answer is older than what any daemon acknowledged before the question."""

import pytest

from exporter.store import StoreUnavailableError
from tests.support.daemon import Daemon

ANSWERS = (
    "/api/summary",
    "/api/jobs",
    "/api/servers",
    "/api/backups",
    "/api/health",
    "/metrics",
    "/",
)
OTHERS = ("/-/healthy", "/api/openapi.yaml", "/api/health?part=daemon")


class Away:
    """A store that cannot tell what the others did."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def __call__(self, patience: float) -> None:
        self.asked.append(patience)
        raise StoreUnavailableError("away")


@pytest.fixture
def away(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> Away:
    away = Away()
    monkeypatch.setattr(daemon.store, "catch_up", away)
    return away


@pytest.mark.usefixtures("away")
@pytest.mark.parametrize("path", ANSWERS)
def test_nothing_is_answered_from_what_may_be_old(daemon: Daemon, path: str) -> None:
    assert daemon.client.simulate_get(path).status_code == 503


@pytest.mark.parametrize("path", OTHERS)
def test_what_needs_no_store_is_answered(daemon: Daemon, away: Away, path: str) -> None:
    assert daemon.client.simulate_get(path).status_code == 200
    assert away.asked == []


@pytest.mark.parametrize(
    ("header", "patience"),
    [("10", 9.0), ("0.5", 0.2), ("600", 60.0), ("soon", 5.0), ("-1", 5.0), ("nan", 5.0)],
)
def test_a_scrape_says_how_long_it_waits(
    daemon: Daemon, away: Away, header: str, patience: float
) -> None:
    daemon.client.simulate_get("/metrics", headers={"X-Prometheus-Scrape-Timeout-Seconds": header})
    assert away.asked == [patience]


def test_a_part_of_the_exposition_is_that_part(daemon: Daemon) -> None:
    def families(part: str) -> set[str]:
        text = daemon.client.simulate_get("/api/health", query_string=part).text
        return {line.split(" ")[2] for line in text.splitlines() if line.startswith("# TYPE")}

    whole, fleet, own = families(""), families("part=fleet"), families("part=daemon")
    assert "duplistatus_overdue_backups" in fleet
    assert "duplistatus_uploads_total" in own
    assert (fleet | own, fleet & own) == (whole, set())


def test_a_part_in_openmetrics_has_its_end(daemon: Daemon) -> None:
    headers = {"Accept": "application/openmetrics-text; version=1.0.0"}
    for part in ("fleet", "daemon"):
        answer = daemon.client.simulate_get(
            "/metrics", query_string=f"part={part}", headers=headers
        )
        assert answer.text.endswith("# EOF\n")
        assert answer.text.count("# EOF") == 1


def test_another_part_is_refused(daemon: Daemon) -> None:
    assert daemon.client.simulate_get("/metrics", query_string="part=half").status_code == 400
