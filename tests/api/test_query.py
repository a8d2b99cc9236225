from functools import partial

import pytest

from exporter.times import DAY, HOUR, format_timestamp
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import documented_report, duplicati_report

BEGAN = NOW - DAY
LISTINGS = {
    "/api/servers": "servers",
    "/api/jobs": "jobs",
    "/api/backups": "backups",
    "/api/rejected": "rejected",
}


@pytest.fixture
def filled(daemon: Daemon) -> Daemon:
    """Seven servers with a job and a run each, all of one start, and seven rejected bodies."""
    for number in range(7):
        daemon.upload(documented_report(began=BEGAN, server=f"s{number}"))
        daemon.post(f"nonsense {number}".encode())
    return daemon


def ids(page: object) -> list[int]:
    assert isinstance(page, list)
    return [entry["id"] for entry in page]


@pytest.mark.parametrize(("path", "key"), LISTINGS.items())
def test_an_empty_listing_is_one_page(daemon: Daemon, path: str, key: str) -> None:
    assert daemon.get(path) == {key: [], "nextCursor": None}


def in_pages(daemon: Daemon, path: str, limit: int) -> list[int]:
    key = LISTINGS[path]
    page = daemon.get(path, limit=limit)
    found = ids(page[key])
    while page["nextCursor"] is not None:
        assert len(page[key]) == limit
        page = daemon.get(path, limit=limit, cursor=page["nextCursor"])
        found += ids(page[key])
    return found


@pytest.mark.parametrize(("path", "key"), LISTINGS.items())
def test_pages_put_together_are_the_whole_listing(filled: Daemon, path: str, key: str) -> None:
    whole = ids(filled.get(path)[key])
    assert len(set(whole)) == 7
    for limit in (1, 2, 3, 6, 7, 8, 1000):
        assert in_pages(filled, path, limit) == whole


@pytest.mark.parametrize("path", ["/api/backups", "/api/rejected"])
def test_what_arrives_between_two_pages_shifts_neither(filled: Daemon, path: str) -> None:
    key = LISTINGS[path]
    whole = ids(filled.get(path)[key])
    page = filled.get(path, limit=3)
    filled.upload(documented_report(began=BEGAN + HOUR))
    filled.post(b"more nonsense")
    rest = filled.get(path, cursor=page["nextCursor"])
    assert ids(page[key]) + ids(rest[key]) == whole


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "1001"),
        ("limit", "-1"),
        ("limit", "ten"),
        ("limit", ""),
        ("limit", "9" * 5000),
        ("cursor", "x"),
        ("cursor", ""),
        ("cursor", "1"),
        ("cursor", "1-2-3"),
        ("cursor", "9" * 30 + "-1"),
    ],
)
def test_a_wrong_limit_or_cursor_is_named(daemon: Daemon, name: str, value: str) -> None:
    for path in LISTINGS:
        result = daemon.client.simulate_get(path, params={name: value})
        assert result.status_code == 400
        assert result.json["error"] == "ValidationError"
        assert [detail["field"] for detail in result.json["details"]] == [name]


def test_a_page_has_a_hundred_entries_unless_told_otherwise(daemon: Daemon) -> None:
    for number in range(101):
        daemon.post(f"nonsense {number}".encode())
    page = daemon.get("/api/rejected")
    assert len(page["rejected"]) == 100
    assert len(daemon.get("/api/rejected", cursor=page["nextCursor"])["rejected"]) == 1


@pytest.fixture
def mixed(daemon: Daemon) -> Daemon:
    """nas: Mail is fine, Photos is failing; laptop: Mail is overdue and failing, Old overdue."""
    daemon.upload(duplicati_report(began=BEGAN, backup="Mail"))
    daemon.upload(duplicati_report(began=BEGAN, backup="Photos", status="Error"))
    old = BEGAN - 5 * DAY
    laptop = partial(duplicati_report, server="laptop", machine_id="m-2", began=old)
    daemon.upload(laptop(backup="Mail", status="Fatal"))
    daemon.upload(laptop(backup="Old"))
    daemon.upload(duplicati_report(began=BEGAN, backup="Mail", operation="Restore"))
    return daemon


