"""What a sender says, however wrong, lets no backup that stays away look fine for ever."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.times import DAY, HOUR, MAX_TIMESTAMP, MINUTE, Millis, format_timestamp
from tests.support.authors import BY
from tests.support.daemon import NOW, Daemon
from tests.support.live import activity
from tests.support.reports_builder import (
    compact,
    documented_report,
    duplicati_report,
    text_report,
    timespan,
)

Send = Callable[[Daemon], object]

YEARS = 73 * 365 * DAY
LATER = 400 * DAY


def report(**told: object) -> bytes:
    """Build a report of a run that began ten minutes ago, but for what it tells otherwise."""
    return duplicati_report(**{"began": NOW - 10 * MINUTE, "duration": 9 * MINUTE, **told})  # type: ignore[arg-type] # by name


def nights(daemon: Daemon, *shown: bytes) -> None:
    """Upload reports, a day apart; the last one comes now."""
    for before, body in zip(range(len(shown) - 1, -1, -1), shown, strict=True):
        daemon.clock.now = NOW - before * DAY
        daemon.upload(body)


def without_begin(daemon: Daemon) -> None:
    nights(daemon, report(began=None, data={"Duration": timespan(9999 * DAY)}))


def next_run_in_2099(daemon: Daemon) -> None:
    nights(daemon, report(next_scheduled=NOW + YEARS))


def two_wrong_clocks(daemon: Daemon) -> None:
    daemon.upload(report(began=NOW - 26 * 365 * DAY))
    daemon.upload(report(began=NOW - 52 * 365 * DAY))
    daemon.upload(report())


def two_long_absences(daemon: Daemon) -> None:
    for before in (1203, 1202, 1201, 601, 600, 0):
        daemon.clock.now = NOW - before * DAY
        daemon.upload(report(began=daemon.clock.now - 10 * MINUTE))


def a_begin_ahead(daemon: Daemon) -> None:
    nights(daemon, report(began=NOW + YEARS, duration=500 * DAY))


def a_documented_end_of_9999(daemon: Daemon) -> None:
    ends = format_timestamp(MAX_TIMESTAMP)
    daemon.upload(documented_report(began=NOW - HOUR, endTime=ends, duration=None))


def a_text_of_9999(daemon: Daemon) -> None:
    daemon.upload(text_report(began=NOW - HOUR, duration=MAX_TIMESTAMP - NOW - DAY))


def a_clock_that_was_set_during_the_run(daemon: Daemon) -> None:
    for before in (1, 0):
        daemon.clock.now = NOW - before * DAY
        began = 1000 + before * MINUTE
        daemon.upload(report(began=began, duration=daemon.clock.now - began))


def a_run_of_years(daemon: Daemon) -> None:
    nights(daemon, *(report(began=NOW - 900 * DAY + n, duration=900 * DAY - n) for n in range(3)))


def a_live_report_of_2099(daemon: Daemon) -> None:
    daemon.upload(report())
    body = activity(began=NOW + YEARS, at=NOW + YEARS)
    assert daemon.client.simulate_post("/api/activity", body=body).status_code == 202
    daemon.live_reports.run_once()


WAYS: list[Send] = [
    without_begin,
    next_run_in_2099,
    two_wrong_clocks,
    two_long_absences,
    a_begin_ahead,
    a_documented_end_of_9999,
    a_text_of_9999,
    a_clock_that_was_set_during_the_run,
    a_run_of_years,
    a_live_report_of_2099,
]


@pytest.mark.parametrize("send", WAYS, ids=lambda send: send.__name__)
def test_a_backup_that_stays_away_is_overdue_400_days_later(daemon: Daemon, send: Send) -> None:
    send(daemon)
    daemon.clock.now = NOW + LATER
    (job,) = daemon.get("/api/jobs")["jobs"]
    assert job["overdue"]
    assert daemon.get("/api/summary")["overdueBackups"] == 1


moments = (
    st.none() | st.integers(1, MAX_TIMESTAMP) | st.integers(-40, 40).map(lambda n: NOW + n * DAY)
)
lengths = st.none() | st.integers(0, 30_000 * DAY)


@st.composite
def told(draw: st.DrawFn) -> bytes:
    """Draw a report of moments that mean nothing."""
    data: dict[str, object] = {}
    for name in ("BeginTime", "EndTime"):
        timestamp = draw(moments)
        data[name] = None if timestamp is None else format_timestamp(timestamp)
    length = draw(lengths)
    data["Duration"] = None if length is None else timespan(length)
    tested = draw(moments)
    if tested is not None:
        data["TestResults"] = {"EndTime": format_timestamp(tested), "ParsedResult": "Success"}
    planned = draw(moments)
    extra = (
        {}
        if planned is None
        else {"next-scheduled-run": compact(min(planned, MAX_TIMESTAMP - DAY))}
    )
    return duplicati_report(began=None, duration=None, data=data, extra=extra)


@given(bodies=st.lists(st.tuples(st.integers(0, 40 * DAY), told()), min_size=1, max_size=6))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_moments_reports_hold_400_days_later_the_backup_is_overdue(
    daemon: Daemon, bodies: list[tuple[Millis, bytes]]
) -> None:
    for server in daemon.get("/api/servers")["servers"]:
        daemon.store.delete_server(server["id"], BY)
    daemon.clock.now = NOW
    for pause, body in bodies:
        daemon.clock.now += pause
        daemon.upload(body)
    daemon.clock.now += LATER
    (job,) = daemon.get("/api/jobs")["jobs"]
    assert job["overdue"]
    assert one(daemon, "overdue") == 1
    assert daemon.client.simulate_get(f"/jobs/{job['id']}").status_code == 200


def with_test(at: Millis, *faults: str, began: Millis = NOW - 10 * MINUTE) -> bytes:
    """Build a report of a run with a test of a stored file that ended then."""
    result = "Error" if faults else "Success"
    test = {
        "EndTime": format_timestamp(at),
        "ParsedResult": result,
        "VerificationsActualLength": 1,
        "Verifications": [{"Key": "a.zip.aes", "Value": list(faults)}],
    }
    return report(began=began, data={"TestResults": test})


@pytest.mark.parametrize(
    ("first", "second", "code"), [((), ("is missing",), 2), (("is missing",), (), 0)]
)
def test_a_test_of_2099_says_nothing_once_there_is_a_later_one(
    daemon: Daemon, first: tuple[str, ...], second: tuple[str, ...], code: float
) -> None:
    daemon.upload(with_test(NOW + YEARS, *first))
    assert one(daemon, "last_verification_status_code") == 2 - code
    daemon.clock.now = NOW + DAY
    daemon.upload(with_test(NOW + DAY, *second, began=NOW + DAY - 10 * MINUTE))
    assert one(daemon, "last_verification_status_code") == code


def one(daemon: Daemon, name: str) -> float | None:
    found = daemon.series()
    prefix = f"duplistatus_backup_{name}{{"
    return next((value for each, value in found.items() if each.startswith(prefix)), None)


@pytest.mark.parametrize("beyond", [2**53 + 1, 2**63 - 1])
def test_no_run_uploads_more_than_a_run_can(daemon: Daemon, beyond: int) -> None:
    ids = daemon.upload(report(backend={"BytesUploaded": beyond}))
    assert one(daemon, "uploaded_bytes_total") is None
    daemon.upload(report(began=NOW - MINUTE, backend={"BytesUploaded": 512}))
    assert one(daemon, "uploaded_bytes_total") == 512
    run = daemon.get(f"/api/backups/{ids['backupId']}")["backup"]
    assert run["uploaded"] == beyond
    assert run["notBelieved"] == ["uploaded"]


def test_as_much_as_a_run_can_upload_counts(daemon: Daemon) -> None:
    daemon.upload(report(backend={"BytesUploaded": 2**53}))
    assert one(daemon, "uploaded_bytes_total") == 2**53


def test_a_newest_version_and_a_second_copy_of_2099_are_replaced_by_the_next(
    daemon: Daemon,
) -> None:
    ahead = format_timestamp(NOW + YEARS)
    daemon.upload(report(backend={"LastBackupDate": ahead, "KnownFileSize": 1}))
    assert one(daemon, "newest_version_timestamp_seconds") == (NOW + 5 * MINUTE) / 1000
    daemon.clock.now = NOW + DAY
    right = format_timestamp(NOW + DAY - MINUTE)
    again = {"LastBackupDate": right, "KnownFileSize": 1}
    daemon.upload(report(began=NOW + DAY - 10 * MINUTE, backend=again))
    assert one(daemon, "newest_version_timestamp_seconds") == (NOW + DAY - MINUTE) / 1000


def test_what_is_not_believed_is_shown_and_named(daemon: Daemon) -> None:
    ends = format_timestamp(MAX_TIMESTAMP)
    body = documented_report(began=NOW - HOUR, endTime=ends, duration=60 * 24 * 3600)
    run_id = daemon.upload(body)["backupId"]
    run = daemon.get(f"/api/backups/{run_id}")["backup"]
    assert run["endTime"] == ends
    assert run["duration"] == 60 * 24 * 3600
    assert run["notBelieved"] == ["endTime", "duration"]
    assert "Not trusted: end, duration" in daemon.client.simulate_get("/jobs/1").text


def test_of_a_right_clock_all_is_believed(daemon: Daemon) -> None:
    body = report(next_scheduled=NOW + DAY, backend={"BytesUploaded": 512})
    run_id = daemon.upload(body)["backupId"]
    assert daemon.get(f"/api/backups/{run_id}")["backup"]["notBelieved"] == []
    assert "Not trusted" not in daemon.client.simulate_get("/jobs/1").text


def test_an_end_before_its_begin_is_none(daemon: Daemon) -> None:
    body = report(data={"EndTime": "1970-01-02T00:00:00Z"})
    run_id = daemon.upload(body)["backupId"]
    assert one(daemon, "last_end_timestamp_seconds") is None
    assert one(daemon, "last_success_timestamp_seconds") == (NOW - 10 * MINUTE) / 1000
    assert "endTime" in daemon.get(f"/api/backups/{run_id}")["backup"]["notBelieved"]
