"""POST /-/reload: reads the configuration anew."""

import logging
from collections.abc import Callable

import falcon

from api.auth import author_of
from api.errors import ApiError, invalid, unavailable
from api.responses import ok_no_store
from exporter.model.audit import CONFIG_RELOAD, Author
from exporter.reports import Problem
from exporter.store import Store, StoreUnavailableError
from exporter.times import Millis

_log = logging.getLogger(__name__)


class Reload:
    """Uses a configuration whole or not at all. What a request asks for is done when it answers."""

    needs_store = False

    def __init__(
        self, reload: Callable[[], tuple[str, ...]], store: Store, clock: Callable[[], Millis]
    ) -> None:
        """Take what reads the configuration anew and returns its faults, as `Services` has it."""
        self._reload = reload
        self._store = store
        self._clock = clock

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Reload, and answer with every fault where the configuration before stays in use."""
        try:
            faults = self._reload()
        except TimeoutError as error:
            message = "The configuration is still being reloaded: the log says how that ends"
            raise unavailable(message) from error
        if faults:
            raise _refused(faults)
        self._note(author_of(req, self._clock()))
        ok_no_store(resp, {})

    def _note(self, by: Author) -> None:
        """Note who asked. What is in use already is not refused for want of a database."""
        try:
            self._store.note_done(CONFIG_RELOAD, by)
        except StoreUnavailableError as error:
            _log.warning("who reloaded the configuration could not be noted: %s", error)


def _refused(faults: tuple[str, ...]) -> ApiError:
    message = "The configuration cannot be used, so the one before stays in use"
    return invalid(message, *(Problem("configuration", fault) for fault in faults))
