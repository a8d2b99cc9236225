"""The exposition: the metric families, their rendered lines, and the daemon's own metrics."""

from exporter.exposition.scrape import ALL, Exposition, Part, Selection

__all__ = ["ALL", "Exposition", "Part", "Selection"]
