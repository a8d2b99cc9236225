"""A synthetic fleet: twelve servers, forty backups and their runs in ninety days.

Deterministic: the same start gives the same bytes. The bytes are reports as Duplicati 2.3 posts
them, and nothing here depends on who receives them.
"""

from exporter.demo.arrivals import DAYS, Arrival, arrivals, live_arrivals
from exporter.demo.fleet import JOBS

__all__ = ["DAYS", "JOBS", "Arrival", "arrivals", "live_arrivals"]
