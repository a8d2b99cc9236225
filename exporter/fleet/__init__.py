"""The current state of every server and job, in memory: what changed, and what is due."""

from exporter.fleet.fleet import Fleet

__all__ = ["Fleet"]
