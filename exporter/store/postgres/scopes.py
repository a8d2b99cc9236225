"""What the scope of a write means for what is known in memory."""

from exporter.store.rules.placing import known_place
from exporter.store.rules.write_cache import WriteCache
from exporter.store.scope import Scope


def is_known(scope: Scope, cache: WriteCache) -> bool:
    """Return whether each sender has its server and its job: then none has to be created."""
    return all(known_place(cache, sender) for sender in scope.senders)


def touched_rows(scope: Scope, cache: WriteCache) -> tuple[list[int], list[int]]:
    """Return the ids of the servers and jobs of a write, as far as they are known."""
    servers, jobs = set(scope.servers) & cache.servers.keys(), set[int]()
    for sender in scope.senders:
        owner = cache.machine_ids.get(sender.machine.machine_id or "", -1)
        servers.update({owner} & cache.servers.keys())
        place = known_place(cache, sender)
        if place is not None:
            servers.add(place[0].id)
            jobs.add(place[1].id)
    for job_id in scope.jobs:
        job = cache.job(job_id)
        if job is not None:
            servers.add(job.server_id)
            jobs.add(job_id)
    return sorted(servers), sorted(jobs)
