"""Ingestion beside the upload route, and what all ways of ingestion share."""
