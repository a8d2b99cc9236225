"""POST /jobs/{id}/schedule, /tags, /pause and /clear: what people set for a job."""

import logging
from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from api import edits, query
from api.errors import invalid
from api.page.attempts import Attempt
from api.page.forms.form import Done, Form
from api.page.forms.schedule_fields import (
    CRON,
    EVERY,
    NAME,
    ScheduleFields,
    schedule_of,
    words_of,
)
from api.page.forms.typed import TypedForm
from api.sessions import Session
from exporter import formatting
from exporter.language import gettext as _
from exporter.language import marked
from exporter.logs import log_fields
from exporter.model import JobSettings
from exporter.reports import Problem

PAUSE, RESUME = "pause", "resume"

_log = logging.getLogger(__name__)


class JobFields(Struct, frozen=True):
    """What the forms of a job hold."""

    schedule: ScheduleFields
    tags: str
    paused: bool

    @classmethod
    def of(cls, settings: JobSettings, attempt: Attempt | None) -> "JobFields":
        """Return what was sent and not saved, else what is set."""
        tags = ", ".join(settings.tags)
        if attempt is not None and attempt.form == TagJob.name:
            tags = attempt.fields.get("tags", "")
        return cls(ScheduleFields.of(settings, attempt), tags, settings.paused)


class _JobForm(Form):
    def _settings(self, job_id: int) -> JobSettings:
        return self._services.job(job_id).job.settings

    def _set(self, session: Session, job_id: int, given: Mapping[str, object]) -> JobSettings:
        """Change a setting; return those that hold then."""
        values = edits.of_job(given, self._services.clock)
        author = self._services.author(session)
        self._services.store.set_job(job_id, lambda own: replace(own, **values), author)
        _log.info("job changed", extra=log_fields(job_id=job_id, **values, session=session.id))
        return self._settings(job_id)


class SetSchedule(_JobForm, TypedForm):
    """Sets when a job is due, and how late it may be."""

    name = NAME
    labels: ClassVar[Mapping[str, str]] = {
        EVERY: marked("Interval"),
        CRON: marked("Calendar"),
        "zone": marked("Time zone"),
        "tolerance": marked("Tolerance"),
    }

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        job_id = query.required_id(params["job_id"], "job")
        before = self._settings(job_id)
        tolerance = fields.get("tolerance", "").strip()
        given = {"schedule": schedule_of(fields), "tolerance": tolerance or None}
        after = self._set(session, job_id, given)
        told = []
        if before.schedule != after.schedule:
            told.append(_("Schedule set to {schedule}.").format(schedule=words_of(after.schedule)))
        if before.tolerance != after.tolerance:
            told.append(_tolerance(after))
        return Done(" ".join(told) or _("Nothing was changed."))


class TagJob(_JobForm, TypedForm):
    """Sets the tags of a job."""

    name = "tags"
    labels: ClassVar[Mapping[str, str]] = {"tags": marked("Tags")}

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        job_id = query.required_id(params["job_id"], "job")
        self._settings(job_id)
        tags = self._set(session, job_id, {"tags": edits.split_tags(fields.get("tags", ""))}).tags
        told = _("Tags set to {tags}.").format(tags=", ".join(tags))
        return Done(told if tags else _("Tags removed."))


class PauseJob(_JobForm):
    """Pauses a job, or ends that."""

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        job_id = query.required_id(params["job_id"], "job")
        wanted = fields.get("to", "")
        if wanted not in (PAUSE, RESUME):
            problem = Problem("to", f"must be {PAUSE} or {RESUME}")
            raise invalid("Whether to pause is missing or wrong", problem)
        paused = self._set(session, job_id, {"paused": wanted == PAUSE}).paused
        return Done(_("Paused: a missing run is not reported.") if paused else _("Resumed."))


class ClearJob(_JobForm):
    """Marks what came for a job until now as dealt with."""

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        job_id = query.required_id(params["job_id"], "job")
        self._set(session, job_id, {"cleared": True})
        return Done(_("What came until now is marked as dealt with."))


def _tolerance(settings: JobSettings) -> str:
    if settings.tolerance is None:
        return _("Tolerance left to the configuration.")
    return _("Tolerance set to {length}.").format(length=formatting.duration(settings.tolerance))
