"""Logs that something goes wrong once, and its end: not each of a thousand tries."""

import logging

from exporter.logs import log_fields

_log = logging.getLogger(__name__)


class Trouble:
    """Something that goes wrong for a while. Not thread-safe."""

    def __init__(self, begun: str, over: str) -> None:
        """Take the messages for its beginning and for its end."""
        self._begun = begun
        self._over = over
        self._lasts = False

    def note(self, problem: str | None, error: BaseException | None = None) -> None:
        """Note what goes wrong now, None if nothing; an error is a bug, logged with its trace."""
        if problem is not None and not self._lasts:
            _log.warning(self._begun, extra=log_fields(reason=problem), exc_info=error)
        elif problem is None and self._lasts:
            _log.info(self._over)
        self._lasts = problem is not None
