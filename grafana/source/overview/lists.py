"""The lists of jobs: which are in trouble, and since when."""

from grafana_foundation_sdk.builders import table
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from grafana.source import colours, habits
from grafana.source.colours import (
    PURPLE,
    RED,
    YELLOW,
    absent,
    named,
    status_names,
    status_thresholds,
    thresholds,
)
from grafana.source.links import row_to_job
from grafana.source.panels import About
from grafana.source.queries import (
    JOB,
    age,
    among,
    chosen,
    in_millis,
    is_failing,
    is_overdue,
    per_job,
)
from grafana.source.tables import IN_COLOUR, JOBS, Column, Rows, listing

_DAY = 86400.0
_LIST = (12, 6)


def panels() -> list[table.Panel]:
    """Return the lists, two to a line."""
    return [_late(), _failures(), _unusual(), _alerts(), _interrupted(), _missed_copies()]


def _late() -> table.Panel:
    about = About(
        "Overdue, worst first",
        "Jobs with an expected run that is missing: how far past the deadline they are,"
        " when the run should have started, and the last success.",
        "none",
        _LATENESS,
        *_LIST,
    )
    late = f"({age(chosen('deadline_timestamp_seconds'))}) and {is_overdue()}"
    expected = f"{chosen('next_expected_timestamp_seconds')} and {is_overdue()}"
    panel = listing(
        about,
        Rows(JOBS, sorted_by="Late by"),
        Column("Late by", per_job(late), "dtdurations", _LATENESS),
        Column("Expected", per_job(in_millis(expected)), "dateTimeFromNow"),
        _last_success(is_overdue()),
    )
    return panel.data_links([row_to_job()]).no_value("Nothing overdue while the exporter is up")


def _last_success(where: str) -> Column:
    time = in_millis(f"{chosen('last_success_timestamp_seconds')} and {where}")
    return Column("Last success", per_job(time), "dateTimeFromNow", names=absent("never", RED))


def _last_run(where: str) -> Column:
    time = in_millis(f"{chosen('last_start_timestamp_seconds')} and {where}")
    return Column("Last run", per_job(time), "dateTimeFromNow")


def _failures() -> table.Panel:
    about = About(
        "Failing",
        "Jobs whose newest run that completed or failed, failed: how the last one ended, how many"
        " failed in a row, and the last success; none where there was never one.",
        "none",
        _IN_A_ROW,
        *_LIST,
    )
    ended = f"{chosen('last_status_code')} and {is_failing()}"
    panel = listing(
        about,
        Rows(JOBS, sorted_by="In a row"),
        Column("Status", per_job(ended), "none", status_thresholds(), status_names()),
        Column("In a row", per_job(is_failing()), "none", _IN_A_ROW),
        _last_success(is_failing()),
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
        " about no single job show whichever servers and backups are chosen above.",
        "none",
        _UNATTENDED,
        *_LIST,
    )
    labels = {"severity": "Severity", "alertname": "Alert", **JOBS}
    matchers = (among(name, or_none=True) for name in ("job", "instance", "server", "backup"))
    chosen_alerts = ", ".join(('alertname=~"Duplistatus.+"', *matchers))
    firing = f'ALERTS{{alertstate="firing", {chosen_alerts}}}'
    since = f"ALERTS_FOR_STATE{{{chosen_alerts}}} and ignoring (alertstate) {firing}"
    age_of_each = f"max by (job, instance, {', '.join(labels)}) ({age(f'({since})')})"
    in_order = f'label_replace({age_of_each}, "severity", "{_LAST}", "severity", "info")'
    rows = Rows(labels, sorted_by="Severity", descending=False, then_by="For")
    panel = listing(about, rows, Column("For", in_order, "s", _UNATTENDED))
    severities = DynamicConfigValue("mappings", [*named(_SEVERITIES)])
    panel.override_by_name("Severity", [severities, IN_COLOUR, _width(90)])
    panel.override_by_name("Alert", [_width(265)])
    return panel.no_value("No alert fires, or the rules are not loaded")


def _interrupted() -> table.Panel:
    about = About(
        "Interrupted",
        "Jobs whose last run was cut short or never started: how many in a row, and the last"
        " success. They are neither overdue nor failing, and their last success grows old.",
        "none",
        _IN_A_ROW,
        *_LIST,
    )
    interrupted = f"{chosen('interrupted_runs')} > 0"
    panel = listing(
        about,
        Rows(JOBS, sorted_by="In a row"),
        Column("In a row", per_job(interrupted), "none", _IN_A_ROW),
        _last_run(interrupted),
        _last_success(interrupted),
    )
    return panel.data_links([row_to_job()]).no_value("Nothing interrupted while the exporter is up")


def _missed_copies() -> table.Panel:
    about = About(
        "Second copies missed",
        "Jobs whose last runs have no second copy, though they should: how many in a row, and how"
        " old the oldest copy is.",
        "none",
        _IN_A_ROW,
        *_LIST,
    )
    missed = f"{chosen('second_copy_missed')} > 0"
    oldest = f"min by ({JOB}) ({chosen('second_copy_timestamp_seconds')})"
    panel = listing(
        about,
        Rows(JOBS, sorted_by="In a row"),
        Column("In a row", per_job(missed), "none", _IN_A_ROW),
        _last_run(missed),
        Column("Oldest copy", f"{in_millis(oldest)} and on ({JOB}) {missed}", "dateTimeFromNow"),
    )
    return panel.data_links([row_to_job()]).no_value("No copy missed while the exporter is up")


def _width(pixels: int) -> DynamicConfigValue:
    return DynamicConfigValue("custom.width", pixels)


_LATENESS = thresholds(PURPLE, (_DAY, RED))
_IN_A_ROW = thresholds(YELLOW, (2, RED))
_SHRUNK = thresholds(RED, (0.7, YELLOW))
_UNATTENDED = thresholds(YELLOW, (_DAY, RED))
_LAST = "zinfo"
"""The severity `info` as it is sorted: the alphabet has it before `warning`."""
_SEVERITIES = {
    each if each != "info" else _LAST: (each, colour)
    for each, colour in colours.SEVERITY_COLOURS.items()
}
