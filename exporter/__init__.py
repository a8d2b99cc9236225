"""The domain: what a Duplicati report means, which backup is due, and what the metrics say."""
