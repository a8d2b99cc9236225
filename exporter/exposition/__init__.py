"""What Prometheus scrapes: the families, their lines, and the metrics of the daemon itself."""

from exporter.exposition.scrape import EVERYTHING, Exposition, Selection

__all__ = ["EVERYTHING", "Exposition", "Selection"]
