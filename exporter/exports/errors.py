"""What can go wrong with an export."""


class ExportError(Exception):
    """There is no export now; the text says why and what to do."""
