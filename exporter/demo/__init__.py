"""A synthetic fleet: twelve servers, forty backups and what became of them in ninety days.

Deterministic: one begin gives the same bytes each time. The bytes are reports as Duplicati 2.3
posts them, and nothing here knows who receives them.
"""

from exporter.demo.arrivals import DAYS, Arrival, arrivals, live_arrivals

__all__ = ["DAYS", "Arrival", "arrivals", "live_arrivals"]
