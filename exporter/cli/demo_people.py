"""What people did with the demo fleet, and what its daemon refused."""

from functools import partial

from msgspec.structs import replace

from api.services import Services
from exporter.demo.extras import REFUSED_FROM, refused
from exporter.demo.people import DELETED, EXPECTED, MUTED, OF_JOBS, OF_SERVERS, PERSON, SET_AGO
from exporter.ingest.expecting import expect_job
from exporter.model import Rejected
from exporter.model.audit import Author
from exporter.model.listed import BackupList, ListedBackup
from exporter.reports import ReportError, read_report
from exporter.times import Millis

_BAD_REQUEST = 400
_ADDRESS = "https://nas.example:8200"


def furnish(services: Services, present: Millis) -> None:
    """Set and expect what the people of the fleet do; refuse the report that cannot be read."""
    by = Author(PERSON, present - SET_AGO)
    _set_servers(services, by)
    _set_jobs(services, by, present)
    _expect(services, by)
    _delete_in_duplicati(services, by)
    _refuse(services, present)


def _set_servers(services: Services, by: Author) -> None:
    for server in services.fleet.servers():
        own = OF_SERVERS.get(server.name)
        if own is not None and server.possible_duplicate_of is None:
            services.store.set_server(server.id, partial(replace, **own), by)


def _set_jobs(services: Services, by: Author, present: Millis) -> None:
    for view in services.fleet.jobs():
        name = (view.server.name, view.job.name)
        span = MUTED.get(name)
        own = {**OF_JOBS.get(name, {}), **({} if span is None else {"muted": present + span})}
        if own:
            services.store.set_job(view.job.id, partial(replace, **own), by)


def _expect(services: Services, by: Author) -> None:
    for server, backup in EXPECTED:
        expect_job(services.store, services.fleet, server, backup, by)


def _delete_in_duplicati(services: Services, by: Author) -> None:
    """Let the list of a server have its backups, and then one less."""
    jobs = [view.job for view in services.fleet.jobs() if view.server.name == DELETED[0]]
    known = [(job, job.identity) for job in jobs if job.identity is not None]
    for left in ((), DELETED[1:]):
        listed = tuple(
            ListedBackup(identity.backup_id, job.own_name, job.kind)
            for job, identity in known
            if job.name not in left
        )
        for machine_id in {identity.machine_id for _, identity in known}:
            services.store.note_list(BackupList(_ADDRESS, machine_id, listed), by.at)


def _refuse(services: Services, present: Millis) -> None:
    at, body = refused(present)
    try:
        read_report(body)
    except ReportError as error:
        rejected = Rejected(at, REFUSED_FROM, str(error), "text/plain", len(body), body)
        services.refusals.refuse(rejected, _BAD_REQUEST)
