"""Pulling: what Duplicati's own servers remember of their runs is fetched and recorded."""
