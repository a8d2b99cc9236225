"""How one leads from dashboard to dashboard without losing the time range or what was chosen."""

from grafana_foundation_sdk.builders import dashboard as build

OVERVIEW = "duplistatus-overview"
JOB = "duplistatus-job"
EXPORTER = "duplistatus-exporter"

_TITLES = {OVERVIEW: "Backups", JOB: "Backup job", EXPORTER: "Exporter"}

_PASSED = ("job", "instance", "server", "backup")
"""The variables of a job, besides the data source."""


def others(uid: str) -> list[build.DashboardLink]:
    """Return links from a dashboard to the two others."""
    return [_to(other, title, uid) for other, title in _TITLES.items() if other != uid]


def _to(uid: str, title: str, origin: str) -> build.DashboardLink:
    link = build.DashboardLink(title).icon("dashboard").keep_time(True)
    if uid == JOB:
        return link.url(f"/d/{uid}?{_queried('datasource')}")
    if origin == JOB:
        return link.url(f"/d/{uid}?{_queried('datasource', 'job', 'instance')}")
    return link.url(f"/d/{uid}").include_vars(True)


def _queried(*variables: str) -> str:
    """Return some variables for an address.

    The dashboard of a job cannot take all: Grafana hands it "All" or several, where it knows one
    only. And it hands on no job: a fleet of one would look as if nothing else were wrong.
    """
    return "&".join(f"${{{name}:queryparam}}" for name in variables)


def row_to_job() -> build.DashboardLink:
    """Return the link from a row of a table to its job; its labels must be fields of the table."""
    return _to_job("__data.fields")


def series_to_job() -> build.DashboardLink:
    """Return the link from a series to its job."""
    return _to_job("__field.labels")


def _to_job(place: str) -> build.DashboardLink:
    chosen = (f"var-{name}=${{{place}.{name}:percentencode}}" for name in _PASSED)
    address = "&".join((f"/d/{JOB}?var-datasource=${{datasource}}", *chosen, "${__url_time_range}"))
    return build.DashboardLink("Open this job").url(address)
