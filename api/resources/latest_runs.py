"""GET /api/lastbackup/{serverId} and /api/lastbackups/{serverId}: a server's latest runs."""

from functools import partial

import falcon

from api import at_once, duplistatus, serialization
from api.prepared import Prepared
from api.query import find_server
from api.responses import GetResource, success_body
from exporter.fleet import Fleet
from exporter.jobs.job import Job
from exporter.model import Server, StoredRun, run_json


class _OfServer(GetResource):
    """A resource of the server that its path names."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._prepared = Prepared()

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the runs. Nothing in it depends on the time."""
        named, changes = params["server_id"], self._fleet.changing.number
        answer = self._prepared.find(named, changes)
        if answer is None:
            body = self._body(find_server(self._fleet, named))
            answer = self._prepared.keep(named, changes, body)
        answer.give(req, resp, falcon.MEDIA_JSON)
        at_once.note(req, partial(self._is_kept, named))

    def _is_kept(self, named: str) -> bool:
        return self._prepared.find(named, self._fleet.changing.number) is not None

    def _body(self, server: Server) -> bytes:
        raise NotImplementedError


class LastBackup(_OfServer):
    """The run of a server that started last, or null where the server never made a backup."""

    def _body(self, server: Server) -> bytes:
        latest = _latest(self._fleet, server)
        data = {
            "server": serialization.server_reference(server),
            "lastBackup": _shown(*latest[0]) if latest else None,
        }
        beside = {
            "server": duplistatus.server(server),
            "latest_backup": _as_duplistatus(server, *latest[0]) if latest else None,
        }
        return success_body(data, beside)


class LastBackups(_OfServer):
    """The latest run of each job of a server, newest first."""

    def _body(self, server: Server) -> bytes:
        latest = _latest(self._fleet, server)
        data = {
            "server": serialization.server_reference(server),
            "backups": [_shown(job, run) for job, run in latest],
            "backupJobsCount": len(latest),
            "lastUpdated": run_json.timestamp(server.last_report or self._fleet.created),
        }
        beside = {
            "server": duplistatus.server(server),
            "latest_backups": [_as_duplistatus(server, job, run) for job, run in latest],
            "backup_jobs_count": len(latest),
            "backup_names": [job.name for job, _ in latest],
        }
        return success_body(data, beside)


def _latest(fleet: Fleet, server: Server) -> list[tuple[Job, StoredRun]]:
    """Return each job and its latest run, newest first."""
    jobs = [view.job for view in fleet.of_server(server.id).jobs]
    lasts = [(job, job.state.last) for job in jobs]
    runs = [(job, last) for job, last in lasts if last is not None]
    return sorted(runs, key=lambda entry: entry[1].order, reverse=True)


def _shown(job: Job, run: StoredRun) -> run_json.Json:
    """Return a run with the id and the kind of its job, so that a list can link to its page."""
    return {**run_json.backup(job.name, run), "jobId": job.id, "kind": job.kind.value}


def _as_duplistatus(server: Server, job: Job, run: StoredRun) -> run_json.Json:
    return duplistatus.backup(server, job.name, run)
