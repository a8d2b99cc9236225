"""What one sees without scrolling: the figures, and the jobs behind them."""

from grafana.source.boards import Row
from grafana.source.overview import figures, lists


def row() -> Row:
    """Return the row."""
    return Row("Now", [*figures.panels(), *lists.panels()])
