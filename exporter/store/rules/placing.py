"""The server and the job of a sender, created if missing."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from msgspec.structs import replace

from exporter.jobs.job import Job
from exporter.limits import Limits
from exporter.model import JobKind, Server
from exporter.model.declared import DeclaredBy
from exporter.store.errors import UnknownIdError
from exporter.store.rules import (
    identity,
    live_runs,
    naming,
    quotas,
    read_queries,
    renaming,
    write_queries,
)
from exporter.store.rules.beginnings import newest_begin
from exporter.store.rules.sender import Sender
from exporter.store.rules.workspace import Workspace
from exporter.store.rules.write_cache import JobKey, WriteCache


class Note(NamedTuple):
    """A fact that people should read in a line or in a log, once it is durable."""

    title: str
    fields: dict[str, Any]

    @property
    def sentence(self) -> str:
        """The same as a sentence for people."""
        facts = [f"{name.replace('_', ' ')} {value}" for name, value in self.fields.items()]
        return f"{self.title}: {', '.join(facts)}"


class Places:
    """Finds servers and jobs within one transaction.

    `notes` collects what to log after the commit.
    """

    def __init__(self, workspace: Workspace, limits: Limits) -> None:
        self._space = workspace
        self._cache = workspace.cache
        self._fresh = workspace.fresh
        self._limits = limits
        self.notes: list[Note] = []
        self._returned = 0
        self._others: dict[int, Job] = {}

    def new_notes(self) -> tuple[str, ...]:
        """Return the notes since the last call, as sentences."""
        new, self._returned = self.notes[self._returned :], len(self.notes)
        return tuple(note.sentence for note in new)

    def new_others(self) -> tuple[Job, ...]:
        """Return the jobs that others gave another name since the last call."""
        others, self._others = self._others, {}
        return tuple(self.job(job_id) or job for job_id, job in others.items())

    def find(self, sender: Sender) -> tuple[Server, Job]:
        """Return the server and the job of a sender.

        Raises:
            LimitReachedError: one of them is new and exceeds a limit.
        """
        server = self._known_server(sender) or self._find_server(sender)
        job = self._known_job(server, sender)
        if job is None:
            return server, self._find_job(server, sender)
        return server, self._called_so_before(job, sender) or job

    def find_expected(self, server_id: int | None, sender: Sender) -> tuple[Server, Job]:
        """Return the server and the job of who has sent nothing yet, as `find`.

        Raises:
            LimitReachedError: one of them is new and exceeds a limit.
            UnknownIdError: there is no server of this id.
        """
        if server_id is None:
            return self.find(sender)
        server = self._server_or_none(server_id)
        if server is None:
            raise UnknownIdError("Server not found")
        return server, self._known_job(server, sender) or self._find_job(server, sender)

    def within_token(self, sender: Sender) -> Sender:
        """Return the sender of a report, without a machine-id that its token does not allow.

        A token for a single server may create only that one: an unknown machine-id, with the name
        of a server that has another one, may be invented to create one more.
        """
        machine_id = sender.machine.machine_id
        if not sender.delivery.bound or machine_id is None or self._is_known(machine_id):
            return sender
        server = identity.named(self._space.db, sender.name or "")
        if server is None or server.machine_id is None:
            return sender
        return replace(sender, machine=replace(sender.machine, machine_id=None), identity=None)

    def _is_known(self, machine_id: str) -> bool:
        return machine_id in self._fresh.machine_ids or machine_id in self._cache.machine_ids

    def rename(self, sender: Sender) -> None:
        """Give the job of a sender its present name, if the job exists."""
        server = self._known_server(sender) or self._find_server(sender)
        if self._known_job(server, sender) is None:
            self._renamed_job(server, sender)

    def job(self, job_id: int) -> Job | None:
        """Return a job by its id."""
        return self._fresh.job(job_id) or self._cache.job(job_id)

    def server(self, server_id: int) -> Server:
        """Return a server by its id."""
        return self._fresh.servers.get(server_id) or self._cache.servers[server_id]

    def _known_server(self, sender: Sender) -> Server | None:
        fresh, cache = self._fresh, self._cache
        machine_id = sender.machine.machine_id or ""
        if self._is_fetched(machine_id) and not sender.delivery.fetched:
            return None  # from now on it is a machine-id that posts
        server_id = fresh.machine_ids.get(machine_id) or cache.machine_ids.get(machine_id)
        return None if server_id is None else self._server_or_none(server_id)

    def _server_or_none(self, server_id: int) -> Server | None:
        return self._fresh.servers.get(server_id) or self._cache.servers.get(server_id)

    def _find_server(self, sender: Sender) -> Server:
        server = identity.find_server(self._space, sender)
        if self._server_or_none(server.id) is None:
            known = self._cache.servers.keys()
            new = self._fresh.servers.keys() - known
            quotas.check_server_quota(len(known) + len(new) + 1, self._limits)
            self._note_duplicate(server)
        machine_id = sender.machine.machine_id
        self._note_second_id(server, machine_id)
        self._fresh.put([server], [], [(machine_id, server.id)] if machine_id else [])
        if machine_id is not None:
            fetched = sender.delivery.fetched
            (self._fresh.fetched_ids if fetched else self._fresh.posted_ids).add(machine_id)
        return server

    def _is_fetched(self, machine_id: str) -> bool:
        return machine_id in self._cache.fetched_ids or machine_id in self._fresh.fetched_ids

    def _note_duplicate(self, server: Server) -> None:
        other = server.possible_duplicate_of
        if other is not None:
            command = f"duplistatus server merge {other} {server.id}"
            fields = {"server_id": server.id, "possible_duplicate_of": other, "if_so": command}
            self.notes.append(Note("a server may be one that is known already", fields))

    def _note_second_id(self, server: Server, machine_id: str | None) -> None:
        known = machine_id in self._cache.machine_ids or machine_id in self._fresh.machine_ids
        if machine_id not in (None, server.machine_id) and not known:
            fields = {"server": server.name, "server_id": server.id, "machine_id": machine_id}
            self.notes.append(Note("a machine is one that was known by another machine-id", fields))

    def _known_job(self, server: Server, sender: Sender) -> Job | None:
        found = self._job_at((server.id, sender.kind or JobKind.BACKUP, sender.backup))
        if found is None and sender.kind is None:  # another operation may be one of a Sync job
            return self._job_at((server.id, JobKind.SYNC, sender.backup))
        return found

    def _job_at(self, key: JobKey) -> Job | None:
        found = self._fresh.jobs.get(key)
        if found is not None:
            return found
        found = self._cache.jobs.get(key)
        # It may have been renamed within this transaction.
        renamed = found is not None and self._fresh.job(found.id) is not None
        return None if renamed else found

    def _called_so_before(self, job: Job, sender: Sender) -> Job | None:
        """Return the job that had this job's name when the run of a late report started."""
        if sender.began is None or 0 <= newest_begin(self._space, job.id) < sender.began:
            return None
        if not renaming.is_former_name(self._space.written, job.server_id, sender):
            return None
        return renaming.called_so_before(self._space.db, job, sender)

    def _find_job(self, server: Server, sender: Sender) -> Job:
        renamed = self._renamed_job(server, sender)
        if renamed is not None:
            return renamed
        return self._turned_job(server, sender) or self._new_job(server, sender)

    def _turned_job(self, server: Server, sender: Sender) -> Job | None:
        """Return the job of a Sync that was known by other operations or by its name only."""
        if sender.kind is not JobKind.SYNC:
            return None
        job, db = self._job_at((server.id, JobKind.BACKUP, sender.backup)), self._space.db
        if job is None or _is_backup(job) or live_runs.runs_backup(db, job.id):
            return None
        naming.turn(db, job.id, JobKind.SYNC)
        turned = read_queries.job(db, job.id)
        self._fresh.put([], filter(None, [turned]))
        return turned

    def _new_job(self, server: Server, sender: Sender) -> Job:
        db, kind, name = self._space.db, sender.kind or JobKind.BACKUP, sender.backup
        if kind is JobKind.BACKUP and not self._is_given(server, name):
            job, others = write_queries.insert_job(db, server.id, name), []
        else:
            job, *others = naming.add(db, server.id, name, kind)
        renaming.set_apart(db, job)
        self._put_others(others)
        new = {each.id for each in self._fresh.jobs.values() if self._cache.job(each.id) is None}
        all_jobs = len(self._cache.jobs) + len(new) + 1
        quotas.check_job_quota(db, server.id, all_jobs, self._limits)
        self._fresh.put([], [job])
        return job

    def _is_given(self, server: Server, name: str) -> bool:
        """Return whether a Sync job may have a name, which a backup takes from it."""
        return bool(self._job_at((server.id, JobKind.SYNC, name))) or naming.may_be_given(name)

    def _put_others(self, others: Iterable[Job]) -> None:
        """Keep jobs that have another name now because of the one that was looked for."""
        for job in others:
            self._fresh.put([], [job])
            self._others[job.id] = job

    def _renamed_job(self, server: Server, sender: Sender) -> Job | None:
        db = self._space.db
        found = renaming.find_renamed(db, server.id, sender)
        if not found:
            return None
        job, *others = found
        self._put_others(others)
        known = self.job(job.id)
        new = [name for name in job.formerly if known is None or name not in known.formerly]
        if new:
            fields = {"job_id": job.id, "job": job.name, "formerly": new[0]}
            self.notes.append(Note("a backup was renamed in Duplicati", fields))
        self._fresh.put([], [job])
        return job

    def with_identity(self, job: Job, sender: Sender, run_id: int) -> Job:
        """Return a job with the identity that a sender reported, if the run is the job's newest."""
        if sender.identity is None or sender.identity == job.identity:
            return job
        last = job.state.last
        if last is None or last.id != run_id:
            return job
        write_queries.identify_job(self._space.db, job.id, sender.identity)
        identified = replace(job, identity=sender.identity)
        self._fresh.put([], [identified])
        return identified


def _is_backup(job: Job) -> bool:
    """Return whether a job is known to be a backup: by a run, or by Duplicati, which lists it."""
    declared = job.state.declared
    return job.state.is_backup or (declared is not None and declared.source is DeclaredBy.REPORTED)


def known_place(cache: WriteCache, sender: Sender) -> tuple[Server, Job] | None:
    """Return the server and the job of a sender, if both are known without the database.

    A machine-id that only fetched reports had so far needs the database when a report is posted.
    """
    machine_id = sender.machine.machine_id or ""
    if machine_id in cache.fetched_ids and not sender.delivery.fetched:
        return None
    server = cache.servers.get(cache.machine_ids.get(machine_id, -1))
    if server is None:
        return None
    kind = sender.kind or JobKind.BACKUP
    job = cache.jobs.get((server.id, kind, sender.backup))
    if job is None and sender.kind is None:
        job = cache.jobs.get((server.id, JobKind.SYNC, sender.backup))
    return None if job is None else (server, job)
