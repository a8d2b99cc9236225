"""The commands that list and put right servers and jobs."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from urllib.parse import urlencode

from tabulate import tabulate

from exporter import config
from exporter.cli import explanation
from exporter.cli.api_client import Client, ClientError, Json
from exporter.cli.connection import connected
from exporter.config import Config
from exporter.logs import printable

_SERVER_COLUMNS = {
    "ID": "id",
    "NAME": "name",
    "ALIAS": "alias",
    "JOBS": "jobs",
    "LAST REPORT": "lastReport",
    "DUPLICATI": "duplicatiVersion",
    "NOTE": "note",
}
_JOB_COLUMNS = ("ID", "SERVER", "BACKUP", "LAST RUN", "STATUS", "EXPECTED", "BY", "STATE")


def list_servers(chosen: argparse.Namespace) -> int:
    """Print the servers."""
    with connected(_settings(chosen)) as client:
        servers = list(client.entries("/api/servers", "servers", {}))
    _show(chosen, servers, _server_table(servers))
    return 0


def list_jobs(chosen: argparse.Namespace) -> int:
    """Print the jobs."""
    parameters = {name: "true" for name in ("overdue", "failing") if getattr(chosen, name)}
    if chosen.condition:
        parameters["condition"] = chosen.condition
    with connected(_settings(chosen)) as client:
        if chosen.server:
            parameters["server"] = str(_server_id(client, chosen.server))
        jobs = list(client.entries("/api/jobs", "jobs", parameters))
    _show(chosen, jobs, _job_table(jobs))
    return 0


def set_server(chosen: argparse.Namespace) -> int:
    """Set a server's alias and note, or say that it is no duplicate."""
    given = {"alias": chosen.alias, "note": chosen.note}
    body: Json = {name: value or None for name, value in given.items() if value is not None}
    if chosen.not_a_duplicate:
        body["possibleDuplicateOf"] = None
    with connected(_settings(chosen)) as client:
        server_id = _server_id(client, chosen.server)
        server = client.send("PATCH", f"/api/servers/{server_id}", body)["server"]
    _show(chosen, server, _server_table([server]))
    return 0


def merge_servers(chosen: argparse.Namespace) -> int:
    """Make servers part of another."""
    with connected(_settings(chosen)) as client:
        target = _server_id(client, chosen.server)
        sources = [_server_id(client, source) for source in chosen.sources]
        if not _confirmed(chosen, f"merge {', '.join(chosen.sources)} into {chosen.server}"):
            return 1
        client.send("POST", f"/api/servers/{target}/merge", {"from": sources})
    return 0


def delete_server(chosen: argparse.Namespace) -> int:
    """Delete a server with its jobs and runs."""
    with connected(_settings(chosen)) as client:
        server_id = _server_id(client, chosen.server)
        if not _confirmed(chosen, f"delete the server {chosen.server} with all its runs"):
            return 1
        client.send("DELETE", f"/api/servers/{server_id}")
    return 0


def set_job(chosen: argparse.Namespace) -> int:
    """Set when a job is due."""
    given = {"schedule": chosen.schedule, "tolerance": chosen.job_tolerance}
    body: Json = {name: value or None for name, value in given.items() if value is not None}
    if chosen.paused is not None:
        body["paused"] = chosen.paused
    with connected(_settings(chosen)) as client:
        job = client.send("PATCH", f"/api/jobs/{_job_id(chosen.job)}", body)["job"]
    _show(chosen, job, _job_table([job]))
    return 0


def clear_job(chosen: argparse.Namespace) -> int:
    """Say that what has come of a job until now is dealt with."""
    with connected(_settings(chosen)) as client:
        path = f"/api/jobs/{_job_id(chosen.job)}"
        job = client.send("PATCH", path, {"cleared": True})["job"]
    _show(chosen, job, _job_table([job]))
    return 0


def forget_copy(chosen: argparse.Namespace) -> int:
    """Forget a second destination that was given up."""
    destination = urlencode({"destination": chosen.destination})
    with connected(_settings(chosen)) as client:
        path = f"/api/jobs/{_job_id(chosen.job)}/copies?{destination}"
        job = client.send("DELETE", path)["job"]
    _show(chosen, job, _job_table([job]))
    return 0


