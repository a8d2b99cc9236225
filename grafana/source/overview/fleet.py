"""Every job: over time, as of its last run, and how many ran each day."""

from grafana_foundation_sdk.builders import statetimeline, table, timeseries
from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models.common import BarAlignment

from grafana.source.boards import Row
from grafana.source.colours import (
    GREEN,
    GREY,
    RED,
    YELLOW,
    absent,
    status_names,
    status_thresholds,
    thresholds,
)
from grafana.source.links import row_to_job, series_to_job
from grafana.source.panels import About, status_bars, timeline
from grafana.source.queries import (
    LOOKS,
    Query,
    by_gravity,
    chosen,
    in_millis,
    per_job,
    status_or_overdue,
)
from grafana.source.tables import JOBS, Column, Rows, listing


def row() -> Row:
    """Return the row."""
    return Row("Fleet", [_grid(), _last_runs(), _runs_a_day()])


def _grid() -> statetimeline.Panel:
    about = About(
        "Fleet over time",
        "One row per job: how its last run ended, and purple while a run is overdue. A gap is time"
        " without data. Click a row for its job.",
        "none",
        status_thresholds(),
        24,
        20,
    )
    # Series come in the order of their labels: the first in the alphabet groups them by server.
    by_server = f'label_join({per_job(status_or_overdue())}, "a_name", " · ", "server", "backup")'
    return timeline(about, Query(by_server, "{{a_name}}"), status_names(), series_to_job())


def _last_runs() -> table.Panel:
    about = About(
        "Last runs",
        "What the last run of each chosen job reported, the worst first, and of those that stand"
        " alike the one whose last success is longest ago. A value that was not reported is empty."
        " Click a row for its job.",
        "none",
        _SOMETHING,
        24,
        14,
    )
    rows = Rows(JOBS, sorted_by="Status", then_by="Last success", after={"instance": "Exporter"})
    panel = listing(about, rows, *_of_last_run())
    return panel.data_links([row_to_job()]).no_value("no data")


def _of_last_run() -> tuple[Column, ...]:
    """Return the metrics of a job's last run."""
    return (
        _status("Status", by_gravity()),
        _timestamp("Next expected", "next_expected_timestamp_seconds"),
        _timestamp("Last success", "last_success_timestamp_seconds", "never"),
        _timestamp("Newest version", "newest_version_timestamp_seconds"),
        _value("Duration", "last_duration_seconds", "s", _LONG),
        _value("Size", "source_bytes", "bytes", _SOMETHING),
        _value("Uploaded", "last_uploaded_bytes", "bytes"),
        _value("Stored", "storage_bytes", "bytes", _SOMETHING),
        _value("Files", "source_files", "locale", _SOMETHING),
        _value("Warnings", "last_warnings", "none", thresholds(GREY, (1, YELLOW))),
        _value("Errors", "last_errors", "none", thresholds(GREY, (1, RED))),
        _value("Versions", "versions", "none", _SOMETHING),
        _status("Verification", chosen("last_verification_status_code")),
    )


_SOMETHING = thresholds(RED, (1, GREEN))
_LONG = thresholds(GREEN, (43200, YELLOW), (86400, RED))
"""A run of a day keeps a daily backup from its next one."""


def _status(title: str, expression: str) -> Column:
    return Column(title, per_job(expression), "none", status_thresholds(), status_names())


def _value(title: str, name: str, unit: str, limits: ThresholdsConfig | None = None) -> Column:
    return Column(title, per_job(chosen(name)), unit, limits)


def _timestamp(title: str, name: str, missing: str = "-") -> Column:
    time = per_job(in_millis(chosen(name)))
    return Column(title, time, "dateTimeFromNow", names=absent(missing, GREY))


def _runs_a_day() -> timeseries.Panel:
    about = About(
        "Runs a day",
        "Backup runs of the chosen jobs by how they ended. Each bar covers its day.",
        "none",
        thresholds(GREY, (1, GREEN)),
        24,
        8,
    )
    # The bar of a day counts what comes after its timestamp, hence the window ahead of it.
    ahead = f"increase({chosen('runs_total')}[1d:{LOOKS}] offset -1d)"
    query = Query(f"sum by (status) ({ahead})", "{{status}}", interval="1d")
    return status_bars(about, query).decimals(0).bar_alignment(BarAlignment.AFTER)
