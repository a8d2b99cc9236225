"""Errors of an export."""


class ExportError(Exception):
    """The export failed; the text says why and what to do."""
