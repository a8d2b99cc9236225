"""The jobs behind the figures: which ones, and since when."""

from grafana_foundation_sdk.builders import table
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from grafana.build import colours, habits
from grafana.build.colours import (
    PURPLE,
    RED,
    YELLOW,
    absent,
    named,
    status_names,
    status_thresholds,
    thresholds,
)
from grafana.build.links import row_to_job
from grafana.build.panels import About
from grafana.build.queries import (
    age,
    chosen,
    has_failed,
    in_millis,
    is_overdue,
    per_job,
)
from grafana.build.tables import IN_COLOUR, JOBS, Column, Rows, listing

_DAY = 86400.0
_LIST = (12, 6)


def panels() -> list[table.Panel]:
    """Return the lists, two to a line."""
    return [_late(), _failures(), _unusual(), _alerts()]


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
    panel = listing(
        about,
        Rows(JOBS, sorted_by="Late by"),
        Column("Late by", per_job(late), "dtdurations", _LATENESS),
        Column("Expected", per_job(in_millis(expected)), "dateTimeFromNow"),
        _last_success(is_overdue()),
    )
    return panel.data_links([row_to_job()]).no_value("Nothing overdue while the exporter is up")


def _last_success(where: str) -> Column:
    moment = in_millis(f"{chosen('last_success_timestamp_seconds')} and {where}")
    return Column("Last success", per_job(moment), "dateTimeFromNow", names=absent("never", RED))


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
    panel = listing(
        about,
        Rows(JOBS, sorted_by="In a row"),
        Column("Status", per_job(has_failed()), "none", status_thresholds(), status_names()),
        Column("In a row", per_job(failures), "none", _IN_A_ROW),
        _last_success(has_failed()),
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
    age_of_each = f"max by ({', '.join(labels)}) ({age(f'({since})')})"
    rows = Rows(labels, sorted_by="Severity", descending=False)
    panel = listing(about, rows, Column("For", age_of_each, "s", _UNATTENDED))
    severities = DynamicConfigValue("mappings", [*named(_SEVERITIES)])
    panel.override_by_name("Severity", [severities, IN_COLOUR, _width(90)])
    panel.override_by_name("Alert", [_width(265)])
    return panel.no_value("No alert fires, or the rules are not loaded")


def _width(pixels: int) -> DynamicConfigValue:
    return DynamicConfigValue("custom.width", pixels)


_LATENESS = thresholds(PURPLE, (_DAY, RED))
_IN_A_ROW = thresholds(YELLOW, (2, RED))
_SHRUNK = thresholds(RED, (0.7, YELLOW))
_UNATTENDED = thresholds(YELLOW, (_DAY, RED))
_SEVERITIES = {each: (each, colour) for each, colour in colours.SEVERITY_COLOURS.items()}
