"""Whether a report could be stored now: while it cannot, all that is known grows old."""

from exporter.store import Store, StoreUnavailableError


def write_error(store: Store) -> str | None:
    """Return why no report can be stored; None after a write that has just reached the disk."""
    try:
        store.check_writable()
    except StoreUnavailableError as error:
        return str(error)
    return None
