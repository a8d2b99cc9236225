"""Which jobs a page shows: those that its query asks for, in the order that it asks for."""

from collections.abc import Iterable
from urllib.parse import urlencode

import falcon
from msgspec import Struct
from msgspec.structs import replace

from api import job_choice, query
from api.errors import ApiError
from api.page import sorting
from api.page.sorting import Sort
from exporter.conditions.evaluate import EvaluatedJob
from exporter.conditions.ranking import place
from exporter.fleet import Fleet
from exporter.fleet.views import JobView
from exporter.language import gettext as _
from exporter.model import Server
from exporter.model.conditions import Condition

ROWS = 200
"""Jobs on one page."""

_MAX_TEXT_LENGTH = 200
_GROUPS = ("", "server")
_CONDITIONS = {each.value: each for each in Condition}


class JobFilter(Struct, frozen=True):
    """The filter in a query: texts as they came, and what they mean.

    `faults` say which of them are invalid; then no job is shown, rather than others.
    """

    text: str = ""
    status: str = ""
    server: str = ""
    tag: str = ""
    group: str = ""
    sort: str = ""
    page: int = 1
    order: Sort = Sort()
    condition: Condition | None = None
    server_id: int | None = None
    tags: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves jobs out."""
        return bool(self.text or self.status or self.server or self.tag)

    def sorted_by(self, column: str) -> str:
        """Return the query of a link in the head of a column: the same jobs by that column."""
        return replace(self, sort=self.order.following(column)).address(1)

    def address(self, page: int) -> str:
        """Return the query that asks for another page of the same."""
        values = {
            "q": self.text,
            "status": self.status,
            "server": self.server,
            "tag": self.tag,
            "group": self.group,
            "sort": self.sort,
            "page": "" if page == 1 else str(page),
        }
        return "?" + urlencode({name: value for name, value in values.items() if value})


def read(req: falcon.Request, fleet: Fleet) -> JobFilter:
    """Return what a request asks for."""
    tags = job_choice.tags(req)
    job_filter = JobFilter(
        text=_param(req, "q"),
        status=_param(req, "status"),
        server=_param(req, "server"),
        tag=",".join(tags),
        group=_param(req, "group"),
        sort=_param(req, "sort"),
        page=page(req),
        tags=tags,
    )
    return _understood(job_filter, fleet)


def of_server(req: falcon.Request, fleet: Fleet) -> JobFilter:
    """Return what a request asks for of one server's jobs: their order and a page of them."""
    return _understood(JobFilter(sort=_param(req, "sort"), page=page(req)), fleet)


def page(req: falcon.Request) -> int:
    """Return the number of the page that is asked for; the first unless it is a number."""
    return query.parse_id(_param(req, "page")) or 1


def _param(req: falcon.Request, name: str) -> str:
    return (req.get_param(name) or "").strip()[:_MAX_TEXT_LENGTH]


def _understood(job_filter: JobFilter, fleet: Fleet) -> JobFilter:
    wanted, server = _CONDITIONS.get(job_filter.status.lower()), _server(job_filter.server, fleet)
    order = sorting.parse(job_filter.sort)
    unknown = {
        _("Unknown status %(status)s; expected one of %(known)s")
        % {"status": job_filter.status, "known": ", ".join(_CONDITIONS)}: (
            job_filter.status and wanted is None
        ),
        _("No server, or more than one, is called %(name)s")
        % {"name": job_filter.server}: job_filter.server and server is None,
        **{job_choice.unknown_tag(tag): True for tag in fleet.tags.unknown(job_filter.tags)},
        _("Cannot group by %(asked)s, only by server")
        % {"asked": job_filter.group}: job_filter.group not in _GROUPS,
        _("Cannot sort by %(asked)s, only by %(known)s")
        % {"asked": job_filter.sort, "known": ", ".join(sorting.COLUMNS)}: order is None,
    }
    return replace(
        job_filter,
        order=order or Sort(),
        condition=wanted,
        server_id=None if server is None else server.id,
        faults=tuple(fault for fault, holds in unknown.items() if holds),
    )


def _server(text: str, fleet: Fleet) -> Server | None:
    try:
        return query.find_server(fleet, text) if text else None
    except ApiError:
        return None


class JobListPage(Struct, frozen=True):
    """A page of jobs: its part of them, its number, how many pages and jobs there are."""

    views: list[JobView]
    number: int
    pages: int
    found: int


def shown(jobs: Iterable[EvaluatedJob], job_filter: JobFilter) -> JobListPage:
    """Return the jobs of the page that is asked for; the last page where its number is too high."""
    found = [] if job_filter.faults else [job for job in jobs if _matches(job, job_filter)]
    ordered = in_order(found, job_filter.order, grouped=bool(job_filter.group))
    pages = max(1, -(-len(ordered) // ROWS))
    number = min(job_filter.page, pages)
    return JobListPage(ordered[(number - 1) * ROWS : number * ROWS], number, pages, len(ordered))


def _matches(job: EvaluatedJob, job_filter: JobFilter) -> bool:
    view = job.view
    if job_filter.server_id not in (None, view.server.id):
        return False
    if not view.has_tags(job_filter.tags):
        return False
    if job_filter.condition is not None and job_filter.condition not in job.held:
        return False
    wanted = job_filter.text.casefold()
    names = (view.job.name, view.server.name, view.server.alias or "")
    return not wanted or any(wanted in name.casefold() for name in names)


def in_order(jobs: Iterable[EvaluatedJob], order: Sort, *, grouped: bool) -> list[JobView]:
    """Return jobs in an order, those of a server together where that is asked for.

    Of equal ones the worst comes first.
    """
    found = [job.view for job in sorting.ordered(sorted(jobs, key=place), order)]
    if not grouped:
        return found
    first: dict[int, int] = {}
    for index, view in enumerate(found):
        first.setdefault(view.server.id, index)
    return sorted(found, key=lambda view: first[view.server.id])
