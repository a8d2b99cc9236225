"""Whether a report could be stored now: where it cannot, all that is known grows old."""

from exporter.store import Store, StoreUnavailableError


def write_error(store: Store) -> str | None:
    """Say why no report can be stored, None where one can: a write has just reached the disk."""
    try:
        store.check_writable()
    except StoreUnavailableError as error:
        return str(error)
    return None
