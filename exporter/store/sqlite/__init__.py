"""The store as one file of SQLite."""
