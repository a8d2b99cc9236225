"""What keeps files from being written."""


class FilesError(Exception):
    """Files cannot be written; the message says why and what to do."""
