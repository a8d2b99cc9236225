"""Taking everything out: the runs as rows, and the past as Prometheus would have scraped it.

Pure but for the files it writes: what is read comes from an `Records`.
"""

from exporter.exports.errors import ExportError
from exporter.exports.openmetrics import LEFT_OUT, History, Target
from exporter.exports.runs import write_csv, write_jsonl
from exporter.exports.time_grid import Grid

__all__ = [
    "LEFT_OUT",
    "ExportError",
    "Grid",
    "History",
    "Target",
    "write_csv",
    "write_jsonl",
]
