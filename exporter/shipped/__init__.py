"""What is shipped for other programs: Grafana, Prometheus, systemd, Compose, Homepage, proxies.

In the wheel the files lie in this folder, below the paths that they have in a clone.
"""

from exporter.shipped.errors import FilesError
from exporter.shipped.fitting import Place
from exporter.shipped.kinds import KINDS, Kind
from exporter.shipped.writing import replace, write

__all__ = ["KINDS", "FilesError", "Kind", "Place", "replace", "write"]
