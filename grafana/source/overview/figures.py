"""The figures at the top: the state of everything in eight numbers."""

from grafana_foundation_sdk.builders import stat

from grafana.source.colours import GREEN, RED, YELLOW, named, thresholds
from grafana.source.panels import About, figure
from grafana.source.queries import CHOSEN, LOOKS, Query, age, chosen, of_exporters

_DAY = 86400.0
_FIGURE = (3, 4)


def panels() -> list[stat.Panel]:
    """Return the figures from left to right."""
    return [
        _exporter(),
        _overdue(),
        _failing(),
        _jobs(),
        _success_rate(),
        _success_rate_of_range(),
        _oldest_success(),
        _newest_report(),
    ]


def _exporter() -> stat.Panel:
    known = f"present_over_time({of_exporters('duplistatus_backup_jobs')}[$__range])"
    seen = f"max by (job, instance) ({known})"
    about = About(
        "Exporter",
        "Whether Prometheus reaches every chosen exporter it has known in this time range. While"
        " one is down, nothing else here can be trusted.",
        "none",
        thresholds(RED, (1, GREEN)),
        *_FIGURE,
    )
    query = Query(f"min({of_exporters('up')} * on (job, instance) {seen}) or vector(0)")
    return figure(about, query).mappings(named({"0": ("down", RED), "1": ("up", GREEN)}))


def _overdue() -> stat.Panel:
    about = About(
        "Overdue Backups",
        "Number of overdue jobs. Counts the whole fleet of each chosen exporter, whichever servers"
        " and backups are chosen above.",
        "none",
        thresholds(GREEN, (1, RED)),
        *_FIGURE,
    )
    return figure(about, Query(of_exporters("duplistatus_overdue_backups"), "{{instance}}"))


def _failing() -> stat.Panel:
    about = About(
        "Failing",
        "Chosen jobs whose newest run that completed or failed, failed: it ended with error, fatal"
        " or unknown.",
        "none",
        thresholds(GREEN, (1, RED)),
        *_FIGURE,
    )
    return figure(about, Query(f"sum({chosen('consecutive_failures')} > bool 0)"))


def _jobs() -> stat.Panel:
    about = About(
        "Jobs",
        "Chosen jobs that have made a backup. A job that was never run is not known here.",
        "none",
        thresholds(RED, (1, GREEN)),
        *_FIGURE,
    )
    return figure(about, Query(f"count({chosen('overdue')})"))


def _success_rate() -> stat.Panel:
    about = About(
        "Backup Success Rate",
        "Runs that completed among all that ever completed or failed, of the whole fleet of"
        " each chosen exporter.",
        "percentunit",
        thresholds(RED, (0.9, YELLOW), (0.98, GREEN)),
        *_FIGURE,
    )
    query = Query(of_exporters("duplistatus_backup_success_rate"), "{{instance}}")
    return figure(about, query).decimals(1)


def _success_rate_of_range() -> stat.Panel:
    completed = f'duplistatus_backup_runs_total{{{CHOSEN}, status=~"success|warning"}}'
    about = About(
        "Success in range",
        "Runs of the chosen jobs that completed, among those of this time range that completed or"
        " failed.",
        "percentunit",
        thresholds(RED, (0.9, YELLOW), (0.98, GREEN)),
        *_FIGURE,
    )
    window = f"[$__range:{LOOKS}]"
    ended = f'duplistatus_backup_runs_total{{{CHOSEN}, status!="interrupted"}}'
    query = Query(f"sum(increase({completed}{window})) / sum(increase({ended}{window}))")
    return figure(about, query).decimals(1)


def _oldest_success() -> stat.Panel:
    about = About(
        "Oldest success",
        "How long ago the chosen job that waits longest last succeeded, among those that are"
        " expected to run. One that never succeeded is under Failing or Interrupted.",
        "dtdurations",
        thresholds(GREEN, (8 * _DAY, YELLOW), (15 * _DAY, RED)),
        *_FIGURE,
    )
    success, planned = chosen("last_success_timestamp_seconds"), chosen("expected_interval_seconds")
    return figure(about, Query(age(f"min({success} and {planned})"))).decimals(0)


def _newest_report() -> stat.Panel:
    about = About(
        "Newest report",
        "How long ago any report arrived. Old on a busy fleet: the reports get lost on their way.",
        "dtdurations",
        thresholds(GREEN, (1 * _DAY, YELLOW), (2 * _DAY, RED)),
        *_FIGURE,
    )
    return figure(
        about, Query(age(f"max({of_exporters('duplistatus_last_report_timestamp_seconds')})"))
    ).decimals(0)
