"""How a job stands."""

from grafana_foundation_sdk.builders import stat

from grafana.source.boards import Row
from grafana.source.colours import (
    GREEN,
    ORANGE,
    PURPLE,
    RED,
    YELLOW,
    status_names,
    status_thresholds,
    thresholds,
)
from grafana.source.panels import About, figure
from grafana.source.queries import NAME, Query, age, chosen, per_job, status_or_overdue

_DAY = 86400.0
_FIGURE = (4, 4)


def row() -> Row:
    """Return the row."""
    figures = [
        _status(),
        _last_success(),
        _newest_version(),
        _overdue_in(),
        _failures(),
        _interrupted(),
        _success_rate(),
        _versions(),
        _verification(),
        _verified(),
        _restored(),
        _copies_missed(),
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


def _newest_version() -> stat.Panel:
    about = About(
        "Newest version",
        "How long ago the newest version was made that can be restored. Older than the last success"
        " where nothing changed; one of a stopped run holds a part only. No data: not reported.",
        "dtdurations",
        thresholds(GREEN, (8 * _DAY, YELLOW), (32 * _DAY, RED)),
        *_FIGURE,
    )
    query = Query(age(chosen("newest_version_timestamp_seconds")), NAME)
    return figure(about, query).decimals(0)


def _interrupted() -> stat.Panel:
    about = About(
        "Interrupted in a row",
        "Runs that were cut short or never started since the last one that completed or failed.",
        "none",
        thresholds(GREEN, (1, ORANGE), (3, RED)),
        *_FIGURE,
    )
    return figure(about, Query(chosen("interrupted_runs"), NAME))


def _restored() -> stat.Panel:
    about = About(
        "Last restore",
        "How long ago files were last restored and it went well: the proof that it works. No data:"
        " none was reported.",
        "dtdurations",
        thresholds(GREEN, (92 * _DAY, YELLOW), (366 * _DAY, RED)),
        *_FIGURE,
    )
    return figure(about, Query(age(chosen("last_restore_timestamp_seconds")), NAME)).decimals(0)


def _copies_missed() -> stat.Panel:
    about = About(
        "Second copies missed",
        "Runs in a row after which a second copy failed, was skipped or was not reported. No data:"
        " it has no second destination.",
        "none",
        thresholds(GREEN, (1, YELLOW), (2, RED)),
        *_FIGURE,
    )
    return figure(about, Query(chosen("second_copy_missed"), NAME))


def _overdue_in() -> stat.Panel:
    about = About(
        "Overdue in",
        "Time until the job is overdue: its next expected start, how long a run takes and the"
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
        "Runs of the job that completed among those that completed or failed.",
        "percentunit",
        thresholds(RED, (0.9, YELLOW), (0.98, GREEN)),
        *_FIGURE,
    )
    return figure(about, Query(chosen("job_success_rate"), NAME)).decimals(1)


def _verified() -> stat.Panel:
    about = About(
        "Last verified",
        "How long ago stored files were last fetched and verified without errors. No data: no such"
        " verification was reported.",
        "dtdurations",
        thresholds(GREEN, (8 * _DAY, YELLOW), (32 * _DAY, RED)),
        *_FIGURE,
    )
    query = Query(age(chosen("verified_timestamp_seconds")), NAME)
    return figure(about, query).decimals(0)


def _verification() -> stat.Panel:
    about = About(
        "Verification",
        "How the last verification of stored files ended: whether the files at the destination are"
        " intact. No data: no verification was reported.",
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
