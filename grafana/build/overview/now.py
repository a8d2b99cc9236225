"""What one sees without scrolling: the figures, and the jobs behind them."""

from grafana_foundation_sdk.builders import stat, table

from grafana.build import colours, habits
from grafana.build.boards import Row
from grafana.build.colours import (
    GREEN,
    PURPLE,
    RED,
    YELLOW,
    named,
    status_names,
    status_thresholds,
    thresholds,
)
from grafana.build.links import row_to_job
from grafana.build.panels import About, figure
from grafana.build.queries import (
    CHOSEN,
    Query,
    age,
    chosen,
    has_failed,
    in_millis,
    is_overdue,
    per_job,
)
from grafana.build.tables import JOBS, Column, Rows, coloured, listing

_DAY = 86400.0
_FIGURE = (3, 4)
_LIST = (12, 6)


def row() -> Row:
    """Return the row."""
    figures = [
        _exporter(),
        _overdue(),
        _failing(),
        _jobs(),
        _success_rate(),
        _success_rate_of_range(),
        _oldest_success(),
        _newest_report(),
    ]
    return Row("Now", [*figures, _late(), _failures(), _unusual(), _alerts()])


def _exporter() -> stat.Panel:
    seen = "max by (job, instance) (present_over_time(duplistatus_build_info[$__range]))"
    about = About(
        "Exporter",
        "Whether Prometheus reaches every exporter it has known in this time range. While one is"
        " down, nothing else here can be trusted.",
        "none",
        thresholds(RED, (1, GREEN)),
        *_FIGURE,
    )
    query = Query(f"min(up * on (job, instance) {seen}) or vector(0)")
    return figure(about, query).mappings(named({"0": ("down", RED), "1": ("up", GREEN)}))


def _overdue() -> stat.Panel:
    about = About(
        "Overdue Backups",
        "Jobs of which a run was expected and did not come. Counts the whole fleet, whatever is"
        " chosen above.",
        "none",
        thresholds(GREEN, (1, RED)),
        *_FIGURE,
    )
    return figure(about, Query("duplistatus_overdue_backups", "{{instance}}"))


def _failing() -> stat.Panel:
    about = About(
        "Failing",
        "Chosen jobs whose last run ended with error, fatal or unknown.",
        "none",
        thresholds(GREEN, (1, RED)),
        *_FIGURE,
    )
    return figure(about, Query(f"sum({chosen('last_status_code')} >= bool 2)"))


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
        "Runs that completed among all that were ever recorded, of the whole fleet.",
        "percentunit",
        thresholds(RED, (0.9, YELLOW), (0.98, GREEN)),
        *_FIGURE,
    )
    query = Query("duplistatus_backup_success_rate", "{{instance}}")
    return figure(about, query).decimals(1)


def _success_rate_of_range() -> stat.Panel:
    completed = f'duplistatus_backup_runs_total{{{CHOSEN}, status=~"success|warning"}}'
    about = About(
        "Success in range",
        "Runs of the chosen jobs that completed, among those of this time range.",
        "percentunit",
        thresholds(RED, (0.9, YELLOW), (0.98, GREEN)),
        *_FIGURE,
    )
    query = Query(
        f"sum(increase({completed}[$__range])) / sum(increase({chosen('runs_total')}[$__range]))"
    )
    return figure(about, query).decimals(1)


def _oldest_success() -> stat.Panel:
    about = About(
        "Oldest success",
        "How long ago the chosen job that waits longest last succeeded, among those that are"
        " expected to run. One that never succeeded is under Failing.",
        "dtdurations",
        thresholds(GREEN, (8 * _DAY, YELLOW), (15 * _DAY, RED)),
        *_FIGURE,
    )
    success, planned = chosen("last_success_timestamp_seconds"), chosen("expected_interval_seconds")
    return figure(about, Query(age(f"min({success} and {planned})"))).decimals(1)


def _newest_report() -> stat.Panel:
    about = About(
        "Newest report",
        "How long ago any report arrived. Old on a busy fleet: the reports get lost on their way.",
        "dtdurations",
        thresholds(GREEN, (1 * _DAY, YELLOW), (2 * _DAY, RED)),
        *_FIGURE,
    )
    return figure(about, Query(age("max(duplistatus_last_report_timestamp_seconds)"))).decimals(1)


