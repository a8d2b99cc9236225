"""Puts a dashboard together from its rows."""

from collections.abc import Sequence
from typing import NamedTuple

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import Dashboard, DashboardCursorSync, Panel

from grafana.source import links
from grafana.source.variables import Variable

SCHEMA_VERSION = 39
"""The newest that Grafana 10 reads without a change; later ones bring it up to date themselves."""


class Row(NamedTuple):
    """Panels under a heading, which fill the 24 columns from left to right."""

    title: str
    panels: Sequence[Builder[Panel]]


class Board(NamedTuple):
    """A dashboard before its panels."""

    uid: str
    title: str
    description: str
    since: str
    refresh: str
    variables: Sequence[Variable]
    annotations: Sequence[build.AnnotationQuery] = ()


def put_together(board: Board, rows: Sequence[Row]) -> Dashboard:
    """Return the dashboard, its panels numbered from 1."""
    builder = _head(board)
    for row in rows:
        builder.with_row(build.Row(row.title))
        for panel in row.panels:
            builder.with_panel(panel)
    dashboard = builder.build()
    dashboard.schema_version = SCHEMA_VERSION
    _number(dashboard)
    return dashboard


def _head(board: Board) -> build.Dashboard:
    builder = build.Dashboard(board.title).uid(board.uid).description(board.description)
    builder.tags(["backup", "duplistatus"]).readonly().refresh(board.refresh)
    builder.time(board.since, "now").tooltip(DashboardCursorSync.CROSSHAIR)
    builder.variables([*board.variables]).annotations([*board.annotations])
    return builder.links([*links.others(board.uid)])


def _number(dashboard: Dashboard) -> None:
    """Set the ids that the SDK leaves out, by which Grafana distinguishes panels."""
    for number, panel in enumerate(dashboard.panels or (), 1):
        panel.id_val = number
