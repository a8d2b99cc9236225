"""Limits for new servers and jobs: known ones may report for ever, new ones up to a limit.

Checked after the new one is written: an error here undoes the whole transaction. All are counted in
memory: PostgreSQL reads a whole table to count it.
"""

from exporter.limits import Limit, Limits
from exporter.store.errors import LimitReachedError
from exporter.store.session import Session

_JOBS_OF_SERVER = "SELECT count(*) FROM jobs WHERE server_id = ?"


def check_server_quota(servers: int, limits: Limits) -> None:
    """Check that there are not more servers than may report, the new one included.

    Raises:
        LimitReachedError: there are.
    """
    if servers > limits.max_servers:
        message = f"There are as many servers as max_servers allows, {limits.max_servers}"
        raise LimitReachedError(Limit.SERVERS, f"{message}: delete some, or raise that setting")


def check_job_quota(db: Session, server_id: int, all_jobs: int, limits: Limits) -> None:
    """Check the number of jobs of a server, and of all servers together.

    The new one is included.

    Raises:
        LimitReachedError: it has, or they have.
    """
    if all_jobs > limits.max_jobs:
        message = f"There are as many backups as max_jobs allows, {limits.max_jobs}"
        raise LimitReachedError(Limit.JOBS, f"{message}: delete some, or raise that setting")
    jobs = int(db.execute(_JOBS_OF_SERVER, (server_id,)).fetchone()[0])
    if jobs > limits.max_jobs_per_server:
        message = "The server has as many backups as max_jobs_per_server allows"
        message = f"{message}, {limits.max_jobs_per_server}: delete some, or raise that setting"
        raise LimitReachedError(Limit.JOBS_PER_SERVER, message)
