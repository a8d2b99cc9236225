"""What the configuration expects is declared at a start, once, and left out where no room is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exporter.ingest import configured_jobs
from exporter.ingest.configured_jobs import ConfiguredJobs
from exporter.limits import Limit, Limits
from exporter.model.audit import AuditFilter
from exporter.schedule.policy import ExpectedBackup
from exporter.store import StoreUnavailableError
from exporter.times import DAY, HOUR
from tests.support.authors import BY
from tests.support.daemon import NOW, Clock, Daemon
from tests.support.reports_builder import duplicati_report


def declare(daemon: Daemon, *names: tuple[str, str]) -> None:
    """Declare backups as a start does, to the end."""
    services = daemon.services
    expected = [ExpectedBackup(*each) for each in names]
    work = ConfiguredJobs(expected, daemon.store, daemon.fleet, services.self_metrics, daemon.clock)
    work.start()
    work._thread.join()  # noqa: SLF001 - close would leave out the rest
    work.close()


def names(daemon: Daemon) -> list[tuple[str, str]]:
    return [(view.server.name, view.job.name) for view in daemon.fleet.jobs()]


def test_each_is_expected_from_the_first_start_on(daemon: Daemon) -> None:
    declare(daemon, ("nas", "Photos"), ("nas", "Mail"))
    daemon.clock.now += HOUR
    daemon.restart()
    declare(daemon, ("nas", "Photos"), ("nas", "Mail"))
    starts = [view.expectation and view.expectation.start for view in daemon.fleet.jobs()]
    assert names(daemon) == [("nas", "Photos"), ("nas", "Mail")]
    assert starts == [NOW + DAY] * 2
    entries = daemon.store.audit(AuditFilter(), None, 9)
    assert [(each.what, each.who) for each in entries] == [("job.expect", "configuration")] * 2


def test_one_that_reports_or_was_renamed_is_no_second_job(daemon: Daemon) -> None:
    for number, name in enumerate(("Pictures", "Photos")):
        extra = {"backup-id": "DB-2"}
        began = NOW - (2 - number) * HOUR
        daemon.upload(duplicati_report(began=began, backup=name, server="nas", extra=extra))
    declare(daemon, ("nas", "Photos"), ("nas", "Pictures"))
    assert names(daemon) == [("nas", "Photos")]


def test_one_that_was_deleted_comes_back(daemon: Daemon) -> None:
    declare(daemon, ("nas", "Photos"))
    daemon.store.delete_job(1, BY)
    assert names(daemon) == []
    declare(daemon, ("nas", "Photos"))
    assert names(daemon) == [("nas", "Photos")]


def test_one_that_a_wrong_clock_declared_in_the_future_is_put_right(tmp_path: Path) -> None:
    with Daemon(tmp_path, Clock(NOW + 400 * DAY)) as daemon:
        declare(daemon, ("nas", "Photos"))
        daemon.clock.now = NOW
        declare(daemon, ("nas", "Photos"))
        (view,) = daemon.fleet.jobs()
        assert view.overdue(NOW + DAY + 2 * HOUR + 1)


def test_what_has_no_room_is_left_out_and_the_limit_is_told(daemon: Daemon) -> None:
    daemon.store.record_by(Limits(max_jobs=1), None)
    declare(daemon, ("nas", "Photos"), ("nas", "Mail"))
    assert names(daemon) == [("nas", "Photos")]
    assert daemon.services.self_metrics.limits_hit_within(60) == [Limit.JOBS]


def test_it_waits_for_a_store_that_is_away(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configured_jobs, "_RETRY_SECONDS", 0)
    known: Callable[..., Any] = daemon.store.declare_job
    answers = iter([StoreUnavailableError("away"), StoreUnavailableError("away"), None])

    def sometimes(*given: object) -> Any:  # noqa: ANN401 - as the store
        error = next(answers)
        if error is not None:
            raise error
        return known(*given)

    monkeypatch.setattr(daemon.store, "declare_job", sometimes)
    declare(daemon, ("nas", "Photos"))
    assert names(daemon) == [("nas", "Photos")]
