"""How one leads from dashboard to dashboard without losing the time range or what was chosen."""

from grafana_foundation_sdk.builders import dashboard as build

OVERVIEW = "duplistatus-overview"
JOB = "duplistatus-job"
EXPORTER = "duplistatus-exporter"

_TITLES = {OVERVIEW: "Backups", JOB: "Backup job", EXPORTER: "Exporter"}


def others(uid: str) -> list[build.DashboardLink]:
    """Return links from a dashboard to the two others."""
    return [_to(other, title) for other, title in _TITLES.items() if other != uid]


def _to(uid: str, title: str) -> build.DashboardLink:
    link = build.DashboardLink(title).url(f"/d/{uid}").icon("dashboard")
    return link.keep_time(True).include_vars(True)


def row_to_job() -> build.DashboardLink:
    """Return the link from a row of a table to its job."""
    return _to_job("${__data.fields.server:percentencode}", "${__data.fields.backup:percentencode}")


def series_to_job() -> build.DashboardLink:
    """Return the link from a series to its job."""
    return _to_job(
        "${__field.labels.server:percentencode}", "${__field.labels.backup:percentencode}"
    )


def _to_job(server: str, backup: str) -> build.DashboardLink:
    variables = f"var-datasource=${{datasource}}&var-server={server}&var-backup={backup}"
    return build.DashboardLink("Open this job").url(f"/d/{JOB}?{variables}&${{__url_time_range}}")
