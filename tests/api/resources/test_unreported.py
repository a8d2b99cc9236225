"""A run that ended well by its live reports, and whose report does not come."""

from typing import Any

import pytest

from exporter.model.live import REPORT_TIMEOUT
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis, format_timestamp, parse_timestamp
from tests.docs.contract import CONTRACT
from tests.support.daemon import NOW, SENDER, Daemon
from tests.support.live import Fate, Simulator, activity, tell
from tests.support.live_job import LENGTH, run, series, the_job
from tests.support.pages import Document, elements, text
from tests.support.reports_builder import duplicati_report

ENDED = NOW + LENGTH
MISSING = ENDED + REPORT_TIMEOUT
GAUGE = "unreported_timestamp_seconds"


def hear(daemon: Daemon, began: Millis, ended: Millis, **told: Any) -> None:  # noqa: ANN401 - fields
    """Let a run be told live, and no report come."""
    for at, status in ((began, "Started"), (ended, told.pop("status", "Completed"))):
        daemon.clock.now = max(daemon.clock.now, at)
        tell(daemon, activity(began=began, at=at, status=status, **told))


def is_unreported(daemon: Daemon) -> bool:
    """Return whether the job is, by its condition, its gauge and its own answer alike."""
    job = the_job(daemon)
    held = "unreported" in job["conditions"]
    assert (series(daemon, GAUGE) is not None) == held
    assert (missing(daemon) is not None) == held
    assert daemon.services.standing.summary(daemon.clock.now).in_trouble >= held
    return held


def missing(daemon: Daemon) -> Any:  # noqa: ANN401 - JSON may hold anything
    return daemon.get(f"/api/jobs/{the_job(daemon)['id']}")["unreported"]


def test_its_report_is_missing_ten_minutes_after_its_end_until_it_comes(daemon: Daemon) -> None:
    hear(daemon, NOW, ENDED)
    daemon.clock.now = MISSING - 1
    assert not is_unreported(daemon)
    daemon.clock.now = MISSING
    assert is_unreported(daemon)
    assert series(daemon, GAUGE) == ENDED / SECOND
    assert the_job(daemon)["conditions"] == ["unreported", "waiting"]
    assert the_job(daemon)["lastRun"] is None
    daemon.upload(duplicati_report(began=NOW, duration=LENGTH))
    assert not is_unreported(daemon)
    assert the_job(daemon)["conditions"] == ["fine"]


def test_what_duplicati_itself_sent_of_a_level_that_is_not_reported(daemon: Daemon) -> None:
    began, ended = map(parse_timestamp, ("2026-11-29T12:03:23.295Z", "2026-11-29T12:03:25.217Z"))
    daemon.clock.now = ended + MINUTE
    hear(daemon, began, ended, machine_id="", backup="Level")
    daemon.clock.now = ended + REPORT_TIMEOUT - 1
    assert not missing(daemon)
    daemon.clock.now = ended + REPORT_TIMEOUT
    assert missing(daemon)["since"] == format_timestamp(ended)
    assert any("--send-http-level" in each for each in missing(daemon)["check"])


def test_its_end_is_that_of_its_sender_and_at_most_its_arrival(daemon: Daemon) -> None:
    daemon.clock.now = NOW + HOUR
    tell(daemon, activity(began=NOW, at=NOW + 55 * MINUTE, status="Completed"))
    daemon.clock.now = NOW + 65 * MINUTE
    assert is_unreported(daemon)
    ahead = NOW + 2 * HOUR
    tell(daemon, activity(began=ahead, at=ahead + DAY, status="Completed", backup="Ahead"))
    (job,) = [job for job in daemon.get("/api/jobs")["jobs"] if job["name"] == "Ahead"]
    for passed, held in ((REPORT_TIMEOUT - 1, False), (REPORT_TIMEOUT, True)):
        daemon.clock.now = NOW + 65 * MINUTE + passed
        answer = daemon.get(f"/api/jobs/{job['id']}")
        assert ("unreported" in answer["job"]["conditions"]) == held


