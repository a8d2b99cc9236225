"""What the backups take up, how it grows, and when a destination is full."""

from grafana_foundation_sdk.builders import table, timeseries

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
from grafana.source.links import row_to_job
from grafana.source.panels import About, lines, stacked
from grafana.source.queries import SERVER, Query, age, chosen, per_copy, per_job
from grafana.source.tables import JOBS, Column, Rows, listing

_DAY = 86400.0
_HALF = (12, 9)

_HABIT = "[14d:6h]"
"""What a trend is read from: two weeks, looked at often enough, with few samples to read."""


def row() -> Row:
    """Return the row."""
    return Row("Storage", [_by_server(), _growth(), _destinations(), _copies()])


def _of_servers(expr: str) -> str:
    return f"sum by ({SERVER}) ({expr})"


def _in_30_days(selector: str) -> str:
    """Return what a value comes to, for the jobs that are still there."""
    return f"predict_linear({selector}{_HABIT}, 30 * 86400) and {selector}"


def _by_server() -> timeseries.Panel:
    about = About(
        "Storage by server",
        "What the chosen backups of each server take up at their destinations.",
        "bytes",
        thresholds(RED, (1, GREEN)),
        *_HALF,
    )
    query = Query(_of_servers(chosen("storage_bytes")), "{{server}}")
    return stacked(lines(about, query)).fill_opacity(30)


def _growth() -> table.Panel:
    about = About(
        "Growth by server",
        "What the chosen backups of each server take up now, how much more that is than a week"
        " ago, and what it comes to in 30 days if the last two weeks go on.",
        "bytes",
        thresholds(RED, (1, GREEN)),
        *_HALF,
    )
    stored = chosen("storage_bytes")
    return listing(
        about,
        Rows({"server": "Server"}, sorted_by="Growth in a week"),
        Column("Stored", _of_servers(stored), "bytes", thresholds(RED, (1, GREEN))),
        Column("In 30 days", _of_servers(_in_30_days(stored)), "bytes"),
        Column("Growth in a week", _of_servers(f"{stored} - {stored} offset 1w"), "bytes"),
    ).no_value("no data")


def _destinations() -> table.Panel:
    about = About(
        "Destinations, fullest first",
        "Space at the destination of each chosen job, where it is reported: when it will be full by"
        " the trend of the last runs, and what is left in 30 days if the last two weeks go on. Jobs"
        " that share a destination show the same numbers.",
        "bytes",
        thresholds(RED, (1, GREEN)),
        24,
        9,
    )
    rows = Rows(JOBS, sorted_by="Free", descending=False)
    panel = listing(about, rows, *_space())
    return panel.data_links([row_to_job()]).no_value("No destination reports its space")


def _copies() -> table.Panel:
    about = About(
        "Second copies, oldest first",
        "The destinations that those of the chosen jobs are synchronized with: when the last copy"
        " was made, how it ended and what it sent. Duplicati does not report one that failed: its"
        " time does not change.",
        "none",
        thresholds(RED, (1, GREEN)),
        24,
        7,
    )
    rows = Rows({**JOBS, "destination": "Second destination"}, sorted_by="Age")
    panel = listing(about, rows, *_of_copy())
    return panel.data_links([row_to_job()]).no_value("No second copy was reported")


def _of_copy() -> tuple[Column, ...]:
    """Return the metrics of a second copy."""
    copied = age(chosen("second_copy_timestamp_seconds"))
    status = chosen("second_copy_status_code")
    return (
        Column("Age", per_copy(copied), "dtdurations", thresholds(GREEN, (8 * _DAY, YELLOW))),
        Column("Status", per_copy(status), "none", status_thresholds(), status_names()),
        Column("Copied", per_copy(chosen("second_copy_copied_bytes")), "bytes"),
        Column(
            "Failed verifications",
            per_copy(chosen("second_copy_failed_verifications")),
            "none",
            thresholds(GREY, (1, RED)),
        ),
        Column("Usual pause", per_copy(chosen("second_copy_usual_pause_seconds")), "dtdurations"),
    )


def _space() -> tuple[Column, ...]:
    """Return the metrics of a destination."""
    free, total = chosen("quota_free_bytes"), chosen("quota_total_bytes")
    return (
        Column(
            "Free",
            per_job(f"{free} / {total}"),
            "percentunit",
            thresholds(RED, (0.1, YELLOW), (0.2, GREEN)),
        ),
        Column("Left", per_job(free), "bytes"),
        _full_in(),
        Column(
            "Left in 30 days",
            per_job(f"clamp_min({_in_30_days(free)}, 0)"),
            "bytes",
            thresholds(RED, (1, GREEN)),
        ),
        Column("Space", per_job(total), "bytes"),
    )


def _full_in() -> Column:
    """Return when the space will be used up, as the exporter foresees it."""
    full = chosen("destination_full_timestamp_seconds")
    return Column(
        "Full in",
        per_job(f"clamp_min({full} - time(), 0)"),
        "dtdurations",
        thresholds(RED, (7 * _DAY, YELLOW), (14 * _DAY, GREEN)),
        absent("not foreseeable", GREY),
    )
