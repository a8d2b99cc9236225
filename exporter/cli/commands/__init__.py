"""The commands as they are typed: a module for each group, which adds it to the parser."""

from exporter.cli.commands import collect, daemon, exports, imports, jobs, listings, servers

GROUPS = (daemon, listings, servers, jobs, collect, imports, exports)
"""In the order of the help."""

__all__ = ["GROUPS"]
