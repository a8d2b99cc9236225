"""Tests of the store in PostgreSQL that several daemons share."""
