"""What holds for a job at a moment, since when, and in words. Pure."""
