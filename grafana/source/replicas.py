"""Daemons over PostgreSQL: how many, and how do they get on with it? Empty with SQLite."""

from grafana_foundation_sdk.builders import timeseries

from grafana.source.boards import Row
from grafana.source.colours import GREEN, RED, YELLOW, thresholds
from grafana.source.panels import About, lines
from grafana.source.queries import Query, of_exporters

_QUARTER = (6, 8)


def row() -> Row:
    """Return the row."""
    return Row("PostgreSQL", [_replicas(), _reachable(), _held(), _catching_up()])


def _replicas() -> timeseries.Panel:
    about = About(
        "Replicas",
        "Daemons that share the database and were seen in the last minute.",
        "none",
        thresholds(RED, (1, YELLOW), (2, GREEN)),
        *_QUARTER,
    )
    query = Query(f"max({of_exporters('duplistatus_replicas')})", "daemons")
    return lines(about, query).min(0).decimals(0)


def _reachable() -> timeseries.Panel:
    about = About(
        "Database reachable",
        "Whether each daemon reaches the database: 1, or 0 while reports wait and questions are"
        " answered with 503.",
        "none",
        thresholds(RED, (1, GREEN)),
        *_QUARTER,
    )
    query = Query(of_exporters("duplistatus_database_reachable"), "{{instance}}")
    return lines(about, query).min(0).decimals(0)


def _held() -> timeseries.Panel:
    about = About(
        "Reports held",
        "Reports that wait in all daemons for a database that is away. They are stored once it is"
        " back, unless their sender gives up before.",
        "none",
        thresholds(GREEN, (1, YELLOW), (100, RED)),
        *_QUARTER,
    )
    query = Query(f"sum({of_exporters('duplistatus_reports_held')})", "waiting")
    return lines(about, query).min(0).decimals(0)


def _catching_up() -> timeseries.Panel:
    about = About(
        "Time to catch up",
        "Average time of the question to the database that precedes each answer: what the other"
        " daemons have committed.",
        "s",
        thresholds(GREEN, (0.05, YELLOW), (1, RED)),
        *_QUARTER,
    )
    family = "duplistatus_catch_up_seconds"
    seconds, questions = (
        f"sum(rate({of_exporters(f'{family}_{end}')}[$__rate_interval]))"
        for end in ("sum", "count")
    )
    return lines(about, Query(f"{seconds} / {questions}", "average")).min(0)
