"""Exports: the runs as rows, and history as Prometheus would have scraped it.

Pure except for the files that it writes: the data comes from an `OfflineReader`.
"""

from exporter.exports.errors import ExportError
from exporter.exports.openmetrics import LEFT_OUT, OpenMetricsBackfill, Target
from exporter.exports.runs import write_csv, write_jsonl
from exporter.exports.time_grid import TimeGrid

__all__ = [
    "LEFT_OUT",
    "ExportError",
    "OpenMetricsBackfill",
    "Target",
    "TimeGrid",
    "write_csv",
    "write_jsonl",
]