@pytest.mark.parametrize(
    ("chosen", "jobs"),
    [
        ({}, [1, 2, 3, 4]),
        ({"overdue": "true"}, [3, 4]),
        ({"overdue": "false"}, [1, 2]),
        ({"failing": "true"}, [2, 3]),
        ({"failing": "true", "overdue": "true"}, [3]),
        ({"server": "1"}, [1, 2]),
        ({"server": "laptop"}, [3, 4]),
        ({"condition": "overdue"}, [3, 4]),
        ({"condition": "FAILING"}, [2, 3]),
        ({"condition": "stale", "server": "laptop"}, [3, 4]),
        ({"condition": "second_copy"}, []),
        ({"server": "m-2", "failing": "false"}, [4]),
    ],
)
def test_jobs_are_filtered(mixed: Daemon, chosen: dict[str, str], jobs: list[int]) -> None:
    assert ids(mixed.get("/api/jobs", **chosen)["jobs"]) == jobs


@pytest.mark.parametrize(
    ("chosen", "runs"),
    [
        ({}, [5, 2, 1, 4, 3]),
        ({"server": "1"}, [5, 2, 1]),
        ({"server": "laptop"}, [4, 3]),
        ({"job": "1"}, [5, 1]),
        ({"job": "99"}, []),
        ({"job": "9" * 30}, []),
        ({"status": "error"}, [2]),
        ({"status": "FATAL"}, [3]),
        ({"operation": "Restore"}, [5]),
        ({"operation": "Nothing"}, []),
        ({"since": format_timestamp(BEGAN)}, [5, 2, 1]),
        ({"until": format_timestamp(BEGAN)}, [4, 3]),
        ({"since": "2026-01-14T11:30:00+01:00"}, [5, 2, 1]),
        ({"since": "2026-01-14T10:30:00.001"}, []),
        ({"until": "2026-01-01"}, []),
        ({"server": "1", "status": "success", "operation": "Backup"}, [1]),
    ],
)
def test_runs_are_filtered_newest_first(
    mixed: Daemon, chosen: dict[str, str], runs: list[int]
) -> None:
    assert ids(mixed.get("/api/backups", **chosen)["backups"]) == runs


def test_filters_hold_on_every_page(mixed: Daemon) -> None:
    page = mixed.get("/api/backups", server="1", limit=2)
    rest = mixed.get("/api/backups", server="1", limit=2, cursor=page["nextCursor"])
    assert ids(page["backups"]) + ids(rest["backups"]) == [5, 2, 1]
    assert rest["nextCursor"] is None


@pytest.mark.parametrize(
    ("path", "name", "value", "status"),
    [
        ("/api/jobs", "overdue", "yes", 400),
        ("/api/jobs", "failing", "1", 400),
        ("/api/jobs", "condition", "great", 400),
        ("/api/jobs", "condition", "", 400),
        ("/api/jobs", "server", "nobody", 400),
        ("/api/jobs", "server", "99", 404),
        ("/api/backups", "server", "nobody", 400),
        ("/api/backups", "server", "99", 404),
        ("/api/backups", "job", "Mail", 400),
        ("/api/backups", "job", "0", 400),
        ("/api/backups", "status", "fine", 400),
        ("/api/backups", "since", "yesterday", 400),
        ("/api/backups", "until", "", 400),
    ],
)
def test_a_wrong_filter_is_an_error_and_not_ignored(
    mixed: Daemon, path: str, name: str, value: str, status: int
) -> None:
    result = mixed.client.simulate_get(path, params={name: value})
    assert result.status_code == status
    assert result.json["status"] == "error"
