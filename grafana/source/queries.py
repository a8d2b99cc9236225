"""What Prometheus is asked, and how the variables of the dashboards go into it."""

from collections.abc import Iterable
from string import ascii_uppercase
from typing import NamedTuple

from grafana_foundation_sdk.builders import prometheus as build
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from grafana.source.colours import INTERRUPTED_CODE, MILDER_CODE, OVERDUE_CODE

DATASOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")


def among(name: str, *, or_none: bool = False) -> str:
    """Return the matcher of what was chosen for a variable.

    Grafana escapes the value of a variable with one choice for no regular expression, hence the
    format; PromQL takes its backslashes as they are between backticks only.
    """
    return f"{name}=~`${{{name}:regex}}{'|' * or_none}`"


EXPORTERS = f"{among('job')}, {among('instance')}"
"""Selects the series of the chosen exporters."""

CHOSEN = f"{EXPORTERS}, {among('server')}, {among('backup')}"
"""Selects the series of the chosen jobs."""

JOB = "job, instance, server_id, server, backup"
"""The labels that identify a job. Two exporters give the same ids, hence the first two."""

COPY = f"{JOB}, destination"
"""The labels that identify a second copy."""

SERVER = "job, instance, server_id, server"

NAME = "{{server}} · {{backup}}"
"""A job's name in a legend."""


LOOKS = "30m"
"""How often a counter of jobs is looked at over days.

To read every sample of thousands of jobs, two a minute, takes Prometheus longer than anybody waits;
to look more often holds too many at once.
"""


class Query(NamedTuple):
    """An expression and how its series are called."""

    expr: str
    legend: str = ""
    interval: str | None = None


def chosen(name: str) -> str:
    """Return the selector of a job's family, for the chosen jobs."""
    return f"duplistatus_backup_{name}{{{CHOSEN}}}"


def of_exporters(name: str, *more: str) -> str:
    """Return the selector of a family of the daemon itself, for the chosen exporters."""
    return f"{name}{{{', '.join((EXPORTERS, *more))}}}"


def per_job(expr: str) -> str:
    """Return an expression with a job's labels and no others, so that tables join by them."""
    return f"max by ({JOB}) ({expr})"


def per_copy(expr: str) -> str:
    """Return an expression with the labels of a second copy and no others."""
    return f"max by ({COPY}) ({expr})"


def age(timestamp: str) -> str:
    """Return the seconds since a timestamp."""
    return f"time() - {timestamp}"


def in_millis(timestamp: str) -> str:
    """Return a timestamp in Grafana's unit of time."""
    return f"1000 * {timestamp}"


def is_overdue() -> str:
    """Return the chosen jobs that are overdue."""
    return f"{chosen('overdue')} == 1"


def is_failing() -> str:
    """Return the chosen jobs whose newest run that completed or failed, failed."""
    return f"{chosen('consecutive_failures')} > 0"


def last_failed() -> str:
    """Return the chosen jobs whose last run failed: error, fatal or unknown."""
    return f"({chosen('last_status_code')} >= 2) < 5"


def status_or_overdue() -> str:
    """Return the last status code of each chosen job, and one of its own where it is overdue."""
    return f"{OVERDUE_CODE} * ({is_overdue()}) or {chosen('last_status_code')}"


def by_gravity() -> str:
    """Return the same codes, but for interrupted: graver than a warning, less than an error."""
    interrupted = f"clamp_max({chosen('last_status_code')} == {INTERRUPTED_CODE}, {MILDER_CODE})"
    return f"{OVERDUE_CODE} * ({is_overdue()}) or {interrupted} or {chosen('last_status_code')}"


def over_time(queries: Iterable[Query]) -> list[build.Dataquery]:
    """Return targets that ask for the whole time range."""
    return [_with_interval(target.range(), query.interval) for target, query in _targets(queries)]


def at_the_end(queries: Iterable[Query]) -> list[build.Dataquery]:
    """Return targets with instant queries.

    A range would go on showing the last value after the exporter is gone; this shows no data.
    """
    return [target.instant() for target, _ in _targets(queries)]


def as_rows(expressions: Iterable[str]) -> list[build.Dataquery]:
    """Return targets that fill a table, a row for each set of labels."""
    queries = [Query(expr) for expr in expressions]
    return [target.format(PromQueryFormat.TABLE) for target in at_the_end(queries)]


def _targets(queries: Iterable[Query]) -> list[tuple[build.Dataquery, Query]]:
    return [
        (_target(query).ref_id(ref_id), query)
        for ref_id, query in zip(ascii_uppercase, queries, strict=False)
    ]


def _target(query: Query) -> build.Dataquery:
    return build.Dataquery().datasource(DATASOURCE).expr(query.expr).legend_format(query.legend)


def _with_interval(target: build.Dataquery, interval: str | None) -> build.Dataquery:
    return target if interval is None else target.interval(interval)
