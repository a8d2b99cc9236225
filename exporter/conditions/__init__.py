"""What holds for a job at a time, since when, and in words. Pure."""
