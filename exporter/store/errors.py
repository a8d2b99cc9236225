"""What can go wrong with a database."""


class StoreError(Exception):
    """The database can not be used; the text says why and what to do."""


class StoreUnavailableError(Exception):
    """The database does not answer now; the same call may succeed later."""
