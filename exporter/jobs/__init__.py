"""What the runs of a job add up to, kept short whatever their number. Pure."""
