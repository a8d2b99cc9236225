"""/jobs/{id}/delete, /separate and /forget-copy: each asks first, for it cannot be undone."""

import logging
import threading
from collections.abc import Mapping

import falcon

from api import query
from api.page.forms.form import Asking, Done, FormServices
from api.page.keys import key_of
from api.sessions import Session
from exporter.fleet.views import JobView
from exporter.language import gettext as _
from exporter.logs import log_fields
from exporter.store import UnknownIdError
from exporter.templating import short

_log = logging.getLogger(__name__)


class _AskingOfJob(Asking):
    def _job(self, params: Mapping[str, str]) -> JobView:
        return self._services.job(query.required_id(params["job_id"], "job"))


class DeleteJob(_AskingOfJob):
    """Removes a job with its runs."""

    template = "delete_job"

    def _asked(self, req: falcon.Request, **params: str) -> dict[str, object]:
        view = self._job(params)
        return {"job": view.job, "server": view.server, "runs": sum(view.job.state.runs)}

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        view = self._job(params)
        self._services.store.delete_job(view.job.id, self._services.author(session))
        _log.warning("job deleted", extra=log_fields(job_id=view.job.id, session=session.id))
        told = _("{job} of {server} was deleted with its runs.").format(**_names(view))
        return Done(told, f"/servers/{view.server.id}")


class SeparateJob(_AskingOfJob):
    """Undoes the last renaming of a job.

    The form names the former name that it was made for: sent twice it does not undo another one.
    """

    template = "separate_job"

    def __init__(self, services: FormServices) -> None:
        super().__init__(services)
        self._one_at_a_time = threading.Lock()

    def _asked(self, req: falcon.Request, **params: str) -> dict[str, object]:
        view = self._job(params)
        former = _last_name(view)
        return {"job": view.job, "server": view.server, "former": former, "key": key_of(former)}

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        with self._one_at_a_time:
            view = self._job(params)
            former = _last_name(view)
            if fields.get("former") != key_of(former):
                raise UnknownIdError("Former name not found")
            self._services.store.separate_job(view.job.id, self._services.author(session))
        _log.warning("job separated", extra=log_fields(job_id=view.job.id, session=session.id))
        told = _("{job} and {former} are two jobs now.")
        return Done(told.format(job=short(view.job.name), former=short(former)))


class ForgetCopy(_AskingOfJob):
    """Forgets a second destination, which is named by a key: it may be long."""

    template = "forget_copy"

    def _asked(self, req: falcon.Request, **params: str) -> dict[str, object]:
        view, key = self._job(params), req.get_param("copy") or ""
        destination = _destination(view, key)
        return {"job": view.job, "server": view.server, "destination": destination, "key": key}

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        view = self._job(params)
        destination = _destination(view, fields.get("copy", ""))
        author = self._services.author(session)
        self._services.store.forget_copy(view.job.id, destination, author)
        told = log_fields(job_id=view.job.id, destination=destination, session=session.id)
        _log.warning("second copy forgotten", extra=told)
        return Done(_("The copy to {destination} is forgotten.").format(destination=destination))


def _names(view: JobView) -> dict[str, str]:
    return {"job": short(view.job.name), "server": short(view.server.shown_name)}


def _last_name(view: JobView) -> str:
    if not view.job.formerly:
        raise UnknownIdError("Former name not found")
    return view.job.formerly[-1]


def _destination(view: JobView, key: str) -> str:
    known = (each.copy.destination for each in view.job.state.copies.known)
    found = next((each for each in known if key_of(each) == key), None)
    if found is None:
        raise UnknownIdError("Second copy not found")
    return found
