"""Reduces large reports before they are read: what would not be kept is left out.

Decoded as a whole, 32 MiB of ``{},{},…`` take 25 times their size in memory. So of a large body
first a small one is made that reads the same: in JSON by types that name known fields and skip all
else without building it, in text line by line. No more is held than three times the body's size
and some MiB.
"""

from exporter.reports.large.objects import reduced_json
from exporter.reports.large.reduced import Reduced
from exporter.reports.large.texts import reduced_text

LARGE_BYTES = 256 * 1024
"""Up to here a body may be decoded as a whole: the worst take some eighty times their size."""

__all__ = ["LARGE_BYTES", "Reduced", "reduced_json", "reduced_text"]
