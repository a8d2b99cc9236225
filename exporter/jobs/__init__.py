"""The state of a job that results from its runs, small whatever their number. Pure."""
