"""POST /jobs/{id}/mute and /servers/{id}/mute: nobody is notified of it for a time."""

import logging
from collections.abc import Mapping

from msgspec.structs import replace

from api import query
from api.errors import invalid
from api.page.forms.form import Done, Form
from api.sessions import Session
from exporter import formatting
from exporter.language import gettext as _
from exporter.language import marked
from exporter.logs import log_fields
from exporter.reports import Problem
from exporter.times import DAY, HOUR, Millis

SPANS: Mapping[str, tuple[str, Millis]] = {
    "1h": (marked("1 hour"), HOUR),
    "8h": (marked("8 hours"), 8 * HOUR),
    "1d": (marked("1 day"), DAY),
    "3d": (marked("3 days"), 3 * DAY),
    "1w": (marked("1 week"), 7 * DAY),
}
"""For how long one may mute with the page: by the value that is sent, in words, and the time."""

END = "end"

_log = logging.getLogger(__name__)


class _Mute(Form):
    def _until(self, fields: Mapping[str, str]) -> Millis | None:
        """Return until when a form mutes; None where it ends a mute."""
        wanted = fields.get("for", "")
        if wanted == END:
            return None
        if wanted not in SPANS:
            problem = Problem("for", f"must be one of {', '.join([*SPANS, END])}")
            raise invalid("For how long to mute is missing or wrong", problem)
        return self._services.clock() + SPANS[wanted][1]


class MuteJob(_Mute):
    """Mutes a job, or ends its mute."""

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        job_id, until = query.required_id(params["job_id"], "job"), self._until(fields)
        author = self._services.author(session)
        self._services.store.set_job(job_id, lambda own: replace(own, muted=until), author)
        told = log_fields(job_id=job_id, muted=until, session=session.id)
        _log.info("job changed", extra=told)
        return Done(_told(until))


class MuteServer(_Mute):
    """Mutes all jobs of a server, or ends that mute."""

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        server_id, until = query.required_id(params["server_id"], "server"), self._until(fields)
        author = self._services.author(session)
        self._services.store.set_server(server_id, lambda own: replace(own, muted=until), author)
        told = log_fields(server_id=server_id, muted=until, session=session.id)
        _log.info("server changed", extra=told)
        return Done(_told(until))


def _told(until: Millis | None) -> str:
    if until is None:
        return _("The mute is ended.")
    return _("Muted until {time}.").format(time=formatting.exact(until))
