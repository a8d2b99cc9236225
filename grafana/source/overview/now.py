"""The panels that are seen without scrolling: the counts, and the lists of jobs."""

from grafana.source.boards import Row
from grafana.source.overview import figures, lists


def row() -> Row:
    """Return the row."""
    return Row("Now", [*figures.panels(), *lists.panels()])
