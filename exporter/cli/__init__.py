"""The commands, and the only place where the services are wired together."""

from exporter.cli.main import main

__all__ = ["main"]
