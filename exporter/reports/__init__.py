"""Reads reports: each module knows one shape and turns it into a `Report` or a `ReportError`."""

from exporter.reports.detection import read_report
from exporter.reports.errors import Problem, ReportError
from exporter.reports.live_status import read_live_status

__all__ = ["Problem", "ReportError", "read_live_status", "read_report"]
