"""Which runs the checks of jobs are told of, and what the service gets."""

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from exporter.config.notifications import JobCheck, SecretUrl
from exporter.model import BACKUP, RESTORE, Delivery, Machine, Report, Status
from exporter.model.notifications import ConditionChange, Message, MessageKind
from exporter.notifications.job_checks import (
    JobChecks,
    channel_of,
    channels,
    deliver_check,
    wanted,
)
from exporter.notifications.run_pings import run_id
from exporter.store import StoreUnavailableError
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis
from tests.exporter.notifications.pinged import Service, says
from tests.support.authors import BY
from tests.support.daemon import NOW, SENDER, Daemon
from tests.support.live import activity, post
from tests.support.recording import record, report_of

URL = SecretUrl("https://hc.example/0b5e7a3c")
PHOTOS = JobCheck("nas", "Photos", URL)


def checks_of(daemon: Daemon, *checks: JobCheck) -> JobChecks:
    return JobChecks(checks or (PHOTOS,), daemon.fleet, daemon.store, daemon.clock)


def change(daemon: Daemon, run_id: int) -> ConditionChange:
    detail = daemon.store.run(run_id)
    assert detail is not None
    return ConditionChange(run_id, detail.job_id, run_id, daemon.clock.now, ())


def ended(
    daemon: Daemon,
    name: str = "Photos",
    began: Millis = NOW - HOUR,
    **fields: Any,  # noqa: ANN401 - any field of a run
) -> ConditionChange:
    return change(daemon, record(daemon, name, began, **fields))


def suffixes(messages: Sequence[Message]) -> list[str]:
    return [message.title for message in messages]


def beginnings(checks: JobChecks, daemon: Daemon) -> list[Message]:
    return checks.of_jobs(daemon.fleet.jobs(), daemon.clock.now)


def hear(daemon: Daemon, began: Millis) -> None:
    """Let a live report say that Photos began then."""
    body = activity(began=began, at=daemon.clock.now, backup="Photos", machine_id="id of nas")
    assert post(daemon, body).status_code in (200, 202)
    daemon.live_reports.run_once()


def test_the_end_of_a_run_is_a_message_to_its_check(daemon: Daemon) -> None:
    (message,) = checks_of(daemon).of_changes([ended(daemon, status=Status.ERROR)])
    assert (message.channel, message.kind) == ("check:nas/Photos", MessageKind.CHECK)
    assert (message.created, message.title) == (NOW, "/fail")
    assert message.text.startswith("Photos of nas: error\nstarted 2026-01-15 09:30:00 UTC")


@pytest.mark.parametrize(
    ("server", "backup", "messages"),
    [
        ("nas", "Photos", 1),
        ("n*", "*", 1),
        ("Attic", "Photos", 1),
        ("laptop", "Photos", 0),
        ("nas", "Photo", 0),
        ("nas", "[P]hotos", 0),
    ],
)
def test_a_check_is_for_the_jobs_that_match_like_an_override(
    daemon: Daemon, server: str, backup: str, messages: int
) -> None:
    at_end = ended(daemon)
    daemon.store.set_server(1, lambda known: replace(known, alias="Attic"), BY)
    check = JobCheck(server, backup, URL)
    checks = checks_of(daemon, check)
    (view,) = daemon.fleet.jobs()
    assert wanted([check])(view.server, view.job) is bool(messages)
    assert len(checks.of_changes([at_end])) == messages


def test_each_check_of_a_job_is_told(daemon: Daemon) -> None:
    checks = checks_of(daemon, PHOTOS, JobCheck("*", "*", SecretUrl("https://hc.example/all")))
    told = checks.of_changes([ended(daemon), ended(daemon, "Mail")])
    assert [message.channel for message in told] == ["check:nas/Photos", "check:*/*", "check:*/*"]


def test_addresses_are_found_by_channels_of_limited_length() -> None:
    long = JobCheck("n" * 300, "P" * 300, SecretUrl("https://hc.example/long"))
    found = channels([PHOTOS, long])
    assert found == {"check:nas/Photos": URL, channel_of(long): long.url}
    assert max(map(len, found)) <= 255


@pytest.mark.parametrize("fields", [{"operation": RESTORE}, {"operation": BACKUP, "dry_run": True}])
def test_what_is_no_backup_is_not_told(daemon: Daemon, fields: dict[str, Any]) -> None:
    record(daemon, "Photos", NOW - 2 * HOUR)
    assert checks_of(daemon).of_changes([ended(daemon, **fields)]) == []


def test_what_was_deleted_is_not_told(daemon: Daemon) -> None:
    at_end, checks = ended(daemon), checks_of(daemon)
    gone = ConditionChange(9, at_end.job_id, 999, NOW, ())
    assert checks.of_changes([gone]) == []
    daemon.store.delete_job(at_end.job_id, BY)
    assert checks.of_changes([at_end]) == []


def test_runs_are_told_in_the_order_of_their_starts_and_the_newest_last(daemon: Daemon) -> None:
    late, early = ended(daemon, began=NOW - HOUR), ended(daemon, began=NOW - 2 * HOUR)
    told = checks_of(daemon).of_changes([late, early])
    starts = [message.text.splitlines()[1] for message in told]
    assert [start[8:27] for start in starts] == ["2026-01-15 08:30:00", "2026-01-15 09:30:00"]


def test_a_run_that_comes_after_a_newer_one_was_told_is_not_told(daemon: Daemon) -> None:
    checks = checks_of(daemon)
    assert suffixes(checks.of_changes([ended(daemon)])) == [""]
    late = ended(daemon, began=NOW - 2 * HOUR, status=Status.FATAL)
    assert checks.of_changes([late]) == []


