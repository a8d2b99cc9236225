"""What Prometheus scrapes: the families, their lines, and the metrics of the daemon itself."""

from exporter.exposition.scrape import ALL, Exposition, Selection

__all__ = ["ALL", "Exposition", "Selection"]
