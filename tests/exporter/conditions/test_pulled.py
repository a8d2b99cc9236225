"""What holds for servers by what the last pull knew, and what a job waits for in Duplicati."""

import pytest
from msgspec.structs import replace

from exporter.conditions.causes import cause
from exporter.conditions.faults import Fault
from exporter.conditions.pulled import faults_of, held_up, server_conditions
from exporter.fleet import Fleet
from exporter.fleet.views import JobView
from exporter.jobs.job import Identity
from exporter.model import Server
from exporter.model.conditions import Condition, ServerCondition, Severity
from exporter.model.pulled import Certificate, Pulled, Waiting
from exporter.schedule.policy import SchedulePolicy
from exporter.times import DAY, HOUR, Millis, parse_timestamp
from tests.support.daemon import CREATED
from tests.support.strategies.state import change_of, job_named, server_named, stored_run

NOW = parse_timestamp("2026-01-15T10:30:00Z")
PAUSED, CERTIFICATE = ServerCondition.DUPLICATI_PAUSED, ServerCondition.CERTIFICATE
SHOWN = "2026-01-15 10:30:00 UTC"
EXPIRED = "it expired 2026-01-18 10:30:00 UTC"


def server(pulled: Pulled | None, name: str = "nas") -> Server:
    return replace(server_named(name), pulled=pulled)


def paused(since: Millis, until: Millis | None = None) -> Pulled:
    return Pulled(since, paused=True, paused_since=since, paused_until=until, waiting=())


def certificate(expires: Millis, changed: Millis | None = None) -> Pulled:
    shown = Certificate("1f" * 32, expires)
    return Pulled(NOW, certificate=shown, certificate_changed=changed)


@pytest.mark.parametrize(
    ("pulled", "after", "expected"),
    [
        (None, 40 * DAY, []),
        (Pulled(NOW), 40 * DAY, []),
        (Pulled(NOW, paused=False, waiting=(Waiting("DB-2", NOW),)), 40 * DAY, []),
        (paused(NOW), HOUR, []),
        (paused(NOW), HOUR + 1, [PAUSED]),
        (paused(NOW, NOW + 3 * DAY), DAY, []),
        (paused(NOW, NOW + 3 * DAY), DAY + 1, [PAUSED]),
        (paused(NOW, NOW + 3 * DAY), 3 * DAY - 1, [PAUSED]),
        (paused(NOW, NOW + 3 * DAY), 3 * DAY, []),
        (paused(NOW, NOW + HOUR), 40 * DAY, []),
        (certificate(NOW + 15 * DAY), DAY, []),
        (certificate(NOW + 15 * DAY), DAY + 1, [CERTIFICATE]),
        (certificate(NOW + 15 * DAY), 20 * DAY, [CERTIFICATE]),
        (certificate(NOW + 400 * DAY, NOW), 14 * DAY - 1, [CERTIFICATE]),
        (certificate(NOW + 400 * DAY, NOW), 14 * DAY, []),
    ],
)
def test_a_pause_and_a_certificate_are_told_in_time(
    pulled: Pulled | None, after: Millis, expected: list[ServerCondition]
) -> None:
    assert server_conditions(server(pulled), NOW + after) == expected


@pytest.mark.parametrize(
    ("pulled", "fault"),
    [
        (paused(NOW), Fault(PAUSED, f"paused since {SHOWN}, with no end set", NOW, "nas")),
        (
            paused(NOW, NOW + 6 * DAY),
            Fault(
                PAUSED,
                f"paused since {SHOWN}, until 2026-01-21 10:30:00 UTC",
                NOW,
                "nas",
            ),
        ),
        (
            certificate(NOW + 3 * DAY),
            Fault(
                CERTIFICATE,
                EXPIRED,
                NOW - 11 * DAY,
                "nas",
            ),
        ),
        (
            certificate(NOW + 40 * DAY, NOW),
            Fault(CERTIFICATE, f"it is another one since {SHOWN}", NOW, "nas"),
        ),
    ],
)
def test_since_when_and_why_is_told(pulled: Pulled, fault: Fault) -> None:
    assert faults_of([server(pulled)], NOW + 5 * DAY) == [fault]


def test_the_worst_is_told_first() -> None:
    both = replace(paused(NOW), certificate=Certificate("1f" * 32, NOW))
    found = faults_of([server(both, "b"), server(paused(NOW), "a")], NOW + DAY)
    assert [(each.condition, each.server) for each in found] == [
        (PAUSED, "a"),
        (PAUSED, "b"),
        (CERTIFICATE, "b"),
    ]
    assert [each.severity for each in found[1:]] == [Severity.WARNING, Severity.NOTICE]


def view_of(pulled: Pulled | None, backup_id: str | None = "DB-2") -> JobView:
    identity = None if backup_id is None else Identity("m-1", backup_id, None)
    job = replace(job_named("Photos", [stored_run(NOW)]), identity=identity)
    fleet = Fleet(SchedulePolicy(), CREATED)
    fleet.apply(change_of(server(pulled), job))
    (view,) = fleet.jobs()
    return view


WAITS = Pulled(NOW, paused=False, waiting=(Waiting("DB-2", NOW), Waiting("DB-3", NOW)))
BEHIND = f"it waits in Duplicati behind another, since {SHOWN}"


@pytest.mark.parametrize(
    ("pulled", "backup_id", "expected"),
    [
        (None, "DB-2", None),
        (Pulled(NOW), "DB-2", None),
        (WAITS, "DB-2", BEHIND),
        (WAITS, "DB-4", None),
        (WAITS, None, None),
        (paused(NOW), None, f"Duplicati is paused since {SHOWN}, with no end set"),
        (paused(NOW, NOW + 3 * DAY), None, None),
        (
            replace(WAITS, paused=True, paused_since=NOW),
            "DB-2",
            f"Duplicati is paused since {SHOWN}, with no end set",
        ),
    ],
)
def test_a_pause_and_a_queue_are_the_cause_of_a_run_that_does_not_come(
    pulled: Pulled | None, backup_id: str | None, expected: str | None
) -> None:
    view = view_of(pulled, backup_id)
    assert held_up(view, NOW + 3 * DAY) == expected
    found = cause(view, view.job.state, Condition.OVERDUE, NOW + 3 * DAY)
    assert found is not None
    assert found.startswith("expected 2026-01-16 10:30:00 UTC, none came")
    assert found.endswith(f"none came; {expected}" if expected else "none came")