def test_history_that_is_imported_is_not_told(daemon: Daemon) -> None:
    began = NOW - DAY - MINUTE
    report, received = report_of("Photos", began - 1), began + MINUTE
    old = daemon.store.record(report, Delivery(received, SENDER)).run_id
    recent = ended(daemon, began=began)
    assert len(checks_of(daemon).of_changes([change(daemon, old), recent])) == 1


def test_a_run_that_cannot_be_read_now_is_told_later(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_run_id: int) -> None:
        raise StoreUnavailableError("away")

    checks, changes = checks_of(daemon), [ended(daemon)]
    with monkeypatch.context() as broken:
        broken.setattr(daemon.store, "run", fail)
        with pytest.raises(StoreUnavailableError):
            checks.of_changes(changes)
    assert len(checks.of_changes(changes)) == len(checks.of_changes(changes)) == 1


def test_a_start_is_told_once_and_its_end_with_the_same_id(daemon: Daemon) -> None:
    record(daemon, "Photos", NOW - DAY)
    checks = checks_of(daemon)
    daemon.clock.now = NOW + MINUTE
    hear(daemon, NOW + 20 * SECOND)  # of the module; the run began before
    (start,) = beginnings(checks, daemon)
    identity = run_id(1, NOW + 20 * SECOND)
    assert (start.title, start.text) == (f"/start?rid={identity}", "")
    daemon.clock.now += MINUTE
    hear(daemon, NOW + 20 * SECOND)
    assert beginnings(checks, daemon) == []
    daemon.clock.now += MINUTE
    assert suffixes(checks.of_changes([ended(daemon, began=NOW)])) == [f"?rid={identity}"]
    assert beginnings(checks, daemon) == []


def test_the_next_run_is_told_with_an_id_of_its_own(daemon: Daemon) -> None:
    record(daemon, "Photos", NOW - DAY)
    checks, told = checks_of(daemon), []
    for _ in range(2):
        daemon.clock.now += HOUR
        hear(daemon, daemon.clock.now)
        told += beginnings(checks, daemon)
        told += checks.of_changes([ended(daemon, began=daemon.clock.now)])
    ids = [message.title.partition("rid=")[2] for message in told]
    assert [message.title.partition("?")[0] for message in told] == ["/start", "", "/start", ""]
    assert (ids[0], ids[2]) == (ids[1], ids[3])
    assert ids[0] != ids[2]


@pytest.mark.parametrize("status", [Status.SUCCESS, Status.FATAL])
def test_an_end_without_a_start_that_was_told_has_no_id(daemon: Daemon, status: Status) -> None:
    """With another id than that of its start healthchecks would believe that the run goes on."""
    record(daemon, "Photos", NOW - DAY)
    before = checks_of(daemon)
    daemon.clock.now = NOW + MINUTE
    hear(daemon, NOW)
    assert len(beginnings(before, daemon)) == 1
    restarted = checks_of(daemon)
    assert beginnings(restarted, daemon) == []
    assert "?" not in suffixes(restarted.of_changes([ended(daemon, began=NOW, status=status)]))[0]


@pytest.mark.parametrize(("age", "told"), [(15 * MINUTE, 1), (15 * MINUTE + 1, 0)])
def test_a_start_that_is_long_ago_is_not_told(daemon: Daemon, age: Millis, told: int) -> None:
    record(daemon, "Photos", NOW - DAY)
    checks = checks_of(daemon)
    daemon.clock.now = NOW + HOUR
    hear(daemon, daemon.clock.now - age)
    assert len(beginnings(checks, daemon)) == told


def test_the_start_of_a_job_without_a_check_is_not_told(daemon: Daemon) -> None:
    record(daemon, "Photos", NOW - DAY)
    checks = checks_of(daemon, JobCheck("nas", "Mail", URL))
    daemon.clock.now = NOW + MINUTE
    hear(daemon, NOW)
    assert beginnings(checks, daemon) == []


def test_the_service_gets_paths_as_healthchecks_has_them(daemon: Daemon) -> None:
    record(daemon, "Photos", NOW - DAY)
    checks = checks_of(daemon)
    daemon.clock.now = NOW + MINUTE
    hear(daemon, NOW)
    told = beginnings(checks, daemon)
    told += checks.of_changes([ended(daemon, began=NOW, status=Status.WARNING)])
    told += checks.of_changes([ended(daemon, began=NOW + 5 * MINUTE, status=Status.FATAL)])
    with Service() as service:
        url = SecretUrl(f"{service.url}/0b5e7a3c")
        assert [deliver_check(url, message) for message in told] == [None, None, None]
        rid = run_id(1, NOW)
        assert service.paths == [
            f"/0b5e7a3c/start?rid={rid}",
            f"/0b5e7a3c?rid={rid}",
            "/0b5e7a3c/fail",
        ]
        assert [ping.method for ping in service.pings] == ["GET", "POST", "POST"]
        assert service.pings[1].body == told[1].text
        service.answer = says(500)
        problem = deliver_check(url, told[0])
    assert problem is not None
    assert "answers 500" in problem
    assert "0b5e7a3c" not in problem


def test_a_job_of_another_server_of_the_same_name_is_another_one(daemon: Daemon) -> None:
    report = report_of("Photos", NOW - HOUR)
    other = Report(Machine("id of laptop", "laptop"), "Photos", report.run, report.log, {})
    run = daemon.store.record(other, Delivery(NOW, SENDER)).run_id
    assert checks_of(daemon).of_changes([change(daemon, run)]) == []
