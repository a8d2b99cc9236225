"""The commands as they are typed: a module for each group, which adds it to the parser."""

from exporter.cli.commands import daemon, exports, imports, jobs, listings, servers

GROUPS = (daemon, listings, servers, jobs, imports, exports)
"""In the order of the help."""

__all__ = ["GROUPS"]
