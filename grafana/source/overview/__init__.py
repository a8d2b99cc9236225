"""The overview: is any backup missing, failing or shrinking, and since when?"""

from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana.source import links, variables
from grafana.source.boards import Board, put_together
from grafana.source.overview import fleet, now, running, storage

_BOARD = Board(
    uid=links.OVERVIEW,
    title="Backups",
    description="Is any backup missing, failing or shrinking, and since when?",
    since="now-7d",
    refresh="1m",
    variables=(variables.datasource(), *variables.several_jobs()),
)


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return put_together(_BOARD, [now.row(), running.row(), fleet.row(), storage.row()])
