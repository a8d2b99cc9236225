"""Ways in beside the upload route, and what all ways in have in common."""
