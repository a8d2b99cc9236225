"""What one chooses at the top of a dashboard."""

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models.dashboard import (
    VariableHide,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from grafana.source.queries import DATASOURCE

_EXPORTERS = '__name__=~"duplistatus_build_info|duplistatus_backup_jobs"'
"""Of replicas the one job of Prometheus has what each daemon tells, the other one the fleet."""

Variable = build.DatasourceVariable | build.QueryVariable


def datasource() -> build.DatasourceVariable:
    """Return the choice of a Prometheus."""
    return build.DatasourceVariable("datasource").label("Data source").type("prometheus")


def server() -> build.QueryVariable:
    """Return the choice of servers."""
    return _all(_values("server", "Server", "duplistatus_backup_overdue"))


def backup() -> build.QueryVariable:
    """Return the choice of backups, of the chosen servers."""
    return _all(_values("backup", "Backup", 'duplistatus_backup_overdue{server=~"$server"}'))


def scrape_job() -> build.QueryVariable:
    """Return the choice of the jobs of Prometheus that scrape an exporter."""
    return _each(_values("job", "Job", f"{{{_EXPORTERS}}}"))


def instance() -> build.QueryVariable:
    """Return the choice of exporters."""
    return _each(_values("instance", "Instance", f'{{{_EXPORTERS}, job=~"$job"}}'))


def unseen(variable: build.QueryVariable) -> build.QueryVariable:
    """Return a choice that a dashboard only hands on: a detour over it loses nothing."""
    return variable.hide(VariableHide.HIDE_VARIABLE)


def _values(name: str, label: str, selector: str) -> build.QueryVariable:
    query = f"label_values({selector}, {name})"
    variable = build.QueryVariable(name).label(label).query(query).definition(query)
    variable.datasource(DATASOURCE).refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
    return variable.sort(VariableSort.ALPHABETICAL_CASE_INSENSITIVE_ASC).current(_EVERYTHING)


_EVERYTHING = VariableOption(selected=True, text=["All"], value=["$__all"])


def _each(variable: build.QueryVariable) -> build.QueryVariable:
    return variable.multi(True).include_all(True)


def _all(variable: build.QueryVariable) -> build.QueryVariable:
    """Let "All" be one short pattern: thousands of names would not fit into a query."""
    return _each(variable).all_value(".*")