@pytest.mark.parametrize("behind", [6 * MINUTE, 15 * MINUTE, 2 * HOUR, 400 * DAY])
def test_a_sender_whose_clock_is_behind_has_ten_minutes_too(daemon: Daemon, behind: Millis) -> None:
    for at, status in ((NOW, "Started"), (ENDED, "Completed")):
        daemon.clock.now = at
        tell(daemon, activity(began=NOW - behind, at=at - behind, status=status))
    for at, held in ((ENDED, False), (MISSING - 1, False), (MISSING, True)):
        daemon.clock.now = at
        assert is_unreported(daemon) == held
    assert series(daemon, GAUGE) == ENDED / SECOND
    assert missing(daemon)["since"] == missing(daemon)["lastEnded"] == format_timestamp(ENDED)


@pytest.mark.parametrize(
    "body",
    [
        duplicati_report(began=NOW + DAY),
        duplicati_report(began=NOW, duration=LENGTH, status="Error"),
        duplicati_report(began=NOW, duration=LENGTH, data={"PartialBackup": True}),
        duplicati_report(began=NOW, duration=LENGTH, data={"Dryrun": True}),
        duplicati_report(began=NOW - 20 * MINUTE, duration=LENGTH + 20 * MINUTE),
    ],
    ids=["of a later run", "failed", "of a part", "dry run", "after a long script"],
)
def test_a_report_of_it_or_of_a_later_run_ends_it(daemon: Daemon, body: bytes) -> None:
    hear(daemon, NOW, ENDED)
    daemon.clock.now = NOW + DAY + HOUR
    assert is_unreported(daemon)
    daemon.upload(body)
    assert not is_unreported(daemon)
    daemon.restart()
    assert not is_unreported(daemon)


def test_a_report_that_comes_before_the_end_is_told_counts(daemon: Daemon) -> None:
    tell(daemon, activity(began=NOW, at=NOW))
    daemon.upload(duplicati_report(began=NOW - SECOND, duration=MINUTE))
    tell(daemon, activity(began=NOW, at=NOW + MINUTE, status="Completed"))
    daemon.clock.now = NOW + HOUR
    assert not is_unreported(daemon)


@pytest.mark.parametrize(
    "body",
    [
        duplicati_report(began=NOW - DAY, duration=LENGTH),
        duplicati_report(began=NOW - LENGTH, duration=LENGTH - SECOND),
        duplicati_report(began=NOW, duration=LENGTH, operation="Restore"),
    ],
    ids=["of a day before", "of the run before", "of a restore"],
)
def test_another_report_does_not_end_it(daemon: Daemon, body: bytes) -> None:
    hear(daemon, NOW, ENDED)
    daemon.clock.now = MISSING
    daemon.upload(body)
    assert is_unreported(daemon)


@pytest.mark.parametrize("status", ["Started", "Progress", "Failed"])
def test_one_that_did_not_end_well_is_not_unreported(daemon: Daemon, status: str) -> None:
    hear(daemon, NOW, ENDED, status=status)
    daemon.clock.now = ENDED + HOUR
    daemon.live_reports.run_once()
    assert not is_unreported(daemon)


@pytest.mark.parametrize("operation", ["Restore", "Test", "Compact", "Repair", "Delete", "List"])
def test_another_operation_that_ends_live_raises_no_alarm(daemon: Daemon, operation: str) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    hear(daemon, NOW, ENDED, operation=operation)
    daemon.clock.now = ENDED + HOUR
    assert not is_unreported(daemon)


def test_runs_that_are_reported_never_are(daemon: Daemon) -> None:
    simulator = Simulator(daemon, *(run(began=NOW + night * DAY) for night in range(4)))
    for hour in range(80):
        simulator.until(NOW + hour * HOUR)
        assert not is_unreported(daemon)


def test_it_stays_while_the_next_run_goes_on_and_until_that_is_missing_too(daemon: Daemon) -> None:
    hear(daemon, NOW, ENDED)
    tell(daemon, activity(began=NOW + DAY, at=NOW + DAY, status="Started"))
    for at in (NOW + DAY, NOW + DAY + LENGTH):
        daemon.clock.now = at
        assert is_unreported(daemon)
        daemon.restart()
        assert is_unreported(daemon)
    hear(daemon, NOW + DAY, ENDED + DAY)
    assert series(daemon, GAUGE) == ENDED / SECOND
    daemon.clock.now = MISSING + DAY
    assert series(daemon, GAUGE) == (ENDED + DAY) / SECOND
    told = missing(daemon)
    assert told["since"] == format_timestamp(ENDED)
    assert told["lastEnded"] == format_timestamp(ENDED + DAY)


