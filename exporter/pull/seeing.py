"""What a pull saw of a server besides its runs, by this machine's clock."""

from collections.abc import Iterable

from exporter.model.pulled import Seen, SeenState, Waiting
from exporter.pull.client.server import Backup, DuplicatiServer
from exporter.pull.client.states import ServerState
from exporter.times import Millis


def seen(server: DuplicatiServer, state: ServerState | None, backups: Iterable[Backup]) -> Seen:
    """Return what is to be noted of a server; what it did not tell is None."""
    certificate = server.certificate
    if state is None or state.paused is None:
        return Seen(certificate=certificate)
    skew = server.skew
    until = None if state.pause_end is None else state.pause_end - skew
    starts = {each.id: each.planned.start for each in backups if each.planned is not None}
    waiting = (
        Waiting(f"DB-{backup_id}", _passed(starts.get(backup_id), server.now, skew))
        for backup_id in sorted(state.waiting)
    )
    return Seen(SeenState(state.paused, until, tuple(waiting)), certificate)


def _passed(start: Millis | None, now: Millis, skew: Millis) -> Millis | None:
    """Return the planned moment that passed; None for a backup that was started otherwise."""
    return None if start is None or start > now else start - skew
