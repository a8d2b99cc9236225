"""Which jobs a query asks for: the filters that routes on jobs have in common."""

import unicodedata

import falcon
from msgspec import Struct

from api import query
from api.errors import not_found
from exporter.conditions.evaluate import EvaluatedJob, conditions
from exporter.fleet import Fleet
from exporter.fleet.views import JobSelection, JobView
from exporter.jobs.job import Job
from exporter.language import gettext as _
from exporter.model import Server
from exporter.model.conditions import Condition
from exporter.model.tags import MAX_TAG_LENGTH, MAX_TAGS, has_all
from exporter.times import Millis

_NO_BACKUP = "No backup has this name"
_MAX_LENGTH = MAX_TAGS * (MAX_TAG_LENGTH + 1)


class JobChoice(Struct, frozen=True):
    """The filters of a query, which add up; None where one is not used. All tags must be there."""

    server_id: int | None = None
    backup: str | None = None
    tags: tuple[str, ...] = ()
    overdue: bool | None = None
    failing: bool | None = None
    condition: Condition | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves jobs out."""
        return self != _ALL

    def has(self, view: JobView, now: Millis) -> bool:
        """Return whether a job is asked for."""
        condition = self.condition
        return self._has(view, now) and (condition is None or condition in conditions(view, now))

    def has_evaluated(self, job: EvaluatedJob, now: Millis) -> bool:
        """Return whether a job is asked for that was evaluated."""
        return self._has(job.view, now) and self.condition in (None, *job.held)

    def _has(self, view: JobView, now: Millis) -> bool:
        return (
            self.server_id in (None, view.server.id)
            and self.backup in (None, view.job.name)
            and view.has_tags(self.tags)
            and self.overdue in (None, view.overdue(now))
            and self.failing in (None, view.failing)
        )

    def selection(self, fleet: Fleet, now: Millis) -> JobSelection:
        """Return the jobs of the server, name and tags that are asked for, evaluated or not."""
        found = _named(fleet, _of_server(fleet, self.server_id, now), self.backup)
        return tagged(fleet, found, self.tags)


_ALL = JobChoice()


def read(req: falcon.Request, fleet: Fleet) -> JobChoice:
    """Return which jobs a request asks for.

    Raises:
        ApiError: a filter cannot be understood, no server or backup is called so, or nothing has
            a tag.
    """
    server_id = query.server_parameter(req, fleet)
    return JobChoice(
        server_id,
        _known_backup(req, fleet, server_id),
        known_tags(req, fleet),
        query.flag(req, "overdue"),
        query.flag(req, "failing"),
        query.condition(req),
    )


def _known_backup(req: falcon.Request, fleet: Fleet, server_id: int | None) -> str | None:
    name = req.get_param("backup")
    if name is not None and not any(_named(fleet, _of_server(fleet, server_id), name)):
        raise not_found(_NO_BACKUP)
    return name


def known_tags(req: falcon.Request, fleet: Fleet) -> tuple[str, ...]:
    """Return the tags that are asked for.

    Raises:
        ApiError: nothing has one of them: a typing error must not look like "all fine".
    """
    asked = tags(req)
    for tag in fleet.tags.unknown(asked):
        raise not_found(unknown_tag(tag))
    return asked


def unknown_tag(tag: str) -> str:
    """Return what is said of a tag that nothing has."""
    return _("No server and no job has the tag %(tag)s") % {"tag": tag}


def tags(req: falcon.Request) -> tuple[str, ...]:
    """Return the tags that are asked for, known or not: ``tag=a&tag=b`` or ``tag=a,b``."""
    given = ",".join(req.get_param_as_list("tag") or ())[:_MAX_LENGTH]
    asked = (unicodedata.normalize("NFC", each.strip().lower()) for each in given.split(","))
    return tuple(dict.fromkeys(filter(None, asked)))


def _of_server(fleet: Fleet, server_id: int | None, now: Millis = 0) -> JobSelection:
    """Return the jobs of a server, or all; the time matters only to totals, which are left out."""
    if server_id is not None:
        return fleet.of_server(server_id)
    _totals, jobs, errored = fleet.snapshot(now)
    return JobSelection(jobs, errored)


def _named(fleet: Fleet, jobs: JobSelection, name: str | None) -> JobSelection:
    """Return those of some jobs that have a name; all where that is None."""
    if name is None:
        return jobs
    places = ((each, fleet.place(each)) for each in jobs.errored)
    errored = [each for each, place in places if place is not None and place[1].name == name]
    return JobSelection([each for each in jobs.jobs if each.job.name == name], errored)


def tagged(fleet: Fleet, jobs: JobSelection, wanted: tuple[str, ...]) -> JobSelection:
    """Return those of some jobs that have all of some tags."""
    if not wanted:
        return jobs
    places = ((each, fleet.place(each)) for each in jobs.errored)
    errored = [each for each, place in places if place is not None and _has(wanted, *place)]
    return JobSelection([each for each in jobs.jobs if each.has_tags(wanted)], errored)


def _has(wanted: tuple[str, ...], server: Server, job: Job) -> bool:
    return has_all(wanted, server.tags, job.settings.tags)
