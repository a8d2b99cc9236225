"""How a job stands."""

from grafana_foundation_sdk.builders import stat

from grafana.build.boards import Row
from grafana.build.colours import (
    GREEN,
    PURPLE,
    RED,
    YELLOW,
    status_names,
    status_thresholds,
    thresholds,
)
from grafana.build.panels import About, figure
from grafana.build.queries import NAME, Query, age, chosen, per_job, status_or_overdue

_DAY = 86400.0
_FIGURE = (3, 4)


def row() -> Row:
    """Return the row."""
    figures = [
        _status(),
        _last_success(),
        _overdue_in(),
        _failures(),
        _success_rate(),
        _versions(),
        _verification(),
        _verified(),
    ]
    return Row("Now", figures)


def _status() -> stat.Panel:
    about = About(
        "Status",
        "How the last run ended, or overdue.",
        "none",
        status_thresholds(),
        *_FIGURE,
    )
    return figure(about, Query(per_job(status_or_overdue()), NAME)).mappings(status_names())


def _last_success() -> stat.Panel:
    about = About(
        "Last success",
        "How long ago a run last completed. No data: none ever did.",
        "dtdurations",
        thresholds(GREEN, (8 * _DAY, YELLOW), (15 * _DAY, RED)),
        *_FIGURE,
    )
    query = Query(age(chosen("last_success_timestamp_seconds")), NAME)
    return figure(about, query).decimals(0)


def _overdue_in() -> stat.Panel:
    about = About(
        "Overdue in",
        "Time until the job is overdue: its next expected start, its longest run and the"
        " tolerance. Below zero it is late. No data: its schedule is off.",
        "dtdurations",
        thresholds(PURPLE, (0, YELLOW), (3600, GREEN)),
        *_FIGURE,
    )
    query = Query(f"{chosen('deadline_timestamp_seconds')} - time()", NAME)
    return figure(about, query).decimals(1)


def _failures() -> stat.Panel:
    about = About(
        "Failed in a row",
        "Failed runs since the last completed one.",
        "none",
        thresholds(GREEN, (1, RED)),
        *_FIGURE,
    )
    return figure(about, Query(chosen("consecutive_failures"), NAME))


def _success_rate() -> stat.Panel:
    about = About(
        "Success rate",
        "Runs of the job that completed among all of its runs.",
        "percentunit",
        thresholds(RED, (0.9, YELLOW), (0.98, GREEN)),
        *_FIGURE,
    )
    return figure(about, Query(chosen("job_success_rate"), NAME)).decimals(1)


def _verified() -> stat.Panel:
    about = About(
        "Last verified",
        "How long ago stored files were last fetched and tested. No data: no test was reported.",
        "dtdurations",
        thresholds(GREEN, (8 * _DAY, YELLOW), (32 * _DAY, RED)),
        *_FIGURE,
    )
    query = Query(age(chosen("verified_timestamp_seconds")), NAME)
    return figure(about, query).decimals(0)


def _verification() -> stat.Panel:
    about = About(
        "Verification",
        "How the last test of stored files ended: whether what lies at the destination is as it"
        " should be. No data: no test was reported.",
        "none",
        status_thresholds(),
        *_FIGURE,
    )
    query = Query(chosen("last_verification_status_code"), NAME)
    return figure(about, query).mappings(status_names())


def _versions() -> stat.Panel:
    about = About(
        "Versions",
        "Versions kept at the destination: how far one can go back.",
        "none",
        thresholds(RED, (1, YELLOW), (2, GREEN)),
        *_FIGURE,
    )
    return figure(about, Query(chosen("versions"), NAME))