def _late() -> table.Panel:
    about = About(
        "Overdue, worst first",
        "Jobs of which a run was expected and did not come: how far past the deadline they are,"
        " when the run should have started, and the last success.",
        "none",
        _LATENESS,
        *_LIST,
    )
    late = f"({age(chosen('deadline_timestamp_seconds'))}) and {is_overdue()}"
    expected = f"{chosen('next_expected_timestamp_seconds')} and {is_overdue()}"
    success = f"{chosen('last_success_timestamp_seconds')} and {is_overdue()}"
    panel = listing(
        about,
        Rows(JOBS, sorted_by="Late by"),
        Column("Late by", per_job(late), "dtdurations", _LATENESS),
        Column("Expected", per_job(in_millis(expected)), "dateTimeFromNow"),
        Column("Last success", per_job(in_millis(success)), "dateTimeFromNow"),
    )
    return panel.data_links([row_to_job()]).no_value("Nothing overdue while the exporter is up")


def _failures() -> table.Panel:
    about = About(
        "Failing",
        "Jobs whose last run failed: how it ended, how many failed in a row, and the last success;"
        " none where there was never one.",
        "none",
        _IN_A_ROW,
        *_LIST,
    )
    failures = f"{chosen('consecutive_failures')} and {has_failed()}"
    success = f"{chosen('last_success_timestamp_seconds')} and {has_failed()}"
    panel = listing(
        about,
        Rows(JOBS, sorted_by="In a row"),
        Column("Status", per_job(has_failed()), "none", status_thresholds(), status_names()),
        Column("In a row", per_job(failures), "none", _IN_A_ROW),
        Column("Last success", per_job(in_millis(success)), "dateTimeFromNow"),
    )
    return panel.data_links([row_to_job()]).no_value("Nothing failing while the exporter is up")


def _unusual() -> table.Panel:
    about = About(
        "Unlike their habit",
        "Jobs whose last run departs from its own median of twenty runs: a source below 70 % or"
        " above 150 %, a duration below half or above twice and by ten minutes, five times the"
        " changed files and a hundred more. A shrunken source may be a disk that is not mounted;"
        " many changed files may be ransomware, or a spring clean.",
        "none",
        _SHRUNK,
        *_LIST,
    )
    panel = listing(
        about,
        Rows({**JOBS, "what": "What"}, sorted_by="Of the usual", descending=False),
        Column("Of the usual", habits.departures(), "percentunit", _SHRUNK),
    )
    return panel.data_links([row_to_job()]).no_value("Nothing unusual while the exporter is up")


def _alerts() -> table.Panel:
    about = About(
        "Firing alerts",
        "Alerts of the rules in deploy/prometheus that fire now, and for how long. Those that are"
        " about no single job show whatever is chosen above.",
        "none",
        _UNATTENDED,
        *_LIST,
    )
    labels = {"severity": "Severity", "alertname": "Alert", **JOBS}
    chosen_alerts = 'alertname=~"Duplistatus.+", server=~"$server|", backup=~"$backup|"'
    firing = f'ALERTS{{alertstate="firing", {chosen_alerts}}}'
    since = f"ALERTS_FOR_STATE{{{chosen_alerts}}} and ignoring (alertstate) {firing}"
    panel = listing(
        about,
        Rows(labels, sorted_by="Severity", descending=False),
        Column(
            "For", f"max by ({', '.join(labels)}) ({age(f'({since})')})", "dtdurations", _UNATTENDED
        ),
    )
    panel.override_by_name("Severity", coloured(named(_SEVERITIES)))
    return panel.no_value("No alert fires, or the rules are not loaded")


_LATENESS = thresholds(PURPLE, (_DAY, RED))
_IN_A_ROW = thresholds(YELLOW, (2, RED))
_SHRUNK = thresholds(RED, (0.7, YELLOW))
_UNATTENDED = thresholds(YELLOW, (_DAY, RED))
_SEVERITIES = {each: (each, colour) for each, colour in colours.SEVERITY_COLOURS.items()}
