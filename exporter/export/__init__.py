"""Taking everything out: the runs as rows, and the past as Prometheus would have scraped it.

Pure but for the files it writes: what is read comes from an `Records`.
"""

from exporter.export.errors import ExportError
from exporter.export.grid import Grid
from exporter.export.openmetrics import LEFT_OUT, History, Target
from exporter.export.runs import write_csv, write_jsonl

__all__ = [
    "LEFT_OUT",
    "ExportError",
    "Grid",
    "History",
    "Target",
    "write_csv",
    "write_jsonl",
]
