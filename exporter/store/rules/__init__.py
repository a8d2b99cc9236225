"""Which server, which job, which duplicate, which state: written once for every database."""
