"""Reports: each module knows one wire shape and turns it into a `Report` or a `ReportError`."""

from exporter.reports.detection import read_report
from exporter.reports.errors import Problem, ReportError
from exporter.reports.live_status import read_activity

__all__ = ["Problem", "ReportError", "read_activity", "read_report"]
