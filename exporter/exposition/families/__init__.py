"""Every metric family: its name, help, type, labels, and a pure function from state to samples.

The one place that defines the metrics. Values are in base units: seconds, bytes, ratios. A value
that was not reported has no sample. The daemon's own are counted as things happen: `daemon`.
"""

from exporter.exposition.families.family import Family, Sample
from exporter.exposition.families.fleet import FLEET_FAMILIES, RUNNING_BACKUPS
from exporter.exposition.families.job import JOB_FAMILIES
from exporter.exposition.families.running import RUNNING_FAMILIES
from exporter.exposition.families.server import SERVER_FAMILIES
from exporter.exposition.families.snapshot import JobSnapshot

__all__ = [
    "FLEET_FAMILIES",
    "JOB_FAMILIES",
    "RUNNING_BACKUPS",
    "RUNNING_FAMILIES",
    "SERVER_FAMILIES",
    "Family",
    "JobSnapshot",
    "Sample",
]