def explain_job(chosen: argparse.Namespace) -> int:
    """Say why a job is due when it is."""
    with connected(_settings(chosen)) as client:
        data = client.send("GET", f"/api/jobs/{_job_id(chosen.job)}")
    _show(chosen, data, "\n".join(explanation.lines(data["job"], data["explanation"])))
    return 0


def separate_job(chosen: argparse.Namespace) -> int:
    """Part a job from the one that it was taken for under a former name."""
    with connected(_settings(chosen)) as client:
        path = f"/api/jobs/{_job_id(chosen.job)}"
        job = client.send("GET", path)["job"]
        former = (job["formerly"] or ["its former name"])[-1]
        if not _confirmed(chosen, f"part {job['name']} from {former} of {job['server']}"):
            return 1
        client.send("POST", f"{path}/separate")
    return 0


def delete_job(chosen: argparse.Namespace) -> int:
    """Delete a job with its runs."""
    with connected(_settings(chosen)) as client:
        path = f"/api/jobs/{_job_id(chosen.job)}"
        job = client.send("GET", path)["job"]
        if not _confirmed(chosen, f"delete {job['name']} of {job['server']} with all its runs"):
            return 1
        client.send("DELETE", path)
    return 0


def _settings(chosen: argparse.Namespace) -> Config:
    return config.load(vars(chosen), os.environ)


def _server_id(client: Client, text: str) -> int:
    """Return a server's id: given as such, or as the one name, alias or machine-id it has."""
    servers = list(client.entries("/api/servers", "servers", {}))
    by_id = [server["id"] for server in servers if str(server["id"]) == text]
    named = [
        server["id"]
        for server in servers
        if text in (server["name"], server["alias"], server["machineId"])
    ]
    found: list[int] = by_id or named
    if len(found) != 1:
        reason = "no server is called" if not found else "several servers are called"
        message = f"{reason} {text}: give an id, see duplistatus servers"
        raise ClientError(message)
    return found[0]


def _job_id(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        message = f"{text} is no job's id, see duplistatus jobs"
        raise ClientError(message)
    return int(text)


def _confirmed(chosen: argparse.Namespace, what: str) -> bool:
    if chosen.yes:
        return True
    if not sys.stdin.isatty():
        message = f"this would {what}: say --yes to do it without being asked"
        raise ClientError(message)
    sys.stdout.write(f"Really {what}? This can not be undone. [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _show(chosen: argparse.Namespace, data: object, table: str) -> None:
    text = json.dumps(data, indent=2, ensure_ascii=False) if chosen.json else table
    sys.stdout.write(f"{text}\n")


def _server_table(servers: Sequence[Json]) -> str:
    rows = [[server[key] for key in _SERVER_COLUMNS.values()] for server in servers]
    return _table(rows, tuple(_SERVER_COLUMNS))


def _job_table(jobs: Sequence[Json]) -> str:
    return _table([_job_row(job) for job in jobs], _JOB_COLUMNS)


def _job_row(job: Json) -> list[object]:
    """Return the cells of a job; one that is only known to have begun has no last run."""
    last = job["lastRun"] or {"startTime": None, "status": None}
    return [
        job["id"],
        job["server"],
        job["name"],
        last["startTime"],
        last["status"],
        job["expectedStart"],
        job["scheduleSource"],
        _state(job),
    ]


def _table(rows: Sequence[Sequence[object]], headers: Sequence[str]) -> str:
    """Write a table; names come from reports, so what could steer a terminal is escaped."""
    cells = [[printable(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    return tabulate(cells, headers=headers, tablefmt="plain", disable_numparse=True)


def _state(job: Json) -> str:
    """Tell all that holds for a job, and how late it is."""
    hours, seconds = divmod(job["lateBySeconds"], 3600)
    late = {"overdue": f"overdue by {hours}h{seconds // 60:02}m"}
    return ", ".join(late.get(each, each.replace("_", " ")) for each in job["conditions"])
