"""Reports: each module knows one wire shape and turns it into a `Report` or a `ReportError`."""

from exporter.reports.activity import read_activity
from exporter.reports.errors import Problem, ReportError
from exporter.reports.shapes import read_report

__all__ = ["Problem", "ReportError", "read_activity", "read_report"]
