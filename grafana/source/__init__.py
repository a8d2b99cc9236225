"""Writes the dashboards: `python -m grafana.source`.

Built with Grafana's own Foundation SDK, so that mypy knows each option. The JSON is the classic
schema, which Grafana 10 to 13 load from files.
"""
