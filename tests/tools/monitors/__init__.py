"""The programs of monitoring systems, run with what docs/integrations.md shows."""
