"""What one chooses at the top of a dashboard, each variable among what those before it leave."""

from collections.abc import Iterable

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models.dashboard import (
    VariableHide,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from grafana.source.queries import DATASOURCE, EXPORTERS, among

_JOBS = "duplistatus_backup_overdue"
_FLEETS = "duplistatus_backup_jobs"
"""Of replicas the fleet is scraped once for all of them, so they are no exporters of it."""
_DAEMONS = f'__name__=~"duplistatus_build_info|{_FLEETS}"'
"""Of replicas the one job of Prometheus has what each daemon tells, the other one the fleet."""

DATASOURCE_VARIABLE = "datasource"
"""The choice of a Prometheus; grafana.source.queries.DATASOURCE refers to it."""

Variable = build.DatasourceVariable | build.QueryVariable


def datasource() -> build.DatasourceVariable:
    """Return the choice of a Prometheus."""
    return build.DatasourceVariable(DATASOURCE_VARIABLE).label("Data source").type("prometheus")


def several_jobs() -> list[Variable]:
    """Return the choice of any jobs, of any servers and exporters."""
    return [*map(_any, (*_exporters(f'__name__="{_FLEETS}"'), *_jobs()))]


def one_job() -> list[Variable]:
    """Return the choice of exactly one job: at first the first one in the alphabet."""
    return [*_exporters(f'__name__="{_JOBS}"'), *_jobs()]


def daemons() -> list[Variable]:
    """Return the choice of any exporters; the jobs are only handed on: a detour loses nothing."""
    return [*map(_any, _exporters(_DAEMONS)), *map(_unseen, map(_any, _jobs()))]


def _exporters(families: str) -> Iterable[build.QueryVariable]:
    yield _values("job", "Scrape job", f"{{{families}}}")
    yield _values("instance", "Exporter", f"{{{families}, {among('job')}}}")


def _jobs() -> Iterable[build.QueryVariable]:
    yield _values("server", "Server", f"{_JOBS}{{{EXPORTERS}}}")
    yield _values("backup", "Backup", f"{_JOBS}{{{EXPORTERS}, {among('server')}}}")


def _values(name: str, label: str, selector: str) -> build.QueryVariable:
    query = f"label_values({selector}, {name})"
    variable = build.QueryVariable(name).label(label).query(query).definition(query)
    variable.datasource(DATASOURCE).refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
    return variable.sort(VariableSort.ALPHABETICAL_CASE_INSENSITIVE_ASC)


def _any(variable: build.QueryVariable) -> build.QueryVariable:
    """Let "All" be one short pattern: thousands of names would not fit into a query."""
    return variable.multi(True).include_all(True).all_value(".+").current(_EVERYTHING)


_EVERYTHING = VariableOption(selected=True, text=["All"], value=["$__all"])


def _unseen(variable: build.QueryVariable) -> build.QueryVariable:
    return variable.hide(VariableHide.HIDE_VARIABLE)
