"""The commands. The only place where the parts are put together."""

from exporter.cli.main import main

__all__ = ["main"]
