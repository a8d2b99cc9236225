"""The figures of the page are those of the API, of one moment."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from exporter import formatting
from exporter.times import DAY, HOUR, SECOND
from tests.api.page.conftest import show
from tests.support.daemon import NOW, Daemon
from tests.support.pages import cell, condition, elements, stamp, text


@pytest.fixture(params=[NOW, NOW + HOUR, NOW + DAY, NOW + 40 * DAY])
def fleet(fleet_of_all: Daemon, request: pytest.FixtureRequest) -> Iterator[Daemon]:
    """Return the fleet at a moment."""
    fleet_of_all.clock.now = request.param
    yield fleet_of_all
    fleet_of_all.clock.now = NOW


def test_the_counts_are_those_of_the_summary(fleet: Daemon) -> None:
    page, summary = show(fleet), fleet.get("/api/summary")
    assert page.count("servers") == summary["totalServers"]
    assert page.count("jobs") == summary["totalBackupJobs"]
    assert page.count("completed") == summary["successfulBackups"]
    assert page.count("failed") == summary["failedBackups"]
    assert page.count("overdue") == summary["overdueBackups"]
    assert stamp(page.one("footer")) == summary["lastUpdated"]


def test_the_counts_are_those_of_the_metrics(fleet: Daemon) -> None:
    page, series = show(fleet), fleet.series()
    assert page.count("overdue") == series["duplistatus_overdue_backups"]
    assert page.count("failing") == series["duplistatus_failing_backups"]
    stalled = [value for name, value in series.items() if "_backup_stalled{" in name]
    assert page.count("stalled") == sum(stalled)


@pytest.mark.parametrize("asked", ["overdue", "failing"])
def test_the_jobs_of_a_filter_are_those_of_the_api(fleet: Daemon, asked: str) -> None:
    jobs = fleet.get("/api/jobs", **{asked: "true"})["jobs"]
    assert set(show(fleet, status=asked).ids()) == {job["id"] for job in jobs}


def test_each_row_tells_what_the_api_tells_of_its_job(fleet: Daemon) -> None:
    rows = show(fleet).jobs()
    jobs = fleet.get("/api/jobs")["jobs"]
    assert set(rows) == {job["id"] for job in jobs}
    for job in jobs:
        assert_alike(rows[job["id"]], job)


def assert_alike(row: Element, job: dict[str, Any]) -> None:
    head, server, *causes = (text(name) for name in elements(row, "bdi"))
    last = job["lastRun"]
    if last is not None and last["status"] != "success" and last["reason"]:
        assert last["reason"] in causes
    assert (head, server) == (job["name"], job["server"])
    assert (condition(row) == "overdue") == job["overdue"]
    assert stamp(cell(row, "due")) == job["expectedStart"]
    spans = [time.attrib["datetime"] for time in elements(cell(row, "due"), "time")]
    assert spans[1:] == ([f"PT{job['lateBySeconds']}S"] if job["overdue"] else [])
    told = text(cell(row, "last"))
    assert told == ("– –" if last is None else of_run(last))  # noqa: RUF001 - nothing is told


def of_run(run: dict[str, Any]) -> str:
    size = formatting.size(run["size"])
    is_part = run["status"] in ("fatal", "interrupted")
    shown = f"\N{GREATER-THAN OR EQUAL TO} {size} of a part" if is_part else size
    return f"{formatting.duration(run['duration'] * SECOND)} {shown}"


def test_the_last_run_of_a_server_is_the_one_its_rows_tell(fleet: Daemon) -> None:
    for server in fleet.get("/api/servers")["servers"]:
        page = show(fleet, f"/servers/{server['id']}")
        backups = fleet.get(f"/api/lastbackups/{server['id']}")["backups"]
        told = {
            text(next(elements(row, "bdi"))): text(cell(row, "last"))
            for row in page.jobs().values()
        }
        for backup in backups:
            assert told[backup["name"]] == of_run(backup)
        assert page.count("jobs") == server["jobs"]


def test_the_page_of_a_job_agrees_with_its_metrics(fleet: Daemon) -> None:
    series = fleet.series()
    for job_id, row in show(fleet).jobs().items():
        page = show(fleet, f"/jobs/{job_id}")
        name = text(next(elements(row, "bdi")))
        for status in ("success", "warning", "error", "fatal", "unknown"):
            (counted,) = [
                value
                for labels, value in series.items()
                if labels.startswith("duplistatus_backup_runs_total")
                and f'backup="{name}"' in labels
                and f'status="{status}"' in labels
            ]
            assert page.count(status) == counted
