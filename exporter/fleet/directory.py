"""Which servers and jobs there are, found by id and by name."""

import threading

from exporter.fleet.jobs import Jobs
from exporter.fleet.servers import Servers
from exporter.fleet.tags import Tags
from exporter.jobs.job import Job
from exporter.model import JobKind, Server


class Directory:
    """Every server and job, without what holds for them. Any thread may ask."""

    def __init__(self, lock: threading.Lock) -> None:
        """Start empty. Who changes what is here holds the lock."""
        self._lock = lock
        self.tags = Tags()
        self._servers = Servers(self.tags)
        self._jobs = Jobs(self.tags)

    def servers(self) -> list[Server]:
        """Return every server, in the order of their ids."""
        with self._lock:
            return self._servers.all()

    def pulled_servers(self) -> list[Server]:
        """Return the servers of which a pull went well, in the order of their ids."""
        with self._lock:
            return self._servers.pulled()

    def server(self, server_id: int) -> Server | None:
        """Return a server by its id."""
        return self._servers.get(server_id)

    def server_by_machine_id(self, machine_id: str) -> Server | None:
        """Return the server that has a machine-id."""
        with self._lock:
            return self._servers.by_machine_id(machine_id)

    def find_servers(self, text: str) -> list[Server]:
        """Return the servers whose name, alias or machine-id is exactly this text."""
        with self._lock:
            return self._servers.find(text)

    def find_job(self, machine_id: str | None, kind: JobKind, backup: str) -> int | None:
        """Return the id of a machine's job of this kind and name, where both are known."""
        with self._lock:
            return self._jobs.named(self._servers.id_of(machine_id), kind, backup)

    def find_job_of_past(self, machine_id: str | None, kind: JobKind, backup: str) -> int | None:
        """Return the id of a machine's job of this kind that has this name, or else had it."""
        with self._lock:
            return self._jobs.ever_named(self._servers.id_of(machine_id), kind, backup)

    def job_called(self, server_id: int, name: str) -> Job | None:
        """Return the job of a server that a person calls so, of whatever kind; or else did."""
        with self._lock:
            return self._jobs.called(server_id, name)

    def place(self, job_id: int) -> tuple[Server, Job] | None:
        """Return a job and its server, also one that never made a backup."""
        job = self._jobs.get(job_id)
        server = None if job is None else self._servers.get(job.server_id)
        return None if job is None or server is None else (server, job)
