"""Lives of backups, and how the rules of when one is overdue do in them, against former rules."""