def test_it_never_comes_and_goes_where_a_job_runs_again_and_again(daemon: Daemon) -> None:
    for number in range(40):
        hear(daemon, NOW + number * 6 * MINUTE, NOW + number * 6 * MINUTE + MINUTE)
        assert is_unreported(daemon) == (number >= 2)
    assert missing(daemon)["since"] == format_timestamp(NOW + MINUTE)
    assert series(daemon, GAUGE) == (NOW + 37 * 6 * MINUTE + MINUTE) / SECOND
    (run_kept,) = [run for _, run in daemon.store.live_runs()]
    assert len(run_kept.earlier) <= 4


def test_a_restart_keeps_it(daemon: Daemon) -> None:
    hear(daemon, NOW, NOW + SECOND)
    daemon.restart()
    daemon.clock.now = NOW + SECOND + REPORT_TIMEOUT
    assert is_unreported(daemon)
    daemon.restart()
    assert is_unreported(daemon)
    assert missing(daemon)["since"] == format_timestamp(NOW + SECOND)


def test_it_counts_as_no_run_so_the_job_becomes_overdue(daemon: Daemon) -> None:
    for night in range(3):
        hear(daemon, NOW + night * DAY, ENDED + night * DAY)
    daemon.clock.now = NOW + 2 * DAY + 12 * HOUR
    job = the_job(daemon)
    assert job["conditions"][0] == "overdue"
    assert "unreported" in job["conditions"]
    assert job["expectedStart"] == format_timestamp(NOW + DAY)


def test_a_known_job_is_overdue_as_if_it_had_not_run(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - DAY))
    hear(daemon, NOW, ENDED)
    daemon.clock.now = NOW + DAY
    job = the_job(daemon)
    assert job["expectedStart"] == format_timestamp(NOW)
    assert job["overdue"]
    assert "waiting" not in job["conditions"]


def test_it_tells_why_the_newest_report_of_that_sender_was_refused(daemon: Daemon) -> None:
    hear(daemon, NOW, ENDED)
    daemon.clock.now = MISSING
    assert missing(daemon)["refused"] is None
    daemon.post(b"Duplicati Backup report for Documents\n\nSuccess\n", sender="192.0.2.99")
    assert missing(daemon)["refused"] is None
    daemon.post(b"Duplicati Backup report for Documents\n\nSuccess\n", sender=SENDER)
    (newest, _) = daemon.get("/api/rejected")["rejected"]
    told = missing(daemon)["refused"]
    assert told == {key: newest[key] for key in ("id", "received", "reason", "remedy")}
    assert CONTRACT.faults("/components/schemas/UnreportedOrNull", missing(daemon)) == []
    page = daemon.client.simulate_get(f"/jobs/{the_job(daemon)['id']}").text
    assert newest["reason"].partition('"')[0] in page


def test_its_page_says_what_to_check_as_long_as_it_is_missing(daemon: Daemon) -> None:
    hear(daemon, NOW, ENDED)
    daemon.clock.now = MISSING
    path = f"/jobs/{the_job(daemon)['id']}"
    page = Document(daemon.client.simulate_get(path))
    listed = elements(page.one("div", id="unreported"), "li")
    assert [text(each) for each in listed] == missing(daemon)["check"]
    assert page.one("div", id="head").attrib["data-condition"] == "unreported"
    daemon.upload(duplicati_report(began=NOW, duration=LENGTH))
    assert 'id="unreported"' not in daemon.client.simulate_get(path).text


def test_a_daemon_whose_clock_is_set_tells_it_all_the_same(daemon: Daemon) -> None:
    hear(daemon, NOW, ENDED)
    daemon.clock.now = ENDED + MINUTE
    daemon.fleet.shift_live(-HOUR, daemon.clock.now - HOUR)
    daemon.clock.now -= HOUR
    assert not is_unreported(daemon)
    daemon.clock.now += REPORT_TIMEOUT
    assert is_unreported(daemon)


def test_the_last_report_says_that_it_is_there_whatever_died(daemon: Daemon) -> None:
    killed, later = run(Fate.KILLED), run(began=NOW + DAY)
    Simulator(daemon, killed, later).until(NOW + DAY + LENGTH + HOUR)
    assert not is_unreported(daemon)
