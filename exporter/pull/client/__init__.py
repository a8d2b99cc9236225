"""Duplicati's own server, asked through its API: /api/v1, as Duplicati 2.1 to 2.3 have it.

The only place that knows the HTTP client.
"""
