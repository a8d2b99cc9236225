"""The present state of every server and job, in memory: what changed, and who is due."""

from exporter.fleet.fleet import Fleet

__all__ = ["Fleet"]
