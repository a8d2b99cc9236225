"""Why a job is expected when it is: on the page, in JSON and as a sum, the same for each rule."""

from typing import NamedTuple

import pytest

from exporter.times import DAY, HOUR, MINUTE, Millis, format_timestamp
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.pages import Document, text
from tests.support.reports_builder import duplicati_report

BEGAN = NOW - HOUR


class Case(NamedTuple):
    """The reports of a job, the schedule that a person set, and what is said of the next run."""

    reports: list[bytes]
    reason: str
    doubts: tuple[str, ...] = ()
    schedule: str | None = None
    allowed: str = "1 min for the run and 1 h of tolerance"


def ran(before: Millis, told: Millis | None = None, took: Millis = MINUTE) -> bytes:
    """Build a report of a run so long before the last one, and of the next one, from then on."""
    timestamp = None if told is None else BEGAN - before + told
    return duplicati_report(began=BEGAN - before, duration=took, next_scheduled=timestamp)


def nights(count: int, *, told: bool = False) -> list[bytes]:
    return [ran(number * DAY, DAY if told else None) for number in reversed(range(count))]


WORKING_DAYS = [
    ran(number * DAY) for number in reversed(range(25)) if (3 - number) % 7 not in (5, 6)
]
QUEUED = [ran(number * DAY, 21 * HOUR) for number in reversed(range(5))]

CASES = {
    "an interval": Case(nights(1), "9 h after its last start, as configured", schedule="every 9h"),
    "a calendar": Case(
        nights(1), "by the calendar 0 3 * * * (UTC), as configured", schedule="cron 0 3 * * *"
    ),
    "planned": Case(
        nights(2, told=True),
        "as Duplicati planned it with the run of Thursday 15 January 2026, 09:30 UTC",
    ),
    "moved on": Case(
        [*nights(3, told=True)[:2], ran(0)],
        "as Duplicati planned one for Thursday 15 January 2026, 09:30 UTC "
        "and later runs reported no other",
    ),
    "queued": Case(
        QUEUED,
        "as Duplicati planned it with the run of Thursday 15 January 2026, 09:30 UTC",
        allowed="3 h in the queue, 1 min for the run and 1 h of tolerance",
    ),
    "learned": Case(nights(3), "1 d after its last start, the usual pause of its last 3 runs"),
    "learned of the week": Case(
        WORKING_DAYS, "1 d after its last start, as twice before at this time of the week"
    ),
    "default": Case(nights(1), "1 d after its last start, the default until more is known"),
    "a plan far ahead": Case(
        [ran(0, 9000 * DAY)],
        "as Duplicati planned it with the run of Thursday 15 January 2026, 09:30 UTC",
        (
            (
                "Duplicati planned its next run for 2050-09-06 09:30:00 UTC, "
                "more than 35 days ahead: 2026-02-19 09:30:00 UTC counts. "
                "If that is right, set its schedule."
            ),
        ),
    ),
    "a plan far ahead, and what was learned": Case(
        [*nights(3)[:2], ran(0, 9000 * DAY)],
        "1 d after its last start, the usual pause of its last 3 runs",
        (
            (
                "Duplicati planned its next run for 2050-09-06 09:30:00 UTC, "
                "more than 35 days ahead: what is learned from its runs counts. "
                "If that is right, set its schedule."
            ),
        ),
    ),
    "a plan that was left": Case(
        [ran(7 * DAY, DAY), *nights(6)],
        "1 d after its last start, the usual pause of its last 7 runs",
        (
            (
                "Duplicati planned its next run for 2026-01-09 09:30:00 UTC, "
                "and five runs or more came since that reported no other."
            ),
        ),
    ),
    "a long pause": Case(
        [ran(number * 50 * DAY) for number in (3, 2, 1, 0)],
        "35 d after its last start, the usual pause of its last 4 runs",
        ("Its usual pause would be 50 d: 35 d count. If that is right, set its schedule.",),
    ),
    "an end and a length behind the report": Case(
        [ran(0, took=800 * DAY)],
        "1 d after its last start, the default until more is known",
        (
            (
                "Its last run says that it ended 2028-03-25 09:30:00 UTC: "
                "2026-01-15 10:35:00 UTC counts."
            ),
            "Its last run says that it took 800 d: 1 h 5 min counts.",
        ),
        allowed="1 h 5 min for the run and 1 h of tolerance",
    ),
}


def told(daemon: Daemon, case: Case) -> dict[str, object]:
    """Upload the reports as they come; return what is answered of the job."""
    for report in case.reports:
        daemon.upload(report)
    if case.schedule is not None:
        daemon.client.simulate_patch(
            "/api/jobs/1",
            json={"schedule": case.schedule},
            headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
        )
    answered: dict[str, object] = daemon.get("/api/jobs/1")
    return answered


@pytest.mark.parametrize("name", CASES)
def test_the_rule_what_is_allowed_and_what_is_not_believed_are_told(
    daemon: Daemon, name: str
) -> None:
    case = CASES[name]
    job = told(daemon, case)["job"]
    assert isinstance(job, dict)
    assert f", {case.reason}; overdue after " in job["why"]
    assert job["why"].endswith(f", which allows for {case.allowed}.")
    assert tuple(job["notBelieved"]) == case.doubts
    assert daemon.get("/api/jobs")["jobs"] == [job]
    page = Document(daemon.client.simulate_get("/jobs/1"))
    assert text(page.one("p", id="schedule")) == job["why"]
    shown = [text(each) for each in page.all("p", data_not_believed="")]
    assert shown == [f"Not trusted: {doubt}" for doubt in case.doubts]


@pytest.mark.parametrize("name", CASES)
def test_the_sum_comes_to_the_deadline(daemon: Daemon, name: str) -> None:
    answered = told(daemon, CASES[name])
    job, explanation = answered["job"], answered["explanation"]
    assert isinstance(job, dict)
    assert isinstance(explanation, dict)
    assert explanation["deadline"] == job["deadline"]
    total = sum(term["seconds"] for term in explanation["terms"])
    view = daemon.fleet.jobs()[0]
    assert view.expectation is not None
    since = view.expectation.because.since
    assert explanation["since"] == format_timestamp(since)
    assert since + total * 1000 == view.expectation.deadline


def test_nothing_is_summed_of_a_job_that_is_off(daemon: Daemon) -> None:
    answered = told(daemon, Case(nights(1), "", schedule="off"))
    assert answered["explanation"] is None
    job = answered["job"]
    assert isinstance(job, dict)
    assert job["why"].startswith("Not monitored: its schedule is off")
