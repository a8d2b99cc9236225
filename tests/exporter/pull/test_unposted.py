"""Runs that a server had to be asked for, though it posts reports."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.ingest.importer import HistoricalReport, StoreImporter
from exporter.times import DAY, HOUR, MINUTE, Millis, format_timestamp
from tests.exporter.pull.test_second_leg import BACKUP, World, ran
from tests.support.changes import changed
from tests.support.daemon import NOW
from tests.support.duplicati.memory import MACHINE_ID
from tests.support.duplicati.simulator import Simulator
from tests.support.pages import Document, text
from tests.support.reports_builder import duplicati_report


@pytest.fixture
def world(tmp_path: Path, duplicati: Simulator) -> Iterator[World]:
    made = World(tmp_path, duplicati)
    with made.daemon:
        yield made


def pulled(world: World, began: Millis, after: Millis = 2 * HOUR) -> None:
    """Let a run be known by pulling only, and look so long after its end."""
    ran(world.servers[0], began)
    world.clock.now = began + MINUTE + after
    world.loop.pull_all()


def servers(world: World) -> list[dict[str, object]]:
    return list(world.daemon.get("/api/status")["servers"])


def source(world: World) -> object:
    return world.daemon.get("/api/backups")["backups"][0]["source"]


def test_a_run_of_a_server_that_posts_is_missed_an_hour_after_its_end(world: World) -> None:
    world.report(NOW - DAY)
    pulled(world, NOW + HOUR, after=HOUR - 1)
    assert servers(world) == []
    world.clock.now += 1
    (found,) = servers(world)
    assert (found["condition"], found["server"]) == ("reports_missing", "attic-nas")
    assert found["since"] == format_timestamp(NOW + HOUR + MINUTE)
    assert world.daemon.get("/api/status")["state"] == "warning"


def test_its_report_ends_it(world: World) -> None:
    world.report(NOW - DAY)
    pulled(world, NOW + HOUR)
    assert source(world) == "log"
    assert len(servers(world)) == 1
    world.report(NOW + HOUR)
    assert source(world) == "report"
    assert servers(world) == []


def test_the_report_of_a_later_run_ends_it(world: World) -> None:
    world.report(NOW - DAY)
    pulled(world, NOW + HOUR)
    world.report(NOW + 2 * HOUR)
    assert servers(world) == []


def test_a_server_that_is_only_pulled_misses_nothing(world: World) -> None:
    for hours in range(1, 5):
        pulled(world, NOW + hours * HOUR)
    world.clock.now += 2 * DAY
    assert servers(world) == []


def test_a_history_of_before_the_first_report_is_not_missed(world: World) -> None:
    world.report(NOW - MINUTE)
    duplicati = world.servers[0]
    duplicati.add_backup("3", "Mail")
    ran(duplicati, NOW - 3 * DAY, "3")
    world.loop.pull_all()
    world.clock.now += 2 * HOUR
    assert servers(world) == []


def test_a_run_that_was_heard_live_is_missed_without_any_report(world: World) -> None:
    world.hear("Completed", NOW + HOUR, NOW + HOUR + MINUTE)
    pulled(world, NOW + HOUR)
    assert [each["condition"] for each in servers(world)] == ["reports_missing"]


def test_it_holds_after_a_restart(world: World) -> None:
    world.report(NOW - DAY)
    pulled(world, NOW + HOUR)
    world.daemon.restart()
    assert len(servers(world)) == 1


def test_a_run_that_was_posted_before_it_was_pulled_is_a_report(world: World) -> None:
    world.report(NOW + HOUR)
    pulled(world, NOW + HOUR)
    assert source(world) == "report"


def test_the_page_says_that_the_run_ended_well_all_the_same(world: World) -> None:
    world.report(NOW - DAY)
    pulled(world, NOW + HOUR)
    for path in ("/", "/jobs/1"):
        page = Document(world.daemon.client.simulate_get(path))
        (said,) = page.all("small", data_unposted="")
        assert text(said) == "no report came, but Duplicati says it ran well 2 hours ago"
        assert "Reports of attic-nas do not arrive" in text(page.one("div", id="top"))


def test_what_failed_is_said_in_the_words_of_duplicati(world: World) -> None:
    world.report(NOW - DAY)
    at = NOW + HOUR
    world.servers[0].remember("2", at, LastErrorDate=at, LastErrorMessage="script returned 1")
    world.clock.now = NOW + 2 * HOUR
    world.loop.pull_all()
    page = text(Document(world.daemon.client.simulate_get("/jobs/1")).root)
    assert "Duplicati says: script returned 1" in page
    assert servers(world) == []


def test_an_imported_history_is_no_post(world: World) -> None:
    daemon = world.daemon
    archive = StoreImporter(daemon.store, daemon.fleet, world.clock, max_log_lines=100)
    body = duplicati_report(began=NOW - DAY, backup=BACKUP, machine_id=MACHINE_ID)
    archive.import_reports([HistoricalReport(body)])
    pulled(world, NOW + HOUR)
    assert servers(world) == []


def test_who_posted_only_what_was_deleted_since_posts_nothing(world: World) -> None:
    """As after a restart, when nobody knows of a job that is gone."""
    world.clock.now = NOW - DAY
    world.report(NOW - DAY, backup="Deleted")
    pulled(world, NOW + HOUR)
    assert len(servers(world)) == 1
    changed(world.daemon, "DELETE", "/api/jobs/1")
    assert servers(world) == []


def test_a_run_stays_missing_while_the_next_one_is_heard(world: World) -> None:
    world.hear("Completed", NOW + HOUR, NOW + HOUR + MINUTE)
    pulled(world, NOW + HOUR)
    world.hear("Started", NOW + DAY, NOW + DAY)
    assert len(servers(world)) == 1
    world.hear("Progress", NOW + DAY, NOW + DAY + MINUTE)  # which is saved
    world.daemon.restart()
    assert len(servers(world)) == 1
