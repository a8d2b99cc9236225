"""When a job ran, how long it took and what it complained about."""

from grafana_foundation_sdk.builders import statetimeline, timeseries
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from grafana.source import links
from grafana.source.boards import Row
from grafana.source.colours import (
    GREEN,
    GREY,
    PURPLE,
    RED,
    YELLOW,
    status_names,
    status_thresholds,
    thresholds,
)
from grafana.source.panels import About, fixed, limited, lines, status_bars, timeline
from grafana.source.queries import NAME, Query, chosen, per_job, status_or_overdue

_DAY = 86400.0
_HALF = (12, 8)


def row() -> Row:
    """Return the row."""
    return Row("Runs", [_run_timeline(), _runs_by_status(), _duration(), _complaints(), _due()])


def _run_timeline() -> statetimeline.Panel:
    about = About(
        "Run timeline",
        "How the last run ended, over time, and purple while a run is overdue.",
        "none",
        status_thresholds(),
        24,
        5,
    )
    query = Query(per_job(status_or_overdue()), NAME)
    return timeline(about, query, status_names(), links.series_to_job())


def _runs_by_status() -> timeseries.Panel:
    about = About(
        "Runs by status",
        "When runs were reported, and how they ended.",
        "none",
        thresholds(GREY, (1, GREEN)),
        *_HALF,
    )
    expr = f"sum by (status) (increase({chosen('runs_total')}[$__rate_interval]))"
    return status_bars(about, Query(expr, "{{status}}")).decimals(0)


def _duration() -> timeseries.Panel:
    about = About(
        "Duration",
        "Duration of the last run. The band is the job's habit: from half to twice the median of"
        " its runs.",
        "s",
        thresholds(GREEN, (_DAY / 2, YELLOW), (_DAY, RED)),
        *_HALF,
    )
    typical = chosen("typical_duration_seconds")
    panel = lines(
        about,
        Query(chosen("last_duration_seconds"), NAME),
        Query(f"2 * {typical}", _TWICE),
        Query(f"0.5 * {typical}", _HALF_OF_IT),
    )
    panel.override_by_name(
        _TWICE, [*_edge(), DynamicConfigValue("custom.fillBelowTo", _HALF_OF_IT)]
    )
    return panel.override_by_name(_HALF_OF_IT, _edge())


_TWICE = "twice the usual"
_HALF_OF_IT = "half the usual"


def _edge() -> list[DynamicConfigValue]:
    return [
        fixed(GREY),
        DynamicConfigValue("custom.lineWidth", 0),
        DynamicConfigValue("custom.fillOpacity", 20),
    ]


def _complaints() -> timeseries.Panel:
    about = About(
        "Warnings and errors",
        "What the last run complained about, and the files it could not read.",
        "none",
        thresholds(GREEN, (1, RED)),
        *_HALF,
    )
    panel = lines(
        about,
        Query(chosen("last_warnings"), f"warnings {NAME}"),
        Query(chosen("last_errors"), f"errors {NAME}"),
        Query(chosen("last_error_files"), f"unreadable files {NAME}"),
    )
    return limited(panel).decimals(0)


def _due() -> timeseries.Panel:
    about = About(
        "Next expected",
        "Time until the next run should start; below zero while it is awaited.",
        "dtdurations",
        thresholds(PURPLE, (0, GREEN)),
        *_HALF,
    )
    query = Query(f"{chosen('next_expected_timestamp_seconds')} - time()", NAME)
    return limited(lines(about, query)).decimals(1)
