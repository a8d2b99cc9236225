"""One job: what each run did and how it compares with the job's own habit."""

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana.source import links, variables
from grafana.source.boards import Board, put_together
from grafana.source.colours import RED
from grafana.source.job import data, destination, now, runs
from grafana.source.queries import DATASOURCE, NAME, chosen, in_millis, last_failed


def _failed_runs() -> build.AnnotationQuery:
    """Return a mark at the start of each failed run, and not at the time of the scrape."""
    expr = f"{in_millis(chosen('last_start_timestamp_seconds'))} and {last_failed()}"
    marks = build.AnnotationQuery().name("Failed runs").datasource(DATASOURCE).expr(expr)
    marks.enable(True).use_value_for_time(True).icon_color(RED)
    return marks.title_format("Failed run").text_format(NAME).tag_keys("server,backup")


_BOARD = Board(
    uid=links.JOB,
    title="Backup job",
    description="What the runs of a backup job did, and how that compares with its habit.",
    since="now-30d",
    refresh="5m",
    variables=(variables.datasource(), *variables.one_job()),
    annotations=(_failed_runs(),),
)


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return put_together(_BOARD, [now.row(), runs.row(), data.row(), destination.row()])
