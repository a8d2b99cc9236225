"""Taking everything out: the runs as rows, and the past as Prometheus would have scraped it.

Pure but for the files it writes: what is read comes from an `Records`.
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
